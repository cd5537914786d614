package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.serving.config.YamlSection;
import io.tidegate.serving.notify.webhook.HookServer;
import io.tidegate.serving.notify.webhook.WebhookSignature;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.StringReader;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an alert on the topic to a request at a receiver, over the gateway's API, with a real broker and a real HTTPS server. */
class NotifierTest {

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static KafkaBroker broker;
    private static NotifierWorld world;

    private final List<Notifier> notifiers = new ArrayList<>();
    private final List<HookServer> servers = new ArrayList<>();

    @BeforeAll
    static void start() {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        world = NotifierWorld.create(VERTX, broker.bootstrapServers(), directory);
    }

    @AfterAll
    static void stop() {
        world.close();
        broker.close();
        VERTX.close();
    }

    @AfterEach
    void forget() {
        notifiers.forEach(Notifier::stop);
        servers.forEach(HookServer::close);
        world.deleteWebhooks();
    }

    private HookServer hooks() {
        HookServer server = HookServer.start(VERTX, directory);
        servers.add(server);
        return server;
    }

    private Notifier notifier(String more) {
        String ports =
                servers.stream().map(server -> Integer.toString(server.port())).collect(Collectors.joining(","));
        String yaml = """
                ops: {port: 0}
                kafka: {bootstrapServers: "%s"}
                settings: {keyFile: notifier.key}
                outbound: {ports: [%s], allowNetworks: [127.0.0.0/8], trustCertFile: hooks.pem, timeout: 5s}
                """.formatted(broker.bootstrapServers(), ports)
                + (more.contains("retry:") ? "" : "retry: {attempts: 5, initial: 20ms, max: 100ms}\n")
                + more;
        Notifier notifier = Notifier.start(
                NotifierConfig.read(YamlSection.parse(new StringReader(yaml)), directory),
                host -> List.of(InetAddress.getByName(host.equals("inside.test") ? "10.0.0.1" : "127.0.0.1")),
                Clock.systemUTC());
        notifiers.add(notifier);
        await().atMost(Duration.ofSeconds(60)).until(notifier::ready);
        return notifier;
    }

    /** Every notifier has read of it. */
    private void awaitWebhook(String id) {
        await().atMost(soon()).until(() -> notifiers.stream()
                .allMatch(notifier -> notifier.settings().webhook(id).isPresent()));
    }

    private static Duration soon() {
        return Duration.ofSeconds(60);
    }

    private static List<String> ids(HookServer hooks) {
        return hooks.received().stream()
                .map(received -> received.header("Idempotency-Key"))
                .toList();
    }

    @Test
    void anAlertReachesAWebhookSignedUnderADeterministicId() {
        HookServer hooks = hooks();
        notifier("");
        JsonObject webhook = world.createWebhook(hooks.url("/in?token=1"), "{\"kinds\":[\"fraud\"]}");
        awaitWebhook(webhook.getString("id"));

        String alert = world.alert("u1", "rapid-bets");

        await().atMost(soon()).until(() -> !hooks.received().isEmpty());
        HookServer.Received received = hooks.received().get(0);
        JsonObject body = new JsonObject(Buffer.buffer(received.body()));
        assertThat(body.getString("type")).isEqualTo("alert");
        assertThat(body.getJsonObject("data").getString("alertId")).isEqualTo(alert);
        assertThat(body.getJsonObject("data").getString("ruleId")).isEqualTo("rapid-bets");
        String id = DeliveryIds.single("webhook:" + webhook.getString("id"), alert);
        assertThat(received.header("Idempotency-Key")).isEqualTo(id);
        assertThat(received.header("Tidegate-Delivery")).isEqualTo(id);
        assertThat(body.getString("deliveryId")).isEqualTo(id);
        String signature = received.header(WebhookSignature.HEADER);
        String secret = webhook.getString("secret");
        Duration tolerance = Duration.ofMinutes(5);
        assertThat(WebhookSignature.verify(secret, signature, received.body(), Instant.now(), tolerance))
                .isTrue();
        assertThat(WebhookSignature.verify("whsec_other", signature, received.body(), Instant.now(), tolerance))
                .isFalse();
        assertThat(WebhookSignature.verify(
                        secret, signature, received.body(), Instant.now().plusSeconds(600), tolerance))
                .isFalse();
        assertThat(WebhookSignature.verify(secret, "v1=zz", received.body(), Instant.now(), tolerance))
                .isFalse();
    }

