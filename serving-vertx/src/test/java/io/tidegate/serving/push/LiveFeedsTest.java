package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.BigWin;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.PostLeaderboard;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.counters.CountersModule;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a topic of a real broker to a WebSocket. */
class LiveFeedsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private KafkaBroker broker;
    private Vertx vertx;
    private SimpleMeterRegistry meters;
    private PushHub hub;
    private TestGateway gateway;

    @BeforeEach
    void startBroker() {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        TopicSetup.ensure(broker.bootstrapServers(), 2);
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        TestGateway.await(vertx.close());
        broker.stop();
    }

    private void startGateway() {
        meters = new SimpleMeterRegistry();
        hub = new PushHub(new PushMetrics(meters));
        CountersModule counters = new CountersModule(vertx, hub, meters, broker.bootstrapServers(), "test");
        gateway = TestGateway.start(
                vertx,
                directory,
                counters,
                PushModule.create(vertx, PushConfig.DEFAULT, hub, broker.bootstrapServers(), "test", Archive.NONE));
        await().atMost(PATIENCE)
                .until(() -> counters.healthChecks().get(0).health().up()
                        && hub.position(Channel.Family.ALERTS).isPresent()
                        && hub.position(Channel.Family.USER).isPresent());
    }

    private KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        Map<String, Object> config = new HashMap<>(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ProducerConfig.LINGER_MS_CONFIG,
                0));
        if (transactionalId != null) {
            config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        }
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void send(String topic, String key, byte[] value) {
        try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
            send(producer, topic, key, value);
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] alert(String id) {
        return Alert.newBuilder()
                .setAlertId(id)
                .setKind(AlertKind.ALERT_KIND_FRAUD)
                .setRuleId("rapid-bets")
                .setRuleVersion(1)
                .setSubject("u1")
                .setSeverity(Severity.SEVERITY_WARNING)
                .setMessage("20 bets within 10 s")
                .addEventIds("e1")
                .addEventIds("e2")
                .setDetectedAtMs(1_772_402_400_123L)
                .build()
                .toByteArray();
    }

    private static byte[] counters(String postId, long likes) {
        return Counter.newBuilder().setPost(post(postId, likes)).build().toByteArray();
    }

    private static PostCounters post(String postId, long likes) {
        return PostCounters.newBuilder()
                .setPostId(postId)
                .setLikes(likes)
                .setComments(3)
                .setShares(1)
                .build();
    }

    private static byte[] leaderboard(String... postIds) {
        PostLeaderboard.Builder best = PostLeaderboard.newBuilder();
        for (String postId : postIds) {
            best.addPosts(post(postId, 10));
        }
        return Counter.newBuilder().setPostLeaderboard(best).build().toByteArray();
    }

    private TestListener alerts() {
        TestListener listener = TestListener.connectAs(gateway, gateway.token("ana", "analyst"));
        listener.subscribe("alerts");
        return listener;
    }

    private static String alertId(TestListener listener) {
        JsonObject frame = listener.nextJson();
        assertThat(frame.getString("op")).as(frame.encode()).isEqualTo("event");
        return frame.getJsonObject("data").getString("alertId");
    }

    @Test
    void anAlertIsDeliveredWithEveryFieldOfTheContractAndPoisonIsSkipped() {
        startGateway();
        TestListener listener = alerts();

        send(Topics.ALERTS, "u1", new byte[] {1, 2, 3});
        send(Topics.ALERTS, "u1", new byte[0]);
        send(Topics.ALERTS, "u1", alert("a1"));

        JsonObject frame = listener.nextJson();
        assertThat(Cursor.decode(frame.getString("cursor"))).isPresent();
        assertThat(frame.getJsonObject("data").encode())
                .isEqualTo("{\"alertId\":\"a1\",\"kind\":\"fraud\",\"ruleId\":\"rapid-bets\",\"ruleVersion\":1,"
                        + "\"subject\":\"u1\",\"severity\":\"warning\",\"message\":\"20 bets within 10 s\","
                        + "\"eventIds\":[\"e1\",\"e2\"],\"detectedAt\":\"2026-03-01T22:00:00.123Z\"}");
        assertThat(meters.get("tidegate.feed.poison")
                        .tag("topic", Topics.ALERTS)
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void anAlertIsDeliveredBeforeItsTransactionCommitsAndItsRewriteAfterAnAbortIsNot() {
        startGateway();
        TestListener listener = alerts();

        try (KafkaProducer<byte[], byte[]> failing = producer("job")) {
            failing.initTransactions();
            failing.beginTransaction();
            send(failing, Topics.ALERTS, "u1", alert("a1"));
            assertThat(alertId(listener)).isEqualTo("a1");
            failing.abortTransaction();
        }
        try (KafkaProducer<byte[], byte[]> restarted = producer("job")) {
            restarted.initTransactions();
            restarted.beginTransaction();
            send(restarted, Topics.ALERTS, "u1", alert("a1"));
            send(restarted, Topics.ALERTS, "u1", alert("a2"));
            restarted.commitTransaction();
        }

        assertThat(alertId(listener)).isEqualTo("a2");
        listener.expectNothingMore();
    }

    @Test
    void notificationsComeOnceCommittedAndOnlyToTheirRecipient() {
        startGateway();
        TestListener author = TestListener.connectAs(gateway, gateway.token("u1"));
        author.subscribe("user:u1");
        TestListener other = TestListener.connectAs(gateway, gateway.token("u2"));
        other.subscribe("user:u2");
        byte[] milestone = Notification.newBuilder()
                .setNotificationId("n1")
                .setKind(NotificationKind.NOTIFICATION_KIND_MILESTONE)
                .setRecipient("u1")
                .setMessage("Your post p1 got 100 likes")
                .setMilestone(Milestone.newBuilder().setPostId("p1").setLikes(100))
                .build()
                .toByteArray();
        byte[] bigWin = Notification.newBuilder()
                .setNotificationId("n2")
                .setKind(NotificationKind.NOTIFICATION_KIND_BIG_WIN)
                .setRecipient("u1")
                .setMessage("You won")
                .setBigWin(BigWin.newBuilder()
                        .setBetId("b1")
                        .setGameId("g1")
                        .setStakeE4(105_000)
                        .setPayoutE4(10_000_000)
                        .setCurrency("EUR"))
                .build()
                .toByteArray();

        try (KafkaProducer<byte[], byte[]> job = producer("engagement")) {
            job.initTransactions();
            job.beginTransaction();
            send(job, Topics.NOTIFICATIONS, "u1", milestone);
            author.expectNothingMore();
            job.abortTransaction();
            job.beginTransaction();
            send(job, Topics.NOTIFICATIONS, "u1", milestone);
            send(job, Topics.NOTIFICATIONS, "u1", milestone);
            send(job, Topics.NOTIFICATIONS, "u1", bigWin);
            job.commitTransaction();
        }

        assertThat(author.nextJson().getJsonObject("data").encode())
                .isEqualTo(
                        "{\"notificationId\":\"n1\",\"kind\":\"milestone\",\"message\":\"Your post p1 got 100 likes\","
                                + "\"data\":{\"postId\":\"p1\",\"likes\":100}}");
        assertThat(author.nextJson().getJsonObject("data").getJsonObject("data").encode())
                .isEqualTo("{\"betId\":\"b1\",\"gameId\":\"g1\",\"stake\":10.5,\"payout\":1000,\"currency\":\"EUR\"}");
        other.expectNothingMore();
    }

    @Test
    void countersAreKnownFromBeforeTheStartAndFollowTheTopic() {
        try (KafkaProducer<byte[], byte[]> job = producer(null)) {
            for (int i = 0; i < 2_000; i++) {
                send(job, Topics.COUNTERS, "post/p" + i % 20, counters("p" + i % 20, i));
            }
            send(job, Topics.COUNTERS, "post/gone", counters("gone", 5));
            send(job, Topics.COUNTERS, "post/gone", null);
            send(job, Topics.COUNTERS, "post/p1", new byte[] {9, 9, 9});
            send(job, Topics.COUNTERS, "something/new", new byte[] {9, 9, 9});
            send(job, Topics.COUNTERS, "leaderboard/posts", leaderboard("p1", "p2", "p3"));
        }

        startGateway();

        String token = gateway.token("u1");
        assertThat(gateway.get("/api/v1/posts/p7/counters", token).body())
                .isEqualTo("{\"postId\":\"p7\",\"likes\":1987,\"comments\":3,\"shares\":1}");
        for (String unknown : List.of("gone", "never", "a%20b%2Fc")) {
            assertThat(gateway.get("/api/v1/posts/" + unknown + "/counters", token)
                            .body())
                    .endsWith(",\"likes\":0,\"comments\":0,\"shares\":0}");
        }
        assertThat(gateway.get("/api/v1/posts/p7/counters", null).statusCode()).isEqualTo(401);
        assertThat(gateway.get("/api/v1/leaderboards/posts?limit=2", token).body())
                .isEqualTo("[{\"postId\":\"p1\",\"likes\":10,\"comments\":3,\"shares\":1},"
                        + "{\"postId\":\"p2\",\"likes\":10,\"comments\":3,\"shares\":1}]");
        for (String bad : List.of("0", "101", "x")) {
            assertThat(gateway.get("/api/v1/leaderboards/posts?limit=" + bad, token)
                            .statusCode())
                    .isEqualTo(400);
        }

        TestListener listener = TestListener.connectAs(gateway, token);
        listener.subscribe("post:p7");
        assertThat(listener.nextJson().getJsonObject("data").getLong("likes")).isEqualTo(1987);
        listener.subscribe("leaderboard:posts");
        assertThat(listener.nextJson().getJsonArray("data")).hasSize(3);

        send(Topics.COUNTERS, "post/p7", counters("p7", 5_000));
        assertThat(listener.nextJson().getJsonObject("data").getLong("likes")).isEqualTo(5_000);
        send(Topics.COUNTERS, "leaderboard/posts", leaderboard("p7"));
        assertThat(listener.nextJson().getJsonArray("data")).hasSize(1);
        assertThat(gateway.get("/api/v1/posts/p7/counters", token).body()).contains("5000");
    }

    @Test
    void aRestartOfTheBrokerLosesAndRepeatsNothing() {
        startGateway();
        TestListener listener = alerts();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            send(Topics.ALERTS, "u1", alert("before" + i));
            expected.add("before" + i);
        }

        int port = broker.port();
        broker.stop();
        broker = KafkaBroker.start(directory.resolve("kafka"), port, 0);
        for (int i = 0; i < 20; i++) {
            send(Topics.ALERTS, "u1", alert("after" + i));
            expected.add("after" + i);
        }

        List<String> got = new ArrayList<>();
        for (int i = 0; i < expected.size(); i++) {
            got.add(alertId(listener));
        }
        assertThat(got).containsExactlyElementsOf(expected);
        listener.expectNothingMore();
    }

    @Test
    void aTopicThatHasLostItsRecordsIsTakenUpAgainAndListenersAreToldOfTheGap() {
        startGateway();
        TestListener listener = alerts();
        for (int i = 0; i < 5; i++) {
            send(Topics.ALERTS, "u1", alert("old" + i));
            assertThat(alertId(listener)).isEqualTo("old" + i);
        }

        int port = broker.port();
        broker.stop();
        broker = KafkaBroker.start(directory.resolve("empty"), port, 0);
        TopicSetup.ensure(broker.bootstrapServers(), 2);

        JsonObject gap = listener.nextJson();
        assertThat(gap.getString("op")).isEqualTo("gap");
        assertThat(gap.getString("channel")).isEqualTo("alerts");
        assertThat(Instant.parse(gap.getString("from"))).isBefore(Instant.parse(gap.getString("to")));
        send(Topics.ALERTS, "u1", alert("new"));
        assertThat(alertId(listener)).isEqualTo("new");
    }
}
