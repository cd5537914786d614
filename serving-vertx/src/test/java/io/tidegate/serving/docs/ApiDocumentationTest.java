package io.tidegate.serving.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.Gateway;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.TestTokens;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written about the API, held against a whole gateway with a real broker and a real ClickHouse. */
class ApiDocumentationTest {

    @TempDir
    static Path directory;

    private static ClickHouseProcess clickhouse;
    private static KafkaProcess kafka;
    private static Gateway gateway;
    private static TestTokens tokens;
    private static Vertx vertx;
    private static Conformance conformance;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        clickhouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
        Migrations.apply(clickhouse.uri(), Path.of("../sql/clickhouse"));
        clickhouse.query(
                "INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, message,"
                        + " event_ids, detected_at, started_at, raised_at) SELECT concat('a', toString(number)), 'fraud',"
                        + " 'rapid-bets', 1, 'u1', 'warning', 'Many bets', ['e1'], now64(3), now64(3), now64(3) FROM"
                        + " numbers(3)");
        clickhouse.query("INSERT INTO tidegate.events (event_id, type, user_id, game_id, amount, odds, attributes,"
                + " occurred_at, ingested_at, appended_at) VALUES ('e1', 'bet', 'u1', 'g1', 1.5, 2, {'k':'v'},"
                + " now64(3) - 1, now64(3) - 1, (SELECT max(detected_at) FROM tidegate.alerts))");
        clickhouse.query(
                "INSERT INTO tidegate.completeness_1m (minute, topic, topic_partition, counted_by, records,"
                        + " version) VALUES (now() - 7200, 'events', 0, 'archive', 0, 1), (now() - 60, 'events', 0, 'archive', 1, 1)");
        clickhouse.query("INSERT INTO tidegate.event_counts_1m (window_start, type, pane, events, users, version,"
                + " updated_at) VALUES (now() - 60, 'bet', 1, 1, 1, 1, now64(3))");
        clickhouse.query("INSERT INTO tidegate.post_activity_1m (window_start, post_id, pane, likes, unlikes, comments,"
                + " shares, version, updated_at) VALUES (now() - 60, 'p1', 1, 5, 1, 2, 3, 1, now64(3)),"
                + " (now() - 60, 'p2', 1, 4, 1, 2, 3, 1, now64(3))");
        clickhouse.query(
                "INSERT INTO tidegate.bet_stats_1m (window_start, game_id, pane, bets, turnover, payout, version,"
                        + " updated_at) VALUES (now() - 60, 'g1', 1, 1, 1.5, 0, 1, now64(3)),"
                        + " (now() - 60, 'g2', 1, 0, 0, 7, 1, now64(3))");
        kafka = KafkaProcess.start(directory.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), 2);
        tokens = TestTokens.withKeyIn(directory);
        Path yaml = Files.writeString(
                directory.resolve("gateway.yaml"),
                "http: {port: 0}\nops: {port: 0}\ngrpc: {port: 0}\n"
                        + "kafka: {bootstrapServers: \"" + kafka.bootstrapServers() + "\"}\n"
                        + "clickhouse: {url: \"" + clickhouse.uri() + "\"}\n"
                        + "limits: {ip: {requests: 0}}\n"
                        + "auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}\n");
        gateway = Gateway.start(GatewayConfig.load(yaml)).get(90, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(90)).until(gateway::ready);
        vertx = Vertx.vertx();
        conformance = new Conformance(
                vertx,
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(base() + "/openapi.yaml"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
    }

    @AfterAll
    static void stop() throws IOException {
        if (vertx != null) {
            TestGateway.await(vertx.close());
        }
        if (gateway != null) {
            gateway.stop().join();
        }
        if (kafka != null) {
            kafka.close();
        }
        if (clickhouse != null) {
            clickhouse.close();
        }
    }

    private static String base() {
        return "http://127.0.0.1:" + gateway.httpPort();
    }

    /**
     * A request and what must come of it.
     *
     * @param role of the token; empty: no token
     * @param body null: none
     */
    private record Call(
            String operation, String method, String path, String role, String body, List<String> headers, int status) {

        private static Call get(String operation, String path, String role, int status, String... headers) {
            return new Call(operation, "GET", path, role, null, List.of(headers), status);
        }

        private static Call send(String body, String type, String role, int status) {
            return new Call("sendEvents", "POST", "/api/v1/events", role, body, List.of("Content-Type", type), status);
        }
    }

    private static List<Call> calls() {
        String json = "application/json";
        String like = "{\"type\":\"like\",\"userId\":\"u1\",\"postId\":\"p1\"}";
        List<Call> calls = new ArrayList<>(List.of(
                Call.send(like, json, "producer", 202),
                Call.send("[" + like + ",{\"type\":\"like\"}]", json, "producer", 202),
                Call.send(like + "\n" + like, "application/x-ndjson", "producer", 202),
                Call.send("{\"type\":\"dance\",\"userId\":\"u1\"}", json, "producer", 400),
                Call.send("[{}]", json, "producer", 400),
                Call.send("no json", json, "producer", 400),
                Call.send(like, "text/plain", "producer", 415),
                Call.send("x".repeat(6 << 20), json, "producer", 413),
                Call.send(like, json, "analyst", 403),
                Call.send(like, json, "", 401),
                Call.get("alertStory", "/api/v1/alerts/a0", "analyst", 200),
                Call.get("alertStory", "/api/v1/alerts/nobody", "analyst", 404),
                Call.get("alertStory", "/api/v1/alerts/" + "a".repeat(200), "analyst", 400),
                Call.get("alertStory", "/api/v1/alerts/a0", "analyst", 304, "If-None-Match", "*"),
                Call.get("status", "/api/v1/status", "admin", 200),
                Call.get("status", "/api/v1/status", "producer", 403),
                Call.get("postCounters", "/api/v1/posts/p1/counters", "producer", 200),
                Call.get("postCounters", "/api/v1/posts/" + "p".repeat(200) + "/counters", "producer", 400),
                Call.get("postLeaderboard", "/api/v1/leaderboards/posts", "producer", 200),
                Call.get("postLeaderboard", "/api/v1/leaderboards/posts?limit=0", "producer", 400),
                Call.get("listen", "/ws", "analyst", 426),
                Call.get("docs", "/docs", "", 200),
                Call.get("openapi", "/openapi.yaml", "", 200)));
        for (String report : List.of(
                "activity /api/v1/analytics/activity?bucket=hour",
                "activity /api/v1/analytics/activity?bucket=minute",
                "topPosts /api/v1/analytics/top-posts?limit=1",
                "likesByDay /api/v1/analytics/likes-by-day?postId=p1",
                "bets /api/v1/analytics/bets?groupBy=game",
                "bets /api/v1/analytics/bets?groupBy=user",
                "alerts /api/v1/alerts?limit=1",
                "completeness /api/v1/completeness?topic=events")) {
            String operation = report.split(" ")[0];
            String path = report.split(" ")[1];
            calls.add(Call.get(operation, path, "analyst", 200));
            calls.add(Call.get(operation, path, "admin", 200, "Accept", "text/csv"));
            calls.add(Call.get(operation, path, "analyst", 304, "If-None-Match", "*"));
            calls.add(Call.get(operation, path, "analyst", 406, "Accept", "image/png"));
            calls.add(Call.get(operation, path + "&from=never", "analyst", 400));
            calls.add(Call.get(operation, path + "&nonsense=1", "analyst", 400));
            calls.add(Call.get(operation, path, "producer", 403));
        }
        calls.add(Call.get("activity", "/api/v1/analytics/activity?bucket=minute&from=2000-01-01", "analyst", 422));
        return calls;
    }

    private HttpResponse<String> send(Call call) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + call.path()))
                .timeout(Duration.ofSeconds(30))
                .method(
                        call.method(),
                        call.body() == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(call.body()));
        if (!call.role().isEmpty()) {
            request.header("Authorization", "Bearer " + tokens.token("documentation", call.role()));
        }
        if (!call.headers().isEmpty()) {
            request.headers(call.headers().toArray(String[]::new));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void everyAnswerToGoodAndBadRequestsIsAsDescribed() throws IOException, InterruptedException {
        Set<String> called = new TreeSet<>();
        List<String> problems = new ArrayList<>();
        for (Call call : calls()) {
            called.add(call.operation());
            HttpResponse<String> response = send(call);
            if (response.statusCode() != call.status()) {
                problems.add(call.method() + " " + call.path() + " answered " + response.statusCode() + " instead of "
                        + call.status() + ": " + response.body());
            }
            try {
                conformance.check(call.operation(), response);
            } catch (AssertionError e) {
                problems.add(e.getMessage());
            }
        }

        assertThat(problems).isEmpty();
        assertThat(conformance.operations()).containsAll(called);
    }

    /** Whatever a feature has added since: without a token, and with a nonsensical one, it answers as it says. */
    @Test
    void everyOperationThatWantsATokenSaysSoAsDescribed() throws IOException, InterruptedException {
        Set<String> open = Set.of("console", "docs", "openapi", "listen");
        List<String> problems = new ArrayList<>();
        for (String operation : conformance.operations()) {
            if (open.contains(operation)) {
                continue;
            }
            String[] parts = conformance.methodAndPath(operation).split(" ");
            Call call = new Call(operation, parts[0], parts[1].replaceAll("\\{\\w+}", "x"), "", null, List.of(), 401);
            HttpResponse<String> response = send(call);
            if (response.statusCode() != 401) {
                problems.add(operation + " answered " + response.statusCode() + " without a token");
                continue;
            }
            try {
                conformance.check(operation, response);
            } catch (AssertionError e) {
                problems.add(e.getMessage());
            }
        }

        assertThat(problems).isEmpty();
    }

    @Test
    void theStatusSaysWhatIsKnown() throws IOException, InterruptedException {
        assertThat(send(Call.send("{\"type\":\"login\",\"userId\":\"u9\"}", "application/json", "producer", 202))
                        .statusCode())
                .isEqualTo(202);
        JsonObject status = new JsonObject(
                send(Call.get("status", "/api/v1/status", "analyst", 200)).body());

        assertThat(status.getJsonObject("gateway").getBoolean("ready")).isTrue();
        assertThat(status.getJsonObject("gateway").getJsonArray("components"))
                .extracting(component -> ((JsonObject) component).getString("name"))
                .contains("kafka", "clickhouse", "counters");
        assertThat(status.getJsonObject("ingest").getLong("accepted")).isPositive();
        assertThat(status.getJsonObject("store").getLong("alertsLastHour")).isEqualTo(3);
        assertThat(status.getJsonObject("latency").getLong("alerts")).isEqualTo(3);
        // No job has committed anything in this test.
        assertThat(status.getJsonArray("consumers")).isEmpty();
    }

    /** A marked block of docs/api.md or README.md is run by bash as it stands there, with the address and a token of this gateway. */
    @Test
    void theExamplesInTheDocumentationRun() throws IOException, InterruptedException {
        Pattern block = Pattern.compile("<!-- tested -->\\s*```sh\\n(.*?)```", Pattern.DOTALL);
        int run = 0;
        for (Path page : List.of(Path.of("../docs/api.md"), Path.of("../README.md"))) {
            Matcher matcher = block.matcher(Files.readString(page));
            while (matcher.find()) {
                bash(matcher.group(1));
                run++;
            }
        }
        bash(Files.readString(Path.of("../docs/examples/events.sh")));

        assertThat(run).isGreaterThanOrEqualTo(3);
    }

    private static void bash(String script) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "example", ".txt");
        ProcessBuilder builder = new ProcessBuilder(
                        "bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8080", base()))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("TOKEN", tokens.token("examples", "producer", "analyst"));
        builder.environment().put("TIDEGATE_URL", base());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(script).isTrue();
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(script + "\n" + said).isZero();
        // curl without --fail ends well with any answer, and a problem is no example.
        assertThat(said).as(script).doesNotContain("urn:tidegate:problem").doesNotContain("\"rejected\":[{");
    }
}
