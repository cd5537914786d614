package io.tidegate.dev.deploy.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.clickhouse.sql.Statements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sql/cluster} against {@code sql/clickhouse}, on the real engine. It has no cluster: what it can run is the tables' definition. */
class ClusterSchemaTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern SHARDING = Pattern.compile("<td>(\\w+)</td><td>\\{@code (xxHash64\\(\\w+\\))}</td>");

    @TempDir
    static Path data;

    private static ClickHouseProcess engine;

    @BeforeAll
    static void start() throws IOException {
        engine = ClickHouseProcess.start(data);
        Migrations.apply(engine.uri(), ROOT.resolve("sql/clickhouse"));
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    @Test
    void theFilesAreWhatTheMigrationsComeTo() throws IOException {
        assertThat(committed())
                .as("run scripts/cluster-sql after a change in sql/clickhouse")
                .isEqualTo(ClusterSchemaMain.files(ROOT));
    }

    @Test
    void everyStatementIsOneThatClickHouseUnderstands() throws IOException {
        for (String statement : statements()) {
            assertThat(engine.query("EXPLAIN AST " + statement)).as(statement).isNotBlank();
            assertThat(statement).contains("ON CLUSTER '{cluster}'");
        }
    }

    /** The tables of the cluster without what needs a cluster, beside those of one server: columns, keys, partitions, TTL. */
    @Test
    void aShardsTablesAreThoseOfOneServer() throws IOException {
        engine.query("DROP DATABASE IF EXISTS twin");
        engine.query("CREATE DATABASE twin");
        for (String statement : statements()) {
            if (statement.contains("TABLE IF NOT EXISTS tidegate.") || statement.contains("ALTER TABLE tidegate.")) {
                engine.query(onOneServer(statement));
            }
        }

        String columns =
                "SELECT table, position, name, type, default_kind, default_expression, comment FROM system.columns"
                        + " WHERE database = '%s' AND table != 'schema_migrations' ORDER BY table, position FORMAT TSV";
        String tables = "SELECT name, engine, sorting_key, partition_key, primary_key, sampling_key,"
                + " splitByString(' SETTINGS', splitByString('TTL ', create_table_query)[2])[1] FROM system.tables"
                + " WHERE database = '%s' AND name != 'schema_migrations' ORDER BY name FORMAT TSV";
        String indices = "SELECT table, name, type_full, expr, granularity FROM system.data_skipping_indices"
                + " WHERE database = '%s' ORDER BY table, name FORMAT TSV";
        for (String question : List.of(columns, tables, indices)) {
            String one = engine.query(question.formatted("tidegate"));
            assertThat(one).isNotBlank();
            assertThat(engine.query(question.formatted("twin"))).isEqualTo(one);
        }
    }

    @Test
    void everyTableHasADistributedOneWithTheSinksShardingKeyWhichIsInTheSortingKey() throws IOException {
        String all = String.join("\n", committed().values());
        List<String> tables = engine.query(
                        "SELECT name FROM system.tables WHERE database = 'tidegate' AND name != 'schema_migrations'")
                .lines()
                .toList();
        assertThat(tables).containsExactlyInAnyOrderElementsOf(ClusterSchema.SHARDED_BY.keySet());
        for (String table : tables) {
            String column = ClusterSchema.SHARDED_BY.get(table);
            assertThat(all)
                    .contains("CREATE TABLE IF NOT EXISTS tidegate_all." + table)
                    .contains("Distributed('{cluster}', tidegate, " + table + ", xxHash64(" + column + "))");
            assertThat(engine.query("SELECT sorting_key FROM system.tables WHERE database = 'tidegate' AND name = '"
                            + table + "'"))
                    .as("rows of " + table + " that replace each other must be on one shard")
                    .contains(column);
        }
    }

    @Test
    void theShardingKeysAreThoseThatTheSinkDescribes() throws IOException {
        String described = Files.readString(
                ROOT.resolve("flink-jobs/src/main/java/io/tidegate/jobs/clickhouse/package-info.java"));
        Map<String, String> sink = new TreeMap<>();
        Matcher matcher = SHARDING.matcher(described);
        while (matcher.find()) {
            sink.put(matcher.group(1), matcher.group(2));
        }
        Map<String, String> ours = new TreeMap<>();
        ClusterSchema.SHARDED_BY.forEach((table, column) -> ours.put(table, "xxHash64(" + column + ")"));
        assertThat(ours).isEqualTo(sink);
    }

    @Test
    void whatCannotBeTurnedIntoAClusterStatementIsAnError() {
        assertThatThrownBy(() -> ClusterSchema.of("CREATE VIEW tidegate.v AS SELECT 1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CREATE VIEW");
        assertThatThrownBy(() -> ClusterSchema.of(
                        "CREATE TABLE IF NOT EXISTS tidegate.unknown (a Int8) ENGINE = MergeTree ORDER BY a"))
                .hasMessageContaining("unknown");
    }

    private static String onOneServer(String statement) {
        return statement
                .replace(" ON CLUSTER '{cluster}'", "")
                .replaceFirst("\\btidegate\\.", "twin.")
                .replaceFirst("Replicated(\\w*MergeTree)\\('[^']*', '\\{replica}'(?:, )?", "$1(")
                .replaceFirst("replicated_deduplication_window = .*", "non_replicated_deduplication_window = 10000");
    }

    private static List<String> statements() throws IOException {
        return committed().values().stream()
                .flatMap(text -> Statements.split(text).stream())
                .toList();
    }

    private static Map<String, String> committed() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(ROOT.resolve("sql/cluster"))) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }
}
