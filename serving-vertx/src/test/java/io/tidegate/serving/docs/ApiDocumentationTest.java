package io.tidegate.serving.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Descriptors;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidegate.contracts.v1.Services;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.Gateway;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.TestTokens;
import io.tidegate.serving.grpc.ReflectingTool;
import io.tidegate.serving.grpc.TestGrpc;
import io.tidegate.serving.notify.webpush.TestBrowser;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written about the API, held against a whole gateway with a real broker and a real ClickHouse. */
class ApiDocumentationTest {

    private static final int TENANT_REQUESTS = 200;
    private static final String SUBJECT = "documentation";

    /** Tested where it is built: {@code ConsoleTest}. */
    private static final String CONSOLE = "console";

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
        Files.writeString(directory.resolve("notifier.key"), Base64.getEncoder().encodeToString(new byte[32]));
        Path yaml = Files.writeString(
                directory.resolve("gateway.yaml"),
                "http: {port: 0}\nops: {port: 0}\ngrpc: {port: 0}\n"
                        + "kafka: {bootstrapServers: \"" + kafka.bootstrapServers() + "\"}\n"
                        + "clickhouse: {url: \"" + clickhouse.uri() + "\"}\n"
                        // Few of a tenant's, so that they can be used up; hardly any come again meanwhile.
                        + "limits: {period: 1h, ip: {requests: 0}, tenant: {requests: " + TENANT_REQUESTS + "}}\n"
                        + "notifier: {keyFile: notifier.key, vapidPublicKeyFile: public.pem}\n"
                        + "auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}\n");
        gateway = Gateway.start(GatewayConfig.load(yaml)).get(90, TimeUnit.SECONDS);
        // Rules and settings are read after the start; their routes say 503 before that.
        await().atMost(Duration.ofSeconds(90))
                .until(() -> gateway.ready()
                        && status("/api/v1/rules") == 200
                        && status("/api/v1/webhooks") == 200
                        && status("/api/v1/leaderboards/posts") == 200);
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

