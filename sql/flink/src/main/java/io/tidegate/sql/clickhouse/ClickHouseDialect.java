package io.tidegate.sql.clickhouse;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.connector.jdbc.core.database.dialect.AbstractDialect;
import org.apache.flink.connector.jdbc.core.database.dialect.JdbcDialectConverter;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/**
 * What ClickHouse says differently.
 *
 * <ul>
 *   <li>A primary key doesn't make rows unique. An upsert is an insert, and the table's engine (ReplacingMergeTree) keeps the newest row
 *       of each sorting key: the primary key that Flink is told has to be the table's sorting key. Every scan and lookup reads with FINAL,
 *       so it sees one row of each key.
 *   <li>ClickHouse drops an insert that equals an earlier one, which would lose an update back to an earlier value: switched off for
 *       the connections of this dialect.
 *   <li>{@code table-name} may have its database in front: {@code tidegate.events}. Columns are quoted whole, dots and all.
 *   <li>A delete is a lightweight delete, one statement a row.
 *   <li>Columns of type TIMESTAMP need a JVM in UTC, here and on the TaskManagers.
 * </ul>
 */
final class ClickHouseDialect extends AbstractDialect {

    private static final long serialVersionUID = 1L;

    private static final Set<LogicalTypeRoot> SUPPORTED = EnumSet.of(
            LogicalTypeRoot.BOOLEAN,
            LogicalTypeRoot.TINYINT,
            LogicalTypeRoot.SMALLINT,
            LogicalTypeRoot.INTEGER,
            LogicalTypeRoot.BIGINT,
            LogicalTypeRoot.FLOAT,
            LogicalTypeRoot.DOUBLE,
            LogicalTypeRoot.DECIMAL,
            LogicalTypeRoot.CHAR,
            LogicalTypeRoot.VARCHAR,
            LogicalTypeRoot.DATE,
            LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE,
            LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE,
            LogicalTypeRoot.ARRAY,
            LogicalTypeRoot.MAP);

    /** Settings of each query, unless the URL has them. */
    private static final Map<String, String> SETTINGS = settings();

    /** What a setting is called on servers that don't know its name: whoever has one puts that into the URL. */
    private static final Map<String, String> FORMERLY =
            Map.of("clickhouse_setting_deduplicate_insert", "clickhouse_setting_insert_deduplicate");

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("clickhouse_setting_final", "1");
        settings.put("clickhouse_setting_deduplicate_insert", "disable");
        return settings;
    }

    @Override
    public String dialectName() {
        return "ClickHouse";
    }

    @Override
    public Optional<String> defaultDriverName() {
        return Optional.of("com.clickhouse.jdbc.ClickHouseDriver");
    }

    @Override
    public String appendDefaultUrlProperties(String url) {
        StringBuilder all = new StringBuilder(url);
        SETTINGS.forEach((name, value) -> {
            if (!url.contains(name + "=") && !url.contains(FORMERLY.getOrDefault(name, name) + "=")) {
                all.append(all.indexOf("?") < 0 ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(value);
            }
        });
        return all.toString();
    }

    @Override
    public JdbcDialectConverter getRowConverter(RowType rowType) {
        return new ClickHouseRowConverter(rowType);
    }

    @Override
    public String getLimitClause(long limit) {
        return "LIMIT " + limit;
    }

    @Override
    public String quoteIdentifier(String identifier) {
        return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }

    /** @param name of a table, with or without its database */
    private String table(String name) {
        int dot = name.indexOf('.');
        return dot < 0
                ? quoteIdentifier(name)
                : quoteIdentifier(name.substring(0, dot)) + "." + quoteIdentifier(name.substring(dot + 1));
    }

    @Override
    public Optional<String> getUpsertStatement(String tableName, String[] fieldNames, String[] uniqueKeyFields) {
        return Optional.of(getInsertIntoStatement(tableName, fieldNames));
    }

    @Override
    public String getInsertIntoStatement(String tableName, String[] fieldNames) {
        return "INSERT INTO " + table(tableName) + " (" + columns(fieldNames) + ") VALUES ("
                + Arrays.stream(fieldNames).map(field -> ":" + field).collect(Collectors.joining(", ")) + ")";
    }

    @Override
    public String getSelectFromStatement(String tableName, String[] selectFields, String[] conditionFields) {
        // SELECT count(*) asks for rows without any column.
        String columns = selectFields.length == 0 ? "1" : columns(selectFields);
        return "SELECT " + columns + " FROM " + table(tableName)
                + (conditionFields.length == 0 ? "" : " WHERE " + conditions(conditionFields));
    }

    @Override
    public String getRowExistsStatement(String tableName, String[] conditionFields) {
        return "SELECT 1 FROM " + table(tableName) + " WHERE " + conditions(conditionFields) + " LIMIT 1";
    }

    @Override
    public String getDeleteStatement(String tableName, String[] conditionFields) {
        return "DELETE FROM " + table(tableName) + " WHERE " + conditions(conditionFields);
    }

    /** Never asked for: an upsert is an insert here. */
    @Override
    public String getUpdateStatement(String tableName, String[] fieldNames, String[] conditionFields) {
        throw new UnsupportedOperationException("ClickHouse: rows are replaced, not updated");
    }

    private String columns(String[] names) {
        return Arrays.stream(names).map(this::quoteIdentifier).collect(Collectors.joining(", "));
    }

    private String conditions(String[] names) {
        return Arrays.stream(names)
                .map(name -> quoteIdentifier(name) + " = :" + name)
                .collect(Collectors.joining(" AND "));
    }

    @Override
    public void validate(RowType rowType) throws ValidationException {
        super.validate(rowType);
        for (RowType.RowField field : rowType.getFields()) {
            requireSupported(field.getName(), field.getType());
        }
    }

    private void requireSupported(String column, LogicalType type) {
        // The connector hands a time in a condition to the driver as a Timestamp, which means another one in each zone.
        if (type.is(LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE)
                && !ZoneId.systemDefault().getRules().equals(ZoneOffset.UTC.getRules())) {
            throw new ValidationException("Column " + column + ": a TIMESTAMP of ClickHouse needs a JVM in UTC"
                    + " (-Duser.timezone=UTC); this one is in " + ZoneId.systemDefault()
                    + ". Or declare it TIMESTAMP_LTZ");
        }
        if (!SUPPORTED.contains(type.getTypeRoot())) {
            throw new ValidationException(
                    "Column " + column + ": ClickHouse has no " + type.asSummaryString() + " here; docs/flink-sql.md");
        }
        type.getChildren().forEach(child -> requireSupported(column, child));
    }

    @Override
    public Set<LogicalTypeRoot> supportedTypes() {
        return SUPPORTED;
    }

    @Override
    public Optional<Range> decimalPrecisionRange() {
        return Optional.of(Range.of(1, 38));
    }

    @Override
    public Optional<Range> timestampPrecisionRange() {
        return Optional.of(Range.of(0, 9));
    }
}