    @Test
    void aFailedAttemptIsRepeatedUnderTheSameIdAndADeadTargetHoldsUpNobodyElse() {
        HookServer flaky = hooks();
        HookServer dead = hooks();
        HookServer fine = hooks();
        dead.answers(500);
        flaky.answers(request -> request.response()
                .setStatusCode(flaky.received().size() < 3 ? 503 : 200)
                .end());
        notifier("");
        for (HookServer server : servers) {
            awaitWebhook(world.createWebhook(server.url("/"), "{\"rules\":[\"country-hop\"]}")
                    .getString("id"));
        }

        IntStream.range(0, 3).forEach(i -> world.alert("u" + i, "country-hop"));

        await().atMost(soon()).until(() -> ids(fine).stream().distinct().count() == 3);
        await().atMost(soon()).until(() -> flaky.received().size() >= 5);
        assertThat(ids(fine)).doesNotHaveDuplicates();
        assertThat(ids(flaky).stream().distinct()).hasSize(3);
        assertThat(flaky.received())
                .filteredOn(received -> "2".equals(received.header("Tidegate-Attempt")))
                .isNotEmpty();
    }

    @Test
    void afterTheLastAttemptItIsADeadLetterWithTheReason() {
        HookServer hooks = hooks();
        hooks.answers(500);
        notifier("retry: {attempts: 2, initial: 10ms, max: 10ms}\n");
        JsonObject webhook = world.createWebhook(hooks.url("/"), "{\"rules\":[\"deposit-cycle\"]}");
        awaitWebhook(webhook.getString("id"));

        String alert = world.alert("u1", "deposit-cycle");

        NotifierWorld.DeadLetter letter = world.deadLetter("webhook:" + webhook.getString("id"));
        assertThat(letter.reason()).isEqualTo("http_500");
        assertThat(Notices.id(letter.delivery().getNotices(0))).isEqualTo(alert);
        assertThat(letter.delivery().getAttempts()).isEqualTo(2);
        assertThat(hooks.received()).hasSize(2);
    }

    @Test
    void goneDisablesTheWebhook() {
        HookServer hooks = hooks();
        hooks.answers(410);
        notifier("");
        JsonObject webhook = world.createWebhook(hooks.url("/"), "{\"rules\":[\"shared-device\"]}");
        awaitWebhook(webhook.getString("id"));

        world.alert("u1", "shared-device");

        await().atMost(soon())
                .until(() -> !world.webhook(webhook.getString("id")).getBoolean("enabled"));
        assertThat(world.webhook(webhook.getString("id")).getString("disabledReason"))
                .isEqualTo("gone");
        assertThat(world.deadLetter("webhook:" + webhook.getString("id")).reason())
                .isEqualTo("gone");
        assertThat(hooks.received()).hasSize(1);
    }

    @Test
    void retryAfterIsHonoured() {
        HookServer hooks = hooks();
        List<Instant> times = new CopyOnWriteArrayList<>();
        hooks.answers(request -> {
            times.add(Instant.now());
            if (times.size() == 1) {
                request.response()
                        .putHeader("Retry-After", "2")
                        .setStatusCode(429)
                        .end();
            } else {
                request.response().end();
            }
        });
        notifier("");
        awaitWebhook(world.createWebhook(hooks.url("/"), "{\"rules\":[\"like-burst\"]}")
                .getString("id"));

        world.alert("u1", "like-burst");

        await().atMost(soon()).until(() -> times.size() == 2);
        assertThat(Duration.between(times.get(0), times.get(1))).isGreaterThanOrEqualTo(Duration.ofMillis(1950));
    }