    private static int status(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(base() + path))
                                .header("Authorization", "Bearer " + tokens.token(SUBJECT, "analyst"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
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
        return send(call, call.role().isEmpty() ? "" : tokens.token(SUBJECT, call.role()));
    }

    /**
     * @param token empty: none
     */
    private HttpResponse<String> send(Call call, String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + call.path()))
                .timeout(Duration.ofSeconds(30))
                .method(
                        call.method(),
                        call.body() == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(call.body()));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!call.headers().isEmpty()) {
            request.headers(call.headers().toArray(String[]::new));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What was asked, and what of the answers isn't as it is described. */
    private final class Conversation {
        private final Set<String> succeeded = new TreeSet<>();
        private final List<String> problems = new ArrayList<>();

        private HttpResponse<String> call(Call call) throws IOException, InterruptedException {
            HttpResponse<String> response = send(call);
            if (response.statusCode() != call.status()) {
                problems.add(call.method() + " " + call.path() + " answered " + response.statusCode() + " instead of "
                        + call.status() + ": " + response.body());
            }
            check(call.operation(), () -> conformance.check(call.operation(), response));
            if (response.statusCode() < 300) {
                succeeded.add(call.operation());
                // Taken as a whole, that is.
                boolean taken = !response.body().contains("\"rejected\":[{");
                if (call.body() != null && call.headers().contains("application/json") && taken) {
                    check(call.operation(), () -> conformance.checkRequest(call.operation(), call.body()));
                }
            }
            return response;
        }

        private HttpResponse<String> call(
                String operation, String method, String path, String role, String body, int status, String... headers)
                throws IOException, InterruptedException {
            List<String> all = new ArrayList<>(List.of(headers));
            if (body != null && !all.contains("Content-Type")) {
                all.addAll(List.of("Content-Type", "application/json"));
            }
            return call(new Call(operation, method, path, role, body, all, status));
        }

        private void check(String operation, Runnable check) {
            try {
                check.run();
            } catch (AssertionError e) {
                problems.add(operation + ": " + e.getMessage());
            }
        }
    }

    private static void rules(Conversation with) throws IOException, InterruptedException {
        String rule = "/api/v1/rules/rapid-bets";
        with.call("listRules", "GET", "/api/v1/rules", "analyst", null, 200);
        String etag = with.call("getRule", "GET", rule, "analyst", null, 200)
                .headers()
                .firstValue("ETag")
                .orElseThrow();
        with.call("getRule", "GET", "/api/v1/rules/nothing", "analyst", null, 404);
        String change = "{\"severity\":\"critical\",\"window\":\"20s\",\"thresholds\":{\"bets\":5}}";
        with.call("putRule", "PUT", rule, "analyst", change, 403);
        with.call("putRule", "PUT", rule, "admin", change, 200, "If-Match", etag);
        with.call("putRule", "PUT", rule, "admin", "{\"window\":\"30s\"}", 412, "If-Match", etag);
        with.call("putRule", "PUT", rule, "admin", "{\"thresholds\":{\"bets\":0}}", 422);
        with.call("putRule", "PUT", rule, "admin", "[]", 400);
        with.call("putRule", "PUT", rule, "admin", change, 415, "Content-Type", "text/plain");
        with.call("putRule", "PUT", rule, "admin", " ".repeat(20_000), 413);
        with.call("resetRule", "DELETE", rule, "admin", null, 412, "If-Match", etag);
        with.call("resetRule", "DELETE", rule, "admin", null, 200);
        with.call("ruleHistory", "GET", rule + "/history?limit=5", "analyst", null, 200);
        with.call("ruleHistory", "GET", rule + "/history?limit=0", "analyst", null, 400);
    }

    private static void notifications(Conversation with) throws IOException, InterruptedException {
        String webhooks = "/api/v1/webhooks";
        String webhook = webhooks + "/"
                + new JsonObject(with.call(
                                        "createWebhook",
                                        "POST",
                                        webhooks,
                                        "analyst",
                                        "{\"url\":\"https://hooks.test/x\",\"filter\":{\"severities\":[\"critical\"]},"
                                                + "\"schedule\":{\"timeZone\":\"Europe/Riga\",\"digest\":\"15m\","
                                                + "\"quietHours\":{\"from\":\"22:00\",\"to\":\"07:00\"}}}",
                                        201)
                                .body())
                        .getString("id");
        with.call("createWebhook", "POST", webhooks, "analyst", "{\"url\":\"http://127.0.0.1/\"}", 422);
        with.call("createWebhook", "POST", webhooks, "analyst", " ".repeat(70_000), 413);
        with.call("createWebhook", "POST", webhooks, "producer", "{}", 403);
        with.call("listWebhooks", "GET", webhooks, "analyst", null, 200);
        with.call("getWebhook", "GET", webhook, "analyst", null, 200);
        with.call("getWebhook", "GET", webhooks + "/nothing", "analyst", null, 404);
        with.call("enableWebhook", "POST", webhook + "/enable", "analyst", null, 200);
        with.call("rotateWebhookSecret", "POST", webhook + "/secret", "analyst", "{\"overlap\":\"2h\"}", 200);
        with.call("rotateWebhookSecret", "POST", webhook + "/secret", "analyst", "{\"overlap\":\"2y\"}", 422);
        with.call("deleteWebhook", "DELETE", webhook, "analyst", null, 204);
        with.call("deleteWebhook", "DELETE", webhook, "analyst", null, 404);

        String own = "/api/v1/users/" + SUBJECT;
        String preferences = own + "/notification-preferences";
        with.call(
                "putPreferences",
                "PUT",
                preferences,
                "producer",
                "{\"timeZone\":\"Europe/Riga\",\"quietHours\":{\"from\":\"22:00\",\"to\":\"07:00\",\"holdCritical\":false},"
                        + "\"email\":{\"address\":\"ann@example.com\",\"enabled\":true,\"kinds\":[\"milestone\"],"
                        + "\"digest\":\"1h\"},\"webPush\":{\"enabled\":true,\"kinds\":[\"big_win\"]}}",
                200);
        with.call("putPreferences", "PUT", preferences, "producer", "{\"timeZone\":\"Mars\"}", 422);
        with.call("getPreferences", "GET", preferences, "producer", null, 200);
        with.call("getPreferences", "GET", "/api/v1/users/else/notification-preferences", "producer", null, 403);

        with.call("pushKey", "GET", "/api/v1/push-key", "producer", null, 200);
        String browsers = own + "/push-subscriptions";
        String browser = new JsonObject(with.call(
                                "createPushSubscription",
                                "POST",
                                browsers,
                                "producer",
                                browser().subscription("https://push.test/1"),
                                201)
                        .body())
                .getString("id");
        with.call("createPushSubscription", "POST", browsers, "producer", "{}", 422);
        with.call("listPushSubscriptions", "GET", browsers, "producer", null, 200);
        with.call("deletePushSubscription", "DELETE", browsers + "/" + browser, "producer", null, 204);
        with.call("deletePushSubscription", "DELETE", browsers + "/" + browser, "producer", null, 404);
    }

    private static TestBrowser browser() {
        try {
            return new TestBrowser();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void live(Conversation with) throws Exception {
        with.call("presence", "GET", "/api/v1/presence", "producer", null, 200);
        with.call("feed", "GET", "/api/v1/feed?channel=alerts", "producer", null, 403);
        with.call("feed", "GET", "/api/v1/feed?channel=alerts&cursor=x", "analyst", null, 400);
        with.call("feed", "GET", "/api/v1/feed", "analyst", null, 400);
        // These have no end.
        HttpResponse<InputStream> feed = http.send(
                HttpRequest.newBuilder(URI.create(base() + "/api/v1/feed?channel=alerts&severity=critical"))
                        .header("Authorization", "Bearer " + tokens.token(SUBJECT, "analyst"))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        with.check(
                "feed",
                () -> conformance.check(
                        "feed",
                        feed.statusCode(),
                        feed.headers().firstValue("Content-Type").orElse(""),
                        "an event stream"));
        feed.body().close();
        with.succeeded.add("feed");
        // Which completes only if the answer is 101.
        http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + tokens.token(SUBJECT, "analyst"))
                .buildAsync(URI.create(base().replace("http", "ws") + "/ws"), new WebSocket.Listener() {})
                .get(30, TimeUnit.SECONDS)
                .abort();
        with.check("listen", () -> conformance.check("listen", 101, "", ""));
        with.succeeded.add("listen");
    }

    @Test
    void everyAnswerToGoodAndBadRequestsIsAsDescribedAndNoOperationIsLeftOut() throws Exception {
        Conversation with = new Conversation();
        for (Call call : calls()) {
            with.call(call);
        }
        rules(with);
        notifications(with);
        live(with);

        assertThat(with.problems).isEmpty();
        Set<String> all = new TreeSet<>(conformance.operations());
        all.remove(CONSOLE);
        assertThat(with.succeeded).isEqualTo(all);
    }

    private static String tenantToken(String tenant, String... roles) {
        return tokens.token(SUBJECT, Instant.now().plus(Duration.ofHours(1)), Map.of("tenant", tenant), roles);
    }

    /** The operation, with nothing that it wants; whoever may not ask it isn't told more. */
    private static Call bare(String operation, int status) {
        String[] parts = conformance.methodAndPath(operation).split(" ");
        return new Call(operation, parts[0], parts[1].replaceAll("\\{\\w+}", "x"), "", null, List.of(), status);
    }

    /** Whatever a feature has added since: to whoever asks, with nothing that it wants, it answers as it says. */
    @Test
    void everyOperationAnswersStrangersTenantsAndThoseWithoutARoleAsDescribed() throws Exception {
        Set<String> open = Set.of(CONSOLE, "docs", "openapi", "listen");
        Conversation with = new Conversation();
        for (String operation : conformance.operations()) {
            if (open.contains(operation)) {
                continue;
            }
            with.call(bare(operation, 401));
            for (String token : List.of(
                    "no.such.token",
                    tokens.token(SUBJECT),
                    tenantToken("acme"),
                    tenantToken("acme", "admin", "analyst", "producer"))) {
                HttpResponse<String> response = send(bare(operation, 0), token);
                with.check(operation, () -> conformance.check(operation, response));
                assertThat(response.statusCode()).as(operation).isLessThan(500);
            }
        }

        assertThat(with.problems).isEmpty();
    }

    /** RFC 9110: with the methods that the path does take. */
    @Test
    void aMethodThatAPathDoesNotTakeIs405WithThoseThatItTakes() throws Exception {
        Map<String, Set<String>> methods = new TreeMap<>();
        for (String operation : conformance.operations()) {
            String[] parts = conformance.methodAndPath(operation).split(" ");
            methods.computeIfAbsent(parts[1], path -> new TreeSet<>()).add(parts[0]);
        }
        methods.remove("/");
        for (Map.Entry<String, Set<String>> path : methods.entrySet()) {
            String refused = path.getValue().contains("POST") ? "PATCH" : "POST";
            HttpResponse<String> response = send(
                    new Call("", refused, path.getKey().replaceAll("\\{\\w+}", "x"), "admin", null, List.of(), 405));

            assertThat(response.statusCode()).as(path.getKey()).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow"))
                    .as(path.getKey())
                    .contains(String.join(", ", path.getValue()));
        }
    }

    @Test
    void everyOperationOfATenantThatHasUsedUpItsRequestsSays429AsDescribed() throws Exception {
        String token = tenantToken("busy", "admin", "analyst", "producer");
        Set<String> open = Set.of(CONSOLE, "docs", "openapi", "listen");
        Conversation with = new Conversation();
        for (String operation : conformance.operations()) {
            if (open.contains(operation)) {
                continue;
            }
            HttpResponse<String> response = send(bare(operation, 429), token);
            for (int i = 0; response.statusCode() != 429 && i < 2 * TENANT_REQUESTS; i++) {
                response = send(bare(operation, 429), token);
            }
            HttpResponse<String> last = response;
            assertThat(last.statusCode()).as(operation).isEqualTo(429);
            assertThat(last.headers().firstValue("Retry-After")).as(operation).isPresent();
            with.check(operation, () -> conformance.check(operation, last));
        }

        assertThat(with.problems).isEmpty();
    }

    private static ManagedChannel grpc() {
        return NettyChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort())
                .usePlaintext()
                .build();
    }

    private static Channel withRole(ManagedChannel channel, String role) {
        return TestGrpc.withToken(channel, tokens.token(SUBJECT, role));
    }

    /** As grpcurl does it, which has no .proto files. */
    @Test
    void reflectionTellsTheWholeContractAndEveryMethodIsCalledByNothingElse() throws Exception {
        List<Descriptors.ServiceDescriptor> contract = Services.getDescriptor().getServices();
        ManagedChannel channel = grpc();
        try {
            ReflectingTool tool = new ReflectingTool(channel);

            assertThat(tool.services())
                    .filteredOn(service -> service.startsWith("tidegate."))
                    .containsExactlyInAnyOrderElementsOf(contract.stream()
                            .map(Descriptors.ServiceDescriptor::getFullName)
                            .toList());
            for (Descriptors.ServiceDescriptor service : contract) {
                assertSame(tool.fileOf(service.getFullName()), service.getFile());
            }

            String event = "{\"user_id\":\"u1\",\"like\":{\"post_id\":\"p1\"}}";
            Map<String, List<String>> answers = Map.of(
                    "tidegate.v1.EventService/Publish",
                    tool.call(
                            withRole(channel, "producer"),
                            "tidegate.v1.EventService/Publish",
                            1,
                            "{\"batch_id\":\"b1\",\"events\":[" + event + ",{\"user_id\":\"u1\"}]}"),
                    "tidegate.v1.EventService/PublishStream",
                    tool.call(
                            withRole(channel, "producer"),
                            "tidegate.v1.EventService/PublishStream",
                            2,
                            "{\"batch_id\":\"b2\",\"events\":[" + event + "]}",
                            "{\"batch_id\":\"b3\",\"events\":[" + event + "," + event + "]}"),
                    "tidegate.v1.FeedService/Subscribe",
                    tool.call(
                            withRole(channel, "analyst"),
                            "tidegate.v1.FeedService/Subscribe",
                            1,
                            "{\"channel\":\"alerts\",\"severities\":[\"critical\"]}"));

            assertThat(answers.keySet())
                    .isEqualTo(contract.stream()
                            .flatMap(service -> service.getMethods().stream())
                            .map(method -> method.getService().getFullName() + "/" + method.getName())
                            .collect(Collectors.toSet()));
            assertThat(answers.get("tidegate.v1.EventService/Publish"))
                    .singleElement(STRING)
                    .contains("\"batchId\":\"b1\"", "\"accepted\":1", "\"code\":\"");
            assertThat(answers.get("tidegate.v1.EventService/PublishStream"))
                    .satisfiesExactly(
                            first -> assertThat(first).contains("\"batchId\":\"b2\"", "\"accepted\":1"),
                            second -> assertThat(second).contains("\"batchId\":\"b3\"", "\"accepted\":2"));
            assertThat(answers.get("tidegate.v1.FeedService/Subscribe"))
                    .singleElement(STRING)
                    .contains("\"subscribed\":{}");
        } finally {
            channel.shutdownNow();
        }
    }

    private static void assertSame(Descriptors.FileDescriptor told, Descriptors.FileDescriptor expected) {
        assertThat(told.toProto()).isEqualTo(expected.toProto());
        for (int i = 0; i < expected.getDependencies().size(); i++) {
            assertSame(told.getDependencies().get(i), expected.getDependencies().get(i));
        }
    }

    /** The calls of docs/grpc.md, by a tool that does what grpcurl does. */
    @Test
    void theGrpcurlLinesOfTheDocumentationWork() throws Exception {
        Pattern line = Pattern.compile(
                "grpcurl -plaintext -H \"authorization: Bearer \\$\\(scripts/token --sub me --role (\\w+)\\)\" "
                        + "\\\\\\s+-d '(.*?)' 127\\.0\\.0\\.1:9090 (\\S+)");
        ManagedChannel channel = grpc();
        int run = 0;
        try {
            ReflectingTool tool = new ReflectingTool(channel);
            Matcher matcher = line.matcher(Files.readString(Path.of("../docs/grpc.md")));
            while (matcher.find()) {
                assertThat(tool.call(withRole(channel, matcher.group(1)), matcher.group(3), 1, matcher.group(2)))
                        .as(matcher.group())
                        .hasSize(1);
                run++;
            }
        } finally {
            channel.shutdownNow();
        }

        assertThat(run).isEqualTo(2);
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
