package io.tidegate.sql.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Flink's tables over a real engine. */
class ClickHouseDialectTest {

    @RegisterExtension
    static final MiniClusterExtension FLINK = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(4)
            .build());

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;
    private TableEnvironment sql;

    @BeforeAll
    static void start() throws IOException {
        clickHouse = ClickHouseProcess.start(data);
        clickHouse.query("CREATE DATABASE shop");
    }

    @AfterAll
    static void stop() throws IOException {
        clickHouse.close();
    }

    @BeforeEach
    void newSession() {
        sql = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        sql.getConfig().set("table.local-time-zone", "UTC");
        sql.getConfig().set("table.dml-sync", "true");
        sql.getConfig().set("parallelism.default", "1");
    }

    @Test
    void everyTypeComesBackAsItWentIn() throws Exception {
        // Given
        String columns = "id BIGINT, flag BOOLEAN, tiny TINYINT, small SMALLINT, num INT, big DECIMAL(20, 0), f FLOAT,"
                + " d DOUBLE, amount DECIMAL(18, 4), kind STRING, batch STRING, `day` DATE, `at` TIMESTAMP(0),"
                + " at_ms TIMESTAMP(3), at_ns TIMESTAMP(9), moment TIMESTAMP_LTZ(3), words ARRAY<STRING>,"
                + " numbers ARRAY<BIGINT>, tags MAP<STRING, STRING>, note STRING";
        clickHouse.query("CREATE TABLE shop.types (id UInt64, flag Bool, tiny Int8, small Int16, num Int32, big UInt64,"
                + " f Float32, d Float64, amount Decimal(18, 4), kind LowCardinality(String), batch UUID, day Date,"
                + " at DateTime('UTC'), at_ms DateTime64(3, 'UTC'), at_ns DateTime64(9, 'UTC'),"
                + " moment DateTime64(3, 'Asia/Tokyo'), words Array(String), numbers Array(Int64),"
                + " tags Map(String, String), note Nullable(String)) ENGINE = MergeTree ORDER BY id");
        sql.executeSql("CREATE TABLE types (" + columns + ") WITH (" + at("shop.types") + ")");

        // When
        sql.executeSql("INSERT INTO types VALUES"
                        + " (1, TRUE, CAST(-128 AS TINYINT), CAST(-32768 AS SMALLINT), -5, CAST('18446744073709551615' AS DECIMAL(20, 0)),"
                        + " CAST(1.5 AS FLOAT), CAST(1e100 AS DOUBLE), 12345678901234.5678, 'it''s \\ \"x\"',"
                        + " '61f0c404-5cb3-11e7-907b-a6006ad3dba0', DATE '2026-03-08', TIMESTAMP '2026-03-08 02:30:00',"
                        + " TIMESTAMP '2026-03-08 02:30:00.123', TIMESTAMP '2026-11-01 01:30:00.123456789',"
                        + " TO_TIMESTAMP_LTZ(1772937000123, 3), ARRAY['a', 'it''s', ''], ARRAY[1, -2],"
                        + " MAP['k', 'v', 'it''s', '\\'], 'x'),"
                        + " (2, FALSE, CAST(0 AS TINYINT), CAST(0 AS SMALLINT), 0, 0, CAST(0 AS FLOAT),"
                        + " CAST(0 AS DOUBLE), -0.0001, '', '00000000-0000-0000-0000-000000000000', DATE '1970-01-01',"
                        + " TIMESTAMP '1970-01-01 00:00:00', TIMESTAMP '1970-01-01 00:00:00.001',"
                        + " TIMESTAMP '1970-01-01 00:00:00.000000001', TO_TIMESTAMP_LTZ(1, 3),"
                        + " ARRAY_REMOVE(ARRAY['x'], 'x'), ARRAY_REMOVE(ARRAY[CAST(1 AS BIGINT)], CAST(1 AS BIGINT)),"
                        + " MAP_FROM_ARRAYS(ARRAY_REMOVE(ARRAY['x'], 'x'), ARRAY_REMOVE(ARRAY['x'], 'x')),"
                        + " CAST(NULL AS STRING))")
                .await();

        // Then the engine has them
        assertThat(clickHouse.query(
                        "SELECT * REPLACE (toUnixTimestamp64Milli(moment) AS moment) FROM shop.types" + " ORDER BY id"))
                .isEqualTo(String.join(
                                "\t",
                                "1",
                                "true",
                                "-128",
                                "-32768",
                                "-5",
                                "18446744073709551615",
                                "1.5",
                                "1e100",
                                "12345678901234.5678",
                                "it\\'s \\\\ \"x\"",
                                "61f0c404-5cb3-11e7-907b-a6006ad3dba0",
                                "2026-03-08",
                                "2026-03-08 02:30:00",
                                "2026-03-08 02:30:00.123",
                                "2026-11-01 01:30:00.123456789",
                                "1772937000123",
                                "['a','it\\'s','']",
                                "[1,-2]",
                                "{'k':'v','it\\'s':'\\\\'}",
                                "x")
                        + "\n"
                        + String.join(
                                "\t",
                                "2",
                                "false",
                                "0",
                                "0",
                                "0",
                                "0",
                                "0",
                                "0",
                                "-0.0001",
                                "",
                                "00000000-0000-0000-0000-000000000000",
                                "1970-01-01",
                                "1970-01-01 00:00:00",
                                "1970-01-01 00:00:00.001",
                                "1970-01-01 00:00:00.000000001",
                                "1",
                                "[]",
                                "[]",
                                "{}",
                                "\\N")
                        + "\n");

        // And Flink reads them
        List<Row> rows = rows("SELECT * FROM types ORDER BY id LIMIT 2");
        assertThat(rows)
                .containsExactly(
                        Row.of(
                                1L,
                                true,
                                (byte) -128,
                                (short) -32768,
                                -5,
                                new BigDecimal("18446744073709551615"),
                                1.5f,
                                1e100,
                                new BigDecimal("12345678901234.5678"),
                                "it's \\ \"x\"",
                                "61f0c404-5cb3-11e7-907b-a6006ad3dba0",
                                LocalDate.of(2026, 3, 8),
                                LocalDateTime.parse("2026-03-08T02:30:00"),
                                LocalDateTime.parse("2026-03-08T02:30:00.123"),
                                LocalDateTime.parse("2026-11-01T01:30:00.123456789"),
                                Instant.ofEpochMilli(1772937000123L),
                                new String[] {"a", "it's", ""},
                                new Long[] {1L, -2L},
                                Map.of("k", "v", "it's", "\\"),
                                "x"),
                        Row.of(
                                2L,
                                false,
                                (byte) 0,
                                (short) 0,
                                0,
                                BigDecimal.ZERO,
                                0f,
                                0d,
                                new BigDecimal("-0.0001"),
                                "",
                                "00000000-0000-0000-0000-000000000000",
                                LocalDate.EPOCH,
                                LocalDateTime.parse("1970-01-01T00:00:00"),
                                LocalDateTime.parse("1970-01-01T00:00:00.001"),
                                LocalDateTime.parse("1970-01-01T00:00:00.000000001"),
                                Instant.ofEpochMilli(1),
                                new String[0],
                                new Long[0],
                                Map.of(),
                                null));
    }

    @Test
    void theOtherTypesOfClickHouseAreReadAsTheirNeighbours() throws Exception {
        clickHouse.query("CREATE TABLE shop.others (id UInt8, small UInt8, medium UInt16, wide UInt32,"
                + " colour Enum8('red' = 1, 'blue' = 2), code FixedString(3), address IPv4, address6 IPv6, day Date32,"
                + " amounts Array(Decimal(9, 2)), times Array(DateTime64(3, 'UTC')), nested Array(Array(UInt8)))"
                + " ENGINE = MergeTree ORDER BY id");
        clickHouse.query("INSERT INTO shop.others VALUES (1, 255, 65535, 4294967295, 'blue', 'abc', '10.0.0.1', '::1',"
                + " '1931-05-06', [1.25, -3], ['2026-03-08 12:30:00.123'], [[1, 255], []])");
        sql.executeSql(
                "CREATE TABLE more_types (id INT, small SMALLINT, medium INT, wide BIGINT, colour STRING, code STRING,"
                        + " address STRING, address6 STRING, `day` DATE, amounts ARRAY<DECIMAL(9, 2)>, times ARRAY<TIMESTAMP(3)>,"
                        + " nested ARRAY<ARRAY<INT>>) WITH (" + at("shop.others") + ")");

        assertThat(rows("SELECT * FROM more_types"))
                .containsExactly(Row.of(
                        1,
                        (short) 255,
                        65535,
                        4294967295L,
                        "blue",
                        "abc",
                        "10.0.0.1",
                        "0:0:0:0:0:0:0:1",
                        LocalDate.of(1931, 5, 6),
                        new BigDecimal[] {new BigDecimal("1.25"), new BigDecimal("-3.00")},
                        new LocalDateTime[] {LocalDateTime.parse("2026-03-08T12:30:00.123")},
                        new Integer[][] {{1, 255}, {}}));
    }

    @Test
    void aValueThatDoesNotFitIsAnErrorWithTheColumnsName() throws Exception {
        clickHouse.query("CREATE TABLE shop.large (id UInt64, amount Decimal(18, 4)) ENGINE = MergeTree ORDER BY id");
        clickHouse.query("INSERT INTO shop.large VALUES (18446744073709551615, 0.1234)");
        sql.executeSql("CREATE TABLE as_bigint (id BIGINT) WITH (" + at("shop.large") + ")");
        sql.executeSql("CREATE TABLE as_cents (amount DECIMAL(18, 2)) WITH (" + at("shop.large") + ")");
        sql.executeSql("CREATE TABLE as_row (id ROW<x INT>) WITH (" + at("shop.large") + ")");

        assertThatThrownBy(() -> rows("SELECT id FROM as_bigint")).hasStackTraceContaining("Column id: ");
        assertThatThrownBy(() -> rows("SELECT amount FROM as_cents")).hasStackTraceContaining("Column amount: ");
        assertThatThrownBy(() -> rows("SELECT * FROM as_row")).hasRootCauseInstanceOf(ValidationException.class);
    }

    @Test
    void anUpsertReplacesTheRowOfItsKeyAlsoWithAnEarlierValue() throws Exception {
        // Given a table that drops inserts which equal an earlier one
        clickHouse.query("CREATE TABLE shop.changes (`user` String, total Int64) ENGINE = MergeTree ORDER BY `user`");
        sql.executeSql("CREATE TABLE changes (`user` STRING, total BIGINT) WITH (" + at("shop.changes") + ")");
        clickHouse.query(
                "CREATE TABLE shop.`order` (`user` String, `from` Int64, total Int64) ENGINE = ReplacingMergeTree"
                        + " ORDER BY `user` SETTINGS non_replicated_deduplication_window = 1000");
        sql.executeSql("CREATE TABLE totals (`user` STRING, `from` BIGINT, total BIGINT,"
                + " PRIMARY KEY (`user`) NOT ENFORCED) WITH (" + at("shop.order") + ")");

        // When
        for (int total : new int[] {1, 2, 1}) {
            upsert("ann", total);
        }
        upsert("bob", 5);

        // Then
        assertThat(rows("SELECT * FROM totals"))
                .containsExactlyInAnyOrder(Row.of("ann", 7L, 1L), Row.of("bob", 7L, 5L));
        assertThat(rows("SELECT COUNT(*) FROM totals")).endsWith(Row.ofKind(RowKind.UPDATE_AFTER, 2L));
    }

    @Test
    void aRowThatLeavesTheResultLeavesTheTable() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE shop.input (id Int64, grp String, v Int64) ENGINE = MergeTree ORDER BY id");
        clickHouse.query("INSERT INTO shop.input VALUES (1, 'a', 5), (2, 'b', 5), (3, 'a', -5)");
        clickHouse.query("CREATE TABLE shop.positive (grp String, s Int64) ENGINE = ReplacingMergeTree ORDER BY grp");
        sql.executeSql("CREATE TABLE source_rows (id BIGINT, grp STRING, v BIGINT) WITH (" + at("shop.input") + ")");
        sql.executeSql("CREATE TABLE positive (grp STRING, s BIGINT, PRIMARY KEY (grp) NOT ENFORCED) WITH ("
                + at("shop.positive") + ", 'sink.buffer-flush.max-rows' = '1')");

        // When
        sql.executeSql("INSERT INTO positive SELECT grp, SUM(v) FROM source_rows GROUP BY grp HAVING SUM(v) > 0")
                .await();

        // Then
        assertThat(clickHouse.query("SELECT * FROM shop.positive FINAL")).isEqualTo("b\t5\n");
    }

    @Test
    void conditionsAndLimitsAreClickHousesToCheck() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE shop.bets (id UInt32, kind LowCardinality(String), amount Decimal(18, 4),"
                + " at DateTime64(3, 'UTC'), batch UUID) ENGINE = MergeTree ORDER BY id");
        clickHouse.query("INSERT INTO shop.bets VALUES"
                + " (1, 'bet', 0.3, '2026-03-08 12:30:00.123', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'),"
                + " (2, 'it''s', 12.3456, '2026-03-08 12:30:00.124', '61f0c404-5cb3-11e7-907b-a6006ad3dba1'),"
                + " (3, 'bet', 399999999999.9999, '2026-11-01 01:30:00', '61f0c404-5cb3-11e7-907b-a6006ad3dba2')");
        sql.executeSql(
                "CREATE TABLE bets (id BIGINT, kind STRING, amount DECIMAL(18, 4), `at` TIMESTAMP(3), batch STRING)"
                        + " WITH (" + at("shop.bets") + ")");

        // Then
        assertThat(ids("kind = 'bet'")).containsExactly(1L, 3L);
        assertThat(ids("kind = 'it''s' OR id > 2")).containsExactly(2L, 3L);
        assertThat(ids("`at` >= TIMESTAMP '2026-03-08 12:30:00.124'")).containsExactly(2L, 3L);
        assertThat(ids("`at` = TIMESTAMP '2026-03-08 12:30:00.123'")).containsExactly(1L);
        assertThat(ids("amount = CAST(12.3456 AS DECIMAL(18, 4))")).containsExactly(2L);
        assertThat(ids("amount = CAST(399999999999.9999 AS DECIMAL(18, 4))")).containsExactly(3L);
        assertThat(ids("amount = CAST(399999999999.9998 AS DECIMAL(18, 4))")).isEmpty();
        assertThat(ids("batch = '61f0c404-5cb3-11e7-907b-a6006ad3dba1'")).containsExactly(2L);
        assertThat(rows("SELECT id FROM bets LIMIT 2")).hasSize(2);
        assertThat(sql.explainSql("SELECT id FROM bets WHERE `at` >= TIMESTAMP '2026-03-08 12:30:00.124' LIMIT 1"))
                .contains("filter=[>=(at, ", "limit=[1]", "project=[id");
    }

    @Test
    void aLookupAsksForTheRowsOfAKey() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE shop.people (id String, name String, version UInt64)"
                + " ENGINE = ReplacingMergeTree(version) ORDER BY id");
        clickHouse.query("INSERT INTO shop.people VALUES ('a', 'old', 1)");
        clickHouse.query("INSERT INTO shop.people VALUES ('a', 'Ann', 2), ('b', 'Bob', 1)");
        sql.executeSql("CREATE TABLE people (id STRING, name STRING) WITH (" + at("shop.people") + ")");
        sql.executeSql(
                "CREATE TEMPORARY VIEW asked AS SELECT id, PROCTIME() AS asked_at FROM (VALUES ('a'), ('b'), ('c'))"
                        + " AS t (id)");

        // Then
        assertThat(rows("SELECT a.id, p.name FROM asked AS a LEFT JOIN people FOR SYSTEM_TIME AS OF a.asked_at AS p"
                        + " ON p.id = a.id"))
                .containsExactlyInAnyOrder(Row.of("a", "Ann"), Row.of("b", "Bob"), Row.of("c", null));
    }

    @Test
    void inAnotherTimeZoneOnlyInstantsAreTaken() throws Exception {
        // Given
        clickHouse.query("CREATE TABLE shop.moments (id UInt32, at DateTime64(3, 'Asia/Tokyo')) ENGINE = MergeTree"
                + " ORDER BY id");
        TimeZone here = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        try {
            sql.executeSql("CREATE TABLE wall_clocks (id BIGINT, `at` TIMESTAMP(3)) WITH (" + at("shop.moments") + ")");
            sql.executeSql("CREATE TABLE moments (id BIGINT, `at` TIMESTAMP_LTZ(3)) WITH (" + at("shop.moments") + ")");

            // When: an hour that New York hasn't
            sql.executeSql("INSERT INTO moments VALUES (1, TO_TIMESTAMP_LTZ(1772937000123, 3))")
                    .await();

            // Then
            assertThat(clickHouse.query("SELECT toUnixTimestamp64Milli(at) FROM shop.moments"))
                    .isEqualTo("1772937000123\n");
            assertThat(rows("SELECT `at` FROM moments WHERE `at` = TO_TIMESTAMP_LTZ(1772937000123, 3)"))
                    .containsExactly(Row.of(Instant.ofEpochMilli(1772937000123L)));
            assertThatThrownBy(() -> rows("SELECT * FROM wall_clocks"))
                    .hasStackTraceContaining("Column at: a TIMESTAMP of ClickHouse needs a JVM in UTC")
                    .hasStackTraceContaining("America/New_York");
        } finally {
            TimeZone.setDefault(here);
        }
    }

    @Test
    void identifiersAreQuotedAndSettingsOfTheUrlKept() {
        ClickHouseDialect dialect = new ClickHouseDialect();

        assertThat(dialect.getSelectFromStatement("shop.o`rder", new String[] {"a.b", "x\\"}, new String[] {"k"}))
                .isEqualTo("SELECT `a.b`, `x\\\\` FROM `shop`.`o\\`rder` WHERE `k` = :k");
        assertThat(dialect.appendDefaultUrlProperties("jdbc:ch:http://h:1/d?clickhouse_setting_final=0"))
                .isEqualTo("jdbc:ch:http://h:1/d?clickhouse_setting_final=0"
                        + "&clickhouse_setting_deduplicate_insert=disable");
        assertThat(dialect.appendDefaultUrlProperties("jdbc:ch:http://h:1/d?clickhouse_setting_insert_deduplicate=0"))
                .isEqualTo("jdbc:ch:http://h:1/d?clickhouse_setting_insert_deduplicate=0&clickhouse_setting_final=1");
    }

    /** Flink wants to see that a row is of the table's key. */
    private void upsert(String user, int total) throws Exception {
        clickHouse.query("TRUNCATE TABLE shop.changes");
        clickHouse.query("INSERT INTO shop.changes VALUES ('" + user + "', " + total + ")");
        sql.executeSql("INSERT INTO totals SELECT `user`, 7, SUM(total) FROM changes GROUP BY `user`")
                .await();
    }

    private List<Long> ids(String condition) throws Exception {
        return rows("SELECT id FROM bets WHERE " + condition).stream()
                .map(row -> (Long) row.getField(0))
                .sorted()
                .toList();
    }

    private List<Row> rows(String query) throws Exception {
        TableResult result = sql.executeSql(query);
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> all = result.collect()) {
            all.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static String at(String table) {
        return "'connector' = 'jdbc', 'url' = 'jdbc:ch:" + clickHouse.uri() + "/default', 'table-name' = '" + table
                + "'";
    }
}
