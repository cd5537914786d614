package io.tidegate.serving.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Those who ask for more, or for something else, than they may: rows 36 to 38 of the list of abuse cases. */
class QueryAbuseTest {

    private static final Duration NO_BUDGET = Duration.ZERO;

    @TempDir
    static Path directory;

    private static ClickHouseProcess clickhouse;

    @BeforeAll
    static void start() throws IOException {
        clickhouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
        Migrations.apply(clickhouse.uri(), Path.of("../sql/clickhouse"));
        History.store(History.events(), clickhouse::query);
    }

    @AfterAll
    static void stop() throws IOException {
        clickhouse.close();
    }

    private static GatewayConfig.ClickHouse store(Duration timeout) {
        return new GatewayConfig.ClickHouse(clickhouse.uri(), "tidegate", "default", "", timeout, 2);
    }

    private record Running(Vertx vertx, TestGateway gateway, SimpleMeterRegistry meters) implements AutoCloseable {

        static Running with(QueryConfig config, Path directory) {
            Vertx vertx = Vertx.vertx();
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            QueryModule module = new QueryModule(
                    store(Duration.ofSeconds(10)),
                    config,
                    (from, to) -> Map.of(),
                    Duration.ofMinutes(1),
                    meters,
                    Clock.systemUTC());
            return new Running(vertx, TestGateway.start(vertx, directory, module), meters);
        }

        HttpResponse<String> get(String subject, String path) {
            return gateway.get("/api/v1/" + path, gateway.token(subject, "analyst"));
        }

        double asked() {
            return meters.get("tidegate.query.answers")
                    .tag("from", "store")
                    .counter()
                    .count();
        }

        @Override
        public void close() {
            gateway.close();
            TestGateway.await(vertx.close());
        }
    }

