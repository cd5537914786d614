package io.tidegate.serving.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.query.History.Event;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same rows on one engine, and on two as the sink spreads them. A gateway of the two answers as a gateway of the one does, byte for
 * byte; that its answers are right is {@link QueryApiTest}'s.
 */
class ShardedQueryTest {

    private static final Instant NOW = History.START.plus(Duration.ofDays(3));
    private static final String ALL = "from=2026-03-01&to=2026-03-06";
    /**
     * What decides about the shard, as in the sink (package {@code io.tidegate.jobs.clickhouse}); by its last byte, as the few keys here
     * have hashes that leave a shard empty.
     */
    private static final Map<String, String> KEYS = Map.of(
            "events", "user_id",
            "alerts", "alert_id",
            "event_counts_1m", "type",
            "post_activity_1m", "post_id",
            "bet_stats_1m", "game_id");

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static final List<ClickHouseProcess> ENGINES = new ArrayList<>();
    private static TestGateway ofOne;
    private static TestGateway ofTwo;
    private static String analyst;

    @BeforeAll
    static void start() throws IOException {
        for (String name : List.of("whole", "first", "second")) {
            ClickHouseProcess engine = ClickHouseProcess.start(directory.resolve(name));
            ENGINES.add(engine);
            Migrations.apply(engine.uri(), Path.of("../sql/clickhouse"));
        }
        ClickHouseProcess whole = ENGINES.get(0);
        List<Event> events = History.events();
        History.store(events, whole::query);
        storeAlerts(whole, events);
        for (Map.Entry<String, String> table : KEYS.entrySet()) {
            for (int shard = 0; shard < 2; shard++) {
                String rows = whole.query("SELECT * FROM tidegate." + table.getKey() + " WHERE ascii(reverse("
                        + table.getValue() + ")) % 2 = " + shard + " FORMAT Values");
                assertThat(rows).as(table + " on shard " + shard).isNotBlank();
                ENGINES.get(1 + shard).query("INSERT INTO tidegate." + table.getKey() + " VALUES " + rows);
            }
        }
        vertx = Vertx.vertx();
        ofOne = TestGateway.start(vertx, directory, module(List.of(whole.uri())));
        ofTwo = TestGateway.start(
                vertx,
                directory,
                module(List.of(ENGINES.get(1).uri(), ENGINES.get(2).uri())));
        analyst = ofOne.token("ana", "analyst");
    }

