package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.FeedMessage;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.SubscribeRequest;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.counters.CountersModule;
import io.tidegate.serving.grpc.TestGrpc;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.query.QueryConfig;
import io.tidegate.serving.query.QueryModule;
import io.tidegate.serving.rules.RulesConfig;
import io.tidegate.serving.rules.RulesModule;
import io.tidegate.serving.status.StatusModule;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three senders, acme, globex and one without a tenant, have alerts about the same user and notifications to the same user. Whoever
 * comes with a tenant's token finds that tenant's, by whatever way.
 */
class TenantScopeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> TENANTS = List.of("acme", "globex", "");
    private static final int EACH = 4;
    private static final long AT_MS = 1_772_402_400_000L;
    private static final MethodDescriptor<SubscribeRequest, FeedMessage> SUBSCRIBE = MethodDescriptor.newBuilder(
                    ProtoUtils.marshaller(SubscribeRequest.getDefaultInstance()),
                    ProtoUtils.marshaller(FeedMessage.getDefaultInstance()))
            .setFullMethodName("tidegate.v1.FeedService/Subscribe")
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .build();

    @TempDir
    static Path directory;

    private static KafkaBroker broker;
    private static ClickHouseProcess clickhouse;
    private static KafkaProducer<byte[], byte[]> producer;
    /** Has everything in memory. */
    private static Node remembering;
    /** Reads the log, of which only the end is left, and for the rest the archive. */
    private static Node forgetful;

    private static String alertsStart;
    private static String userStart;

    private record Node(Vertx vertx, TestGateway gateway, TestGrpc grpc) {

        private String token(String sub, String tenant, String... roles) {
            return tenant.isEmpty() ? gateway.token(sub, roles) : gateway.token(sub, Map.of("tenant", tenant), roles);
        }

        private io.grpc.Channel channel(String sub, String tenant, String... roles) {
            return grpc.channel(grpc.token(
                    sub,
                    Instant.now().plus(Duration.ofHours(1)),
                    tenant.isEmpty() ? Map.of() : Map.of("tenant", tenant),
                    roles));
        }

        private void close() {
            grpc.close();
            gateway.close();
            TestGateway.await(vertx.close());
        }
    }

    @BeforeAll
    static void start() throws Exception {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        clickhouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
        Migrations.apply(clickhouse.uri(), Path.of("../sql/clickhouse"));
        TopicSetup.ensure(broker.bootstrapServers(), 1);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        remembering = node("remembering", ResumeConfig.DEFAULT);
        TestListener platform = TestListener.connectAs(remembering.gateway(), remembering.token("root", "", "admin"));
        alertsStart = platform.subscribe("alerts", null);
        userStart = platform.subscribe("user:u1", null);
        for (int i = 0; i < EACH; i++) {
            for (String tenant : TENANTS) {
                raise(tenant, i);
            }
        }
        // Then: all of it is in memory here; there, the first half of each topic is in the archive alone.
        for (int i = 0; i < 2 * EACH * TENANTS.size(); i++) {
            assertThat(platform.nextJson().getString("op")).isEqualTo("event");
        }
        int half = EACH * TENANTS.size() / 2;
        KafkaRetention.deleteUpTo(broker.bootstrapServers(), Topics.ALERTS, half);
        KafkaRetention.deleteUpTo(broker.bootstrapServers(), Topics.NOTIFICATIONS, half);
        forgetful = node(
                "forgetful",
                new ResumeConfig(1, DataSize.ofMebibytes(1), 500_000, 100_000, 2, 64, 1_000, Duration.ofSeconds(30)));
    }

    @AfterAll
    static void stop() throws IOException {
        forgetful.close();
        remembering.close();
        producer.close();
        clickhouse.close();
        broker.stop();
    }

    private static Node node(String name, ResumeConfig resume) throws IOException {
        Vertx vertx = Vertx.vertx();
        PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        GatewayConfig.ClickHouse store =
                new GatewayConfig.ClickHouse(clickhouse.uri(), "tidegate", "default", "", Duration.ofSeconds(20), 2);
        PushModule push = PushModule.create(
                vertx,
                PushConfig.DEFAULT.withResume(resume),
                hub,
                broker.bootstrapServers(),
                name,
                new ClickHouseArchive(store));
        Path own = Files.createDirectories(directory.resolve(name));
        RouteModule counters =
                new CountersModule(vertx, hub, new SimpleMeterRegistry(), broker.bootstrapServers(), name);
        TestGateway gateway = TestGateway.start(
                vertx,
                own,
                push,
                counters,
                new QueryModule(
                        store,
                        new QueryConfig(
                                Duration.ofMinutes(1),
                                DataSize.ofMebibytes(1),
                                Duration.ofMinutes(1),
                                QueryConfig.DEFAULT.limits()),
                        (from, to) -> Map.of(),
                        Duration.ofMinutes(1),
                        new SimpleMeterRegistry()),
                new RulesModule(
                        vertx,
                        RulesConfig.DEFAULT,
                        Duration.ofSeconds(10),
                        new SimpleMeterRegistry(),
                        hub.metrics(),
                        broker.bootstrapServers(),
                        name),
                new StatusModule(
                        vertx,
                        broker.bootstrapServers(),
                        name,
                        new SimpleMeterRegistry(),
                        () -> CompletableFuture.failedFuture(new IllegalStateException("not asked here")),
                        List::of,
                        () -> true));
        TestGrpc grpc =
                TestGrpc.beside(vertx, Files.createDirectories(own.resolve("grpc")), DataSize.ofMebibytes(1), push);
        await().atMost(PATIENCE)
                .until(() -> hub.feed(Channel.Family.ALERTS).orElseThrow().isReady()
                        && hub.feed(Channel.Family.USER).orElseThrow().isReady()
                        && counters.healthChecks().get(0).health().up());
        return new Node(vertx, gateway, grpc);
    }

    private static String id(String tenant, int number) {
        return (tenant.isEmpty() ? "none" : tenant) + "-" + number;
    }

    private static String[] ids(String tenant) {
        String[] ids = new String[EACH];
        for (int i = 0; i < EACH; i++) {
            ids[i] = id(tenant, i);
        }
        return ids;
    }

    /** An alert about u1 and a notification to u1, in the topics and in the archive, and the event behind them. */
    private static void raise(String tenant, int number) throws Exception {
        String id = id(tenant, number);
        RecordMetadata alert = send(
                Topics.ALERTS,
                Alert.newBuilder()
                        .setAlertId(id)
                        .setKind(AlertKind.ALERT_KIND_FRAUD)
                        .setRuleId("rapid-bets")
                        .setSubject("u1")
                        .setSeverity(Severity.SEVERITY_WARNING)
                        .addEventIds("e1")
                        .setDetectedAtMs(AT_MS)
                        .setTenant(tenant)
                        .build()
                        .toByteArray());
        clickhouse.query(
                "INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, event_ids,"
                        + " detected_at, started_at, raised_at, topic_partition, topic_offset, tenant) VALUES ('" + id
                        + "','fraud','rapid-bets',1,'u1','warning',['e1']," + time(AT_MS) + "," + time(AT_MS) + ","
                        + time(alert.timestamp()) + "," + alert.partition() + "," + alert.offset() + ",'" + tenant
                        + "')");
        RecordMetadata notification = send(
                Topics.NOTIFICATIONS,
                Notification.newBuilder()
                        .setNotificationId(id)
                        .setKind(NotificationKind.NOTIFICATION_KIND_TAKE_A_BREAK)
                        .setRecipient("u1")
                        .setCreatedAtMs(AT_MS)
                        .setTenant(tenant)
                        .build()
                        .toByteArray());
        clickhouse.query("INSERT INTO tidegate.notifications (notification_id, kind, recipient, data, created_at,"
                + " raised_at, topic_partition, topic_offset, tenant) VALUES ('" + id + "','take_a_break','u1','{}',"
                + time(AT_MS) + "," + time(notification.timestamp()) + "," + notification.partition() + ","
                + notification.offset() + ",'" + tenant + "')");
        if (number == 0) {
            clickhouse.query(
                    "INSERT INTO tidegate.events (event_id, type, user_id, tenant, city, occurred_at, appended_at,"
                            + " ingested_at) VALUES ('e1','bet','u1','" + tenant + "','city of " + tenant + "',"
                            // Where even this is the same, the table keeps one of them: docs/adr/0028.
                            + time(AT_MS + TENANTS.indexOf(tenant)) + "," + time(AT_MS) + ",now64(3))");
        }
    }

    private static RecordMetadata send(String topic, byte[] value) throws InterruptedException, ExecutionException {
        return producer.send(new ProducerRecord<>(topic, "u1".getBytes(StandardCharsets.UTF_8), value))
                .get();
    }

    private static String time(long ms) {
        return "fromUnixTimestamp64Milli(toInt64(" + ms + "),'UTC')";
    }

    private static JsonArray alerts(String tenant, String role) {
        HttpResponse<String> response = remembering
                .gateway()
                .get("/api/v1/alerts?from=2026-03-01&to=2026-03-03", remembering.token("ana", tenant, role));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonArray(response.body());
    }

    private static List<String> texts(JsonArray objects, String member) {
        return objects.stream()
                .map(object -> ((JsonObject) object).getString(member))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"analyst", "admin"})
    void aTenantsListOfAlertsIsItsOwnAndAnAnswerIsNotKeptForAnother(String role) {
        // One after the other within the time that answers are kept
        assertThat(alerts("", role)).hasSize(EACH * TENANTS.size());
        for (String tenant : List.of("acme", "globex")) {
            assertThat(texts(alerts(tenant, role), "alertId")).containsExactlyInAnyOrder(ids(tenant));
            assertThat(texts(alerts(tenant, role), "tenant")).containsOnly(tenant);
        }
        assertThat(alerts("initech", role)).isEmpty();
        assertThat(alerts("a' OR tenant != '", role)).isEmpty();
    }

    @Test
    void anotherTenantsAlertDoesNotExistAndAStoryHasOnlyItsTenantsEvents() {
        TestGateway gateway = remembering.gateway();
        // Kept for the platform, so that the answer would be there to give
        assertThat(gateway.get("/api/v1/alerts/globex-0", remembering.token("root", "", "admin"))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> foreign =
                gateway.get("/api/v1/alerts/globex-0", remembering.token("ana", "acme", "analyst", "admin"));
        HttpResponse<String> made =
                gateway.get("/api/v1/alerts/nothing", remembering.token("ana", "acme", "analyst", "admin"));
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(foreign.body()).isEqualTo(made.body());

        for (String tenant : List.of("acme", "globex")) {
            JsonObject story = new JsonObject(
                    gateway.get("/api/v1/alerts/" + tenant + "-0", remembering.token("ana", tenant, "analyst"))
                            .body());
            assertThat(texts(story.getJsonArray("events"), "city")).containsExactly("city of " + tenant);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/analytics/activity?bucket=day",
                "/api/v1/analytics/top-posts",
                "/api/v1/analytics/likes-by-day?postId=p1",
                "/api/v1/analytics/bets?groupBy=user",
                "/api/v1/posts/p1/counters",
                "/api/v1/leaderboards/posts",
                "/api/v1/presence",
                "/api/v1/status",
                "/api/v1/rules/rapid-bets/history"
            })
    void whatIsOfAllTenantsTogetherIsForThoseWithoutOne(String path) {
        assertThat(remembering
                        .gateway()
                        .get(path, remembering.token("root", "", "admin"))
                        .statusCode())
                .isEqualTo(200);

        HttpResponse<String> refused = remembering.gateway().get(path, remembering.token("root", "acme", "admin"));

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("not_by_tenant");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE"})
    void aTenantReadsRulesButDoesNotChangeThem(String method) throws Exception {
        String admin = remembering.token("root", "acme", "admin");
        assertThat(remembering.gateway().get("/api/v1/rules", admin).statusCode())
                .isEqualTo(200);

        HttpResponse<String> refused = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + remembering.gateway().port() + "/api/v1/rules/rapid-bets"))
                                .header("Authorization", "Bearer " + admin)
                                .method(method, HttpRequest.BodyPublishers.ofString("{\"enabled\":false}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("not_by_tenant");
    }

    private static Node node(String name) {
        return name.equals("remembering") ? remembering : forgetful;
    }

    private static List<String> take(TestListener listener, int count, String idMember) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            JsonObject frame = listener.nextJson();
            assertThat(frame.getString("op")).as(frame.encode()).isEqualTo("event");
            ids.add(frame.getJsonObject("data").getString(idMember));
        }
        return ids;
    }

    /** From memory and from log and archive, each; the roles of somebody who could otherwise read everything. */
    @ParameterizedTest
    @CsvSource({"remembering, acme", "remembering, globex", "forgetful, acme", "forgetful, globex"})
    void aWebSocketGetsItsTenantsPastAndPresentAlone(String name, String tenant) throws Exception {
        Node node = node(name);
        TestListener admin = TestListener.connectAs(node.gateway(), node.token("root", tenant, "admin", "analyst"));
        admin.subscribe("alerts", alertsStart);
        assertThat(take(admin, EACH, "alertId")).containsExactly(ids(tenant));
        admin.subscribe("user:u1", userStart);
        assertThat(take(admin, EACH, "notificationId")).containsExactly(ids(tenant));
        admin.expectNothingMore();

        TestListener person = TestListener.connectAs(node.gateway(), node.token("u1", tenant));
        person.subscribe("user:u1", userStart);
        assertThat(take(person, EACH, "notificationId")).containsExactly(ids(tenant));
        person.expectNothingMore();
        admin.cut();
        person.cut();
    }

    @ParameterizedTest
    @ValueSource(strings = {"remembering", "forgetful"})
    void aPersonWithoutATenantIsNoNamesake(String name) {
        TestListener person =
                TestListener.connectAs(node(name).gateway(), node(name).token("u1", ""));
        person.subscribe("user:u1", userStart);
        assertThat(take(person, EACH, "notificationId")).containsExactly(ids(""));
        person.expectNothingMore();

        TestListener platform =
                TestListener.connectAs(node(name).gateway(), node(name).token("root", "", "admin"));
        platform.subscribe("user:u1", userStart);
        assertThat(take(platform, EACH * TENANTS.size(), "notificationId")).hasSize(EACH * TENANTS.size());
        person.cut();
        platform.cut();
    }

    @Test
    void aSocketIsNotRenewedIntoAnotherTenantAndCountersAreForbidden() {
        TestListener listener =
                TestListener.connectAs(remembering.gateway(), remembering.token("ana", "acme", "analyst"));
        for (String channel : List.of("post:p1", "leaderboard:posts")) {
            listener.send("{\"op\":\"subscribe\",\"channel\":\"" + channel + "\"}");
            listener.expectError(PushError.FORBIDDEN);
        }
        listener.send("{\"op\":\"auth\",\"token\":\"" + remembering.token("ana", "globex", "analyst") + "\"}");
        listener.expectError(PushError.OTHER_SUBJECT);
        assertThat(listener.closeCode()).isEqualTo(4401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"remembering", "forgetful"})
    void serverSentEventsAreTheTenantsOwn(String name) throws Exception {
        Node node = node(name);
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + node.gateway().port() + "/api/v1/feed?channel=alerts&cursor=" + alertsStart))
                                .header("Authorization", "Bearer " + node.token("ana", "acme", "analyst"))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        List<String> got = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            while (got.size() < EACH) {
                String line = lines.readLine();
                if (line.startsWith("data: ") && line.contains("\"op\":\"event\"")) {
                    got.add(new JsonObject(line.substring(6))
                            .getJsonObject("data")
                            .getString("alertId"));
                }
            }
        }
        assertThat(got).containsExactly(ids("acme"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"remembering", "forgetful"})
    void grpcIsTheTenantsOwn(String name) {
        Iterator<FeedMessage> messages = ClientCalls.blockingServerStreamingCall(
                node(name).channel("ana", "globex", "analyst"),
                SUBSCRIBE,
                CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS),
                SubscribeRequest.newBuilder()
                        .setChannel("alerts")
                        .setCursor(alertsStart)
                        .build());
        assertThat(messages.next().hasSubscribed()).isTrue();
        List<String> got = new ArrayList<>();
        while (got.size() < EACH) {
            Alert alert = messages.next().getAlert();
            assertThat(alert.getTenant()).isEqualTo("globex");
            got.add(alert.getAlertId());
        }
        assertThat(got).containsExactly(ids("globex"));

        Iterator<FeedMessage> counters = ClientCalls.blockingServerStreamingCall(
                node(name).channel("ana", "globex", "analyst"),
                SUBSCRIBE,
                CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS),
                SubscribeRequest.newBuilder().setChannel("post:p1").build());
        assertThat(catchThrowableOfType(StatusRuntimeException.class, counters::next))
                .satisfies(
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
    }
}