    @Test
    void row36SqlInAnyParameterIsATextOrABadParameter(@TempDir Path other) {
        String sql = URLEncoder.encode("x' OR 1=1; DROP TABLE tidegate.events --", StandardCharsets.UTF_8);
        try (Running running = Running.with(QueryConfig.DEFAULT, other)) {
            for (String path : List.of(
                    "analytics/activity?bucket=",
                    "analytics/activity?type=",
                    "analytics/activity?from=",
                    "analytics/top-posts?limit=",
                    "analytics/top-posts?cursor=",
                    "analytics/bets?groupBy=",
                    "analytics/bets?cursor=",
                    "alerts?cursor=",
                    "alerts?format=",
                    "alerts?orderBy=")) {
                HttpResponse<String> refused = running.get("eve", path + sql);
                assertThat(refused.statusCode()).as(path).isEqualTo(400);
                assertThat(new JsonObject(refused.body()).getString("field"))
                        .isEqualTo(path.substring(path.indexOf('?') + 1, path.length() - 1));
            }
            for (String path : List.of(
                    "analytics/likes-by-day?postId=", "analytics/bets?currency=", "alerts?rule=", "alerts?subject=")) {
                assertThat(running.get("eve", path + sql).body()).as(path).isEqualTo("[]");
            }
            // Cursors are the client's too: their content is a value, wherever it goes.
            for (String place : List.of("1:x' OR 1=1 --", "1.5:') OR 1=1 --", "1 OR 1=1:x", "-:x", ":x")) {
                String cursor = new Place(
                                place.substring(0, place.indexOf(':')), place.substring(place.indexOf(':') + 1))
                        .encode();
                assertThat(running.get("eve", "analytics/bets?from=2026-03-01&to=2026-03-09&cursor=" + cursor)
                                .statusCode())
                        .as(place)
                        .isIn(200, 400);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
                "SELECT * FROM file('/etc/passwd', 'LineAsString')",
                "SELECT file('/etc/passwd')",
                "SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'CSV', 'a String')",
                "SELECT * FROM remote('127.0.0.1:1', 'system.one')",
                "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
                "INSERT INTO tidegate.alerts (alert_id) SELECT 'row37'",
                "CREATE TABLE tidegate.row37 ENGINE = MergeTree ORDER BY a AS SELECT 1 AS a",
            })
    void row37WhatTheApiAsksWithCanReachNothingElseAndChangeNothing(String sql) throws IOException {
        QueryPool pool = pool();
        try {
            assertThatThrownBy(() -> pool.rows("test", "", query(sql)).get(20, TimeUnit.SECONDS))
                    .as(sql)
                    .rootCause()
                    .hasMessageContaining("Code: ")
                    .message()
                    // ACCESS_DENIED, READONLY, or unknown to a build that has no such thing.
                    .containsAnyOf("497", "164", "UNKNOWN_FUNCTION");
        } finally {
            pool.close();
        }
        assertThat(clickhouse.query("SELECT count() FROM tidegate.alerts WHERE alert_id = 'row37'"))
                .isEqualToIgnoringNewLines("0");
        assertThat(clickhouse.query("EXISTS TABLE tidegate.row37")).isEqualToIgnoringNewLines("0");
    }

    @Test
    void row37AnAnswerIsNeverWrittenIntoAFileOfTheServer() {
        Path file = directory.resolve("row37.csv");
        QueryPool pool = pool();
        try {
            assertThatThrownBy(() -> pool.rows("test", "", query("SELECT 1 INTO OUTFILE '" + file + "'"))
                            .get(20, TimeUnit.SECONDS))
                    .isNotNull();
        } finally {
            pool.close();
        }
        assertThat(Files.exists(file)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "settings=max_execution_time%3D0",
                "max_result_rows=0",
                "query=SELECT+1",
                "SETTINGS=x",
                "readonly=0"
            })
    void row37SettingsAreNoParameters(String parameter, @TempDir Path other) {
        try (Running running = Running.with(QueryConfig.DEFAULT, other)) {
            assertThat(running.get("eve", "alerts?" + parameter).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void row38AHeavyQueryIsEndedAndSaysWhatToDo(@TempDir Path other) {
        QueryLimits small = new QueryLimits(
                100, DataSize.ofMebibytes(64), 10, DataSize.ofMebibytes(64), DataSize.ofMebibytes(1024));
        try (Running running =
                Running.with(new QueryConfig(Duration.ZERO, DataSize.ofMebibytes(1), NO_BUDGET, small), other)) {
            HttpResponse<String> heavy =
                    running.get("eve", "analytics/activity?bucket=hour&from=2026-03-01&to=2026-03-09");
            assertThat(heavy.statusCode()).as(heavy.body()).isEqualTo(422);
            assertThat(heavy.body()).contains("query_too_heavy", "shorter range");

            HttpResponse<String> endless =
                    running.get("eve", "analytics/activity?bucket=minute&from=2000-01-01&to=2026-03-09");
            assertThat(endless.statusCode()).isEqualTo(422);
            assertThat(endless.body()).contains("range_too_long");
        }
    }

    @Test
    void row38WhoKeepsTheStoreBusyWaitsAndNobodyElseDoes(@TempDir Path other) {
        try (Running running = Running.with(
                new QueryConfig(
                        Duration.ofSeconds(30), DataSize.ofMebibytes(1), Duration.ofMillis(1), QueryLimits.DEFAULT),
                other)) {
            assertThat(running.get("eve", "alerts?limit=1&to=2026-03-09").statusCode())
                    .isEqualTo(200);

            HttpResponse<String> spent = running.get("eve", "alerts?limit=2&to=2026-03-09");
            assertThat(spent.statusCode()).isEqualTo(429);
            assertThat(spent.body()).contains("query_budget_spent");
            assertThat(spent.headers().firstValue("Retry-After").map(Integer::parseInt))
                    .hasValueSatisfying(seconds -> assertThat(seconds).isPositive());
            // What is known already costs nothing, and another one's budget is their own.
            assertThat(running.get("eve", "alerts?limit=1&to=2026-03-09").statusCode())
                    .isEqualTo(200);
            assertThat(running.get("ana", "alerts?limit=3&to=2026-03-09").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aHundredWhoAskTheSameAtOnceAreOneQuery(@TempDir Path other) {
        try (Running running = Running.with(
                new QueryConfig(Duration.ofSeconds(30), DataSize.ofMebibytes(1), NO_BUDGET, QueryLimits.DEFAULT),
                other)) {
            List<CompletableFuture<HttpResponse<String>>> all = IntStream.range(0, 100)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> running.get("user" + i % 7, "analytics/bets?from=2026-03-01&to=2026-03-09")))
                    .toList();

            assertThat(all).extracting(one -> one.join().statusCode()).containsOnly(200);
            assertThat(all.stream().map(one -> one.join().body()).distinct()).hasSize(1);
            assertThat(running.asked()).isEqualTo(1);
        }
    }

    private static QueryPool pool() {
        return new QueryPool(
                store(Duration.ofSeconds(5)),
                QueryLimits.DEFAULT,
                new QueryBudget(NO_BUDGET),
                new SimpleMeterRegistry());
    }

    private static Query<String> query(String sql) {
        return new Query<>() {
            @Override
            public Sql sql() {
                return new Sql().text(sql);
            }

            @Override
            public String read(ResultSet row) throws SQLException {
                return row.getString(1);
            }
        };
    }
}