    @Test
    void aWebhookWhoseNameLeadsInsideIsBlockedAndADeadLetter() {
        HookServer hooks = hooks();
        notifier("");
        // Given a name that the API can't judge
        JsonObject webhook =
                world.createWebhook("https://inside.test:" + hooks.port() + "/", "{\"rules\":[\"lockstep-likes\"]}");
        awaitWebhook(webhook.getString("id"));

        world.alert("u1", "lockstep-likes");

        assertThat(world.deadLetter("webhook:" + webhook.getString("id")).reason())
                .isEqualTo("blocked_address");
        assertThat(hooks.connections()).isZero();
    }

    @Test
    void whatSeveralNotifiersShareIsDeliveredOnceAndGoesOnWhenOneStops() {
        HookServer hooks = hooks();
        Notifier first = notifier("");
        notifier("");
        JsonObject webhook = world.createWebhook(hooks.url("/"), "{\"rules\":[\"probe-then-strike\"]}");
        awaitWebhook(webhook.getString("id"));

        List<String> alerts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            alerts.add(world.alert("u" + i, "probe-then-strike"));
        }
        await().atMost(soon()).until(() -> ids(hooks).stream().distinct().count() == 20);
        first.stop();
        notifiers.remove(first);
        for (int i = 20; i < 40; i++) {
            alerts.add(world.alert("u" + i, "probe-then-strike"));
        }
        await().atMost(soon()).until(() -> ids(hooks).stream().distinct().count() == 40);

        assertThat(ids(hooks))
                .containsAll(alerts.stream()
                        .map(alert -> DeliveryIds.single("webhook:" + webhook.getString("id"), alert))
                        .toList());
        Map<String, Long> counts = ids(hooks).stream().collect(Collectors.groupingBy(id -> id, Collectors.counting()));
        assertThat(counts.values()).allMatch(count -> count <= 2);
    }

    @Test
    void aDigestCollectsWhatCameInItsPeriod() {
        HookServer hooks = hooks();
        notifier("");
        JsonObject webhook = world.createWebhook(
                hooks.url("/"), "{\"rules\":[\"bet-escalation\"]}", "{\"timeZone\":\"Europe/Riga\",\"digest\":\"1m\"}");
        awaitWebhook(webhook.getString("id"));

        world.alert("u1", "bet-escalation");
        world.alert("u2", "bet-escalation");
        world.alert("u3", "bet-escalation");

        await().atMost(Duration.ofSeconds(130)).until(() -> items(hooks) == 3);
        // Three at most two messages: the minute may have turned between them.
        assertThat(hooks.received()).hasSizeLessThanOrEqualTo(2);
        assertThat(hooks.received().stream()
                        .map(received -> new JsonObject(Buffer.buffer(received.body())).getString("type")))
                .contains("digest");
    }

    private static int items(HookServer hooks) {
        return hooks.received().stream()
                .map(received -> new JsonObject(Buffer.buffer(received.body())))
                .mapToInt(body -> body.getString("type").equals("digest")
                        ? body.getJsonObject("data").getJsonArray("items").size()
                        : 1)
                .sum();
    }

    @Test
    void whatIsNoAlertIsADeadLetterAndHoldsUpNothing() {
        HookServer hooks = hooks();
        notifier("");
        awaitWebhook(world.createWebhook(hooks.url("/"), "{\"rules\":[\"post-surge\"]}")
                .getString("id"));

        world.send(Topics.ALERTS, "u1", new byte[] {1, 2, 3});
        world.alert("u1", "post-surge");

        await().atMost(soon()).until(() -> hooks.received().size() == 1);
    }
}