    /** Alerts of the history, each for events of all users; and some of the last minute, for the figures. */
    private static void storeAlerts(ClickHouseProcess whole, List<Event> events) throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String ids = "['" + events.get(100 + i).id() + "','"
                    + events.get(300 + i).id() + "','" + events.get(200 + i).id() + "','gone']";
            rows.add("('a" + i + "','fraud','rule-" + i % 3 + "',1,'device:" + i % 4 + "','warning','why'," + ids + ","
                    + time(History.START.plus(Duration.ofHours(5)).toEpochMilli() + i / 5) + ","
                    + time(History.START.toEpochMilli()) + ",now64(3))");
            long recently = System.currentTimeMillis() - 60_000;
            rows.add("('new" + i + "','surge','rule-" + i % 3 + "',1,'s','info','why',['e'],"
                    + time(recently - (long) i * i * i) + "," + time(recently) + "," + time(recently) + ")");
        }
        whole.query("INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, message,"
                + " event_ids, detected_at, started_at, raised_at) VALUES " + String.join(",", rows));
    }

    private static String time(long ms) {
        return "fromUnixTimestamp64Milli(toInt64(" + ms + "),'UTC')";
    }

    private static QueryModule module(List<URI> shards) {
        return new QueryModule(
                new GatewayConfig.ClickHouse(
                        shards.get(0), shards, "tidegate", "default", "", Duration.ofSeconds(20), 2),
                QueryConfig.DEFAULT,
                (from, to) -> Map.of(),
                Duration.ofMinutes(1),
                new SimpleMeterRegistry(),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterAll
    static void stop() throws IOException {
        ofOne.close();
        ofTwo.close();
        TestGateway.await(vertx.close());
        for (ClickHouseProcess engine : ENGINES) {
            engine.close();
        }
    }

    private static HttpResponse<String> ok(TestGateway gateway, String path) {
        HttpResponse<String> response = gateway.get(path, analyst);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "analytics/activity?bucket=minute&" + ALL,
                "analytics/activity?bucket=minute&type=like&from=2026-03-01T22:30:00Z&to=2026-03-01T23:10:00Z",
                "analytics/activity?bucket=hour&" + ALL,
                "analytics/activity?bucket=day&" + ALL,
                "analytics/top-posts?" + ALL,
                "analytics/top-posts?limit=2&" + ALL,
                "analytics/likes-by-day",
                "analytics/likes-by-day?postId=p1",
                "analytics/likes-by-day?from=2026-03-03&to=2026-03-04",
                "analytics/likes-by-day?postId=nobody's",
                "analytics/bets?groupBy=game&" + ALL,
                "analytics/bets?groupBy=city&" + ALL,
                "analytics/bets?groupBy=deviceType&currency=EUR&" + ALL,
                "analytics/bets?groupBy=betType&" + ALL,
                "analytics/bets?groupBy=user&" + ALL,
                "analytics/bets?groupBy=user&limit=2&" + ALL,
                "alerts?limit=9&" + ALL,
                "alerts?rule=rule-1&subject=device:2&" + ALL,
                "alerts?rule=none&" + ALL,
                "alerts/a17",
                "alerts/a18"
            })
    void twoShardsTogetherAnswerAsOneDoes(String question) {
        String path = "/api/v1/" + question;

        String expected = ok(ofOne, path).body();

        assertThat(ok(ofTwo, path).body()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alerts?limit=7&" + ALL,
                "analytics/top-posts?limit=1&" + ALL,
                "analytics/bets?groupBy=city&limit=1&" + ALL,
                "analytics/bets?groupBy=user&limit=2&" + ALL
            })
    void pagesOfTwoShardsAreThoseOfOne(String question) {
        List<List<String>> pages = new ArrayList<>();
        for (TestGateway gateway : List.of(ofOne, ofTwo)) {
            List<String> bodies = new ArrayList<>();
            String path = "/api/v1/" + question;
            while (path != null) {
                HttpResponse<String> response = ok(gateway, path);
                bodies.add(response.body());
                path = response.headers()
                        .firstValue("Link")
                        .map(link -> link.substring(1, link.indexOf('>')))
                        .orElse(null);
            }
            pages.add(bodies);
        }

        assertThat(pages.get(0)).hasSizeGreaterThan(2);
        assertThat(pages.get(1)).isEqualTo(pages.get(0));
    }

    @Test
    void anAlertsEventsAreFoundOnEveryShardInTheOrderOfTheMatch() {
        JsonObject story = new JsonObject(ok(ofTwo, "/api/v1/alerts/a31").body());

        JsonArray events = story.getJsonArray("events");
        assertThat(events.stream().map(event -> ((JsonObject) event).getString("eventId")))
                .containsExactly("e131", "e331", "e231");
        assertThat(story.getInteger("missingEvents")).isEqualTo(1);
        assertThat(events.stream()
                        .map(event -> ((JsonObject) event).getString("userId"))
                        .distinct())
                .as("of several users")
                .hasSizeGreaterThan(1);
    }

    @Test
    void theFiguresOfTwoShardsAreThoseOfOne() throws Exception {
        List<StoreFigures> figures = new ArrayList<>();
        for (List<URI> shards : List.of(
                List.of(ENGINES.get(0).uri()),
                List.of(ENGINES.get(1).uri(), ENGINES.get(2).uri()))) {
            QueryModule module = module(shards);
            figures.add(module.figures().get(60, TimeUnit.SECONDS));
            TestGateway.await(module.stop());
        }

        assertThat(figures.get(0).alertsLastHour()).isEqualTo(60);
        // The i-th took i³ ms: of sixty the 30th, the 57th and the last, in tenths of a second above ten.
        assertThat(figures.get(0).latency()).contains(new StoreFigures.Latency(60, 24_300, 175_600, 205_300));
        assertThat(figures.get(1)).isEqualTo(figures.get(0));
    }

    @Test
    void halfOfTheRowsAreNoAnswer() throws IOException {
        URI away;
        try (java.net.ServerSocket taken = new java.net.ServerSocket(0)) {
            away = URI.create("http://127.0.0.1:" + taken.getLocalPort());
        }
        Vertx own = Vertx.vertx();
        TestGateway half = TestGateway.start(
                own,
                Files.createDirectories(directory.resolve("half")),
                module(List.of(ENGINES.get(1).uri(), away)));
        try {
            for (String question : List.of("alerts?" + ALL, "alerts/a17", "analytics/activity?bucket=minute&" + ALL)) {
                HttpResponse<String> response = half.get("/api/v1/" + question, half.token("ana", "analyst"));
                assertThat(response.statusCode()).as(question).isEqualTo(503);
                assertThat(response.body()).contains("store_unavailable");
                assertThat(response.headers().firstValue("Retry-After")).isPresent();
            }
        } finally {
            half.close();
            TestGateway.await(own.close());
        }
    }
}
