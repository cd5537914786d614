package io.tidegate.dev.clickhouse.http;

import com.sun.net.httpserver.HttpExchange;
import io.tidegate.dev.clickhouse.engine.Engine;
import io.tidegate.dev.clickhouse.engine.EngineConnection;
import io.tidegate.dev.clickhouse.engine.EngineException;
import io.tidegate.dev.clickhouse.engine.QueryResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * {@code GET /metrics}: what a ClickHouse server tells Prometheus on the port of its {@code <prometheus>} section, by the same
 * names, as far as the engine counts it: also what hasn't happened yet, so that the first time is seen as an increase. It has no asynchronous metrics; those that dashboards use are worked out here.
 */
final class MetricsHandler {

    private static final String SQL = """
            SELECT 'ClickHouseMetrics_' || name AS name, toFloat64(value) AS value, description AS help, 'gauge' AS type
            FROM (SELECT metric AS name, value, description FROM system.metrics)
            UNION ALL
            SELECT 'ClickHouseProfileEvents_' || event, toFloat64(value), description, 'counter'
            FROM (SELECT event, value, description FROM system.events SETTINGS system_events_show_zero_values = 1)
            UNION ALL
            SELECT 'ClickHouseAsyncMetrics_' || name, value, help, 'gauge'
            FROM
            (
                SELECT ['MaxPartCountForPartition', 'TotalRowsOfMergeTreeTables', 'TotalBytesOfMergeTreeTables'] AS names,
                       [toFloat64(max(parts)), toFloat64(sum(rows)), toFloat64(sum(bytes))] AS values,
                       ['Most parts in one partition', 'Rows in all tables', 'Bytes of all tables on disk'] AS texts
                FROM
                (
                    SELECT count() AS parts, sum(rows) AS rows, sum(bytes_on_disk) AS bytes
                    FROM system.parts WHERE active GROUP BY database, table, partition_id
                )
            )
            ARRAY JOIN names AS name, values AS value, texts AS help
            UNION ALL
            SELECT 'ClickHouseAsyncMetrics_Disk' || kind || '_' || disk, bytes, 'Bytes of the disk', 'gauge'
            FROM (SELECT name AS disk, [free_space, total_space] AS sizes FROM system.disks)
            ARRAY JOIN ['Available', 'Total'] AS kind, arrayMap(size -> toFloat64(size), sizes) AS bytes""";

    private final Engine engine;

    MetricsHandler(Engine engine) {
        this.engine = engine;
    }

    void handle(HttpExchange exchange, Answer answer) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (EngineConnection connection = engine.connect();
                QueryResult result = connection.execute(SQL.getBytes(StandardCharsets.UTF_8), "Prometheus", Map.of())) {
            result.writeTo(text, 0);
        } catch (EngineException e) {
            answer.error(e);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=UTF-8");
        exchange.sendResponseHeaders(HttpStatus.OK, text.size());
        try (OutputStream body = exchange.getResponseBody()) {
            text.writeTo(body);
        }
    }
}
