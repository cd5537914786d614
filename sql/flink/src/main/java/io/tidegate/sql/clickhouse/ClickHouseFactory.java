package io.tidegate.sql.clickhouse;

import org.apache.flink.connector.jdbc.core.database.JdbcFactory;
import org.apache.flink.connector.jdbc.core.database.catalog.JdbcCatalog;
import org.apache.flink.connector.jdbc.core.database.dialect.JdbcDialect;

/** Found by the connector as a service: table option {@code 'url' = 'jdbc:ch:http://…'} or {@code 'jdbc:clickhouse:…'}. */
public final class ClickHouseFactory implements JdbcFactory {

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith("jdbc:ch:") || url.startsWith("jdbc:clickhouse:");
    }

    @Override
    public JdbcDialect createDialect() {
        return new ClickHouseDialect();
    }

    @Override
    public JdbcCatalog createCatalog(
            ClassLoader classLoader,
            String catalogName,
            String defaultDatabase,
            String username,
            String password,
            String baseUrl) {
        throw new UnsupportedOperationException(
                "ClickHouse has no catalog here: declare its tables, as sql/flink/tables/store.sql does");
    }
}
