package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.serving.config.YamlSection;
import io.tidegate.serving.notify.webhook.AddressPolicy;
import io.tidegate.serving.notify.webhook.HookServer;
import io.tidegate.serving.notify.webhook.OutboundHttp;
import io.tidegate.serving.notify.webhook.WebhookSignature;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** From an alert on the topic to a request at a receiver, over the gateway's API, with a real broker and a real HTTPS server. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NotifierTest {

    /** Tests with a notifier of their own come first, so that those that share one have the same one. */
    private static final int WITH_ITS_OWN = 1;

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static KafkaBroker broker;
    private static NotifierWorld world;
    /** Of the tests that need no notifier of their own; null while there is none. */
    private static Notifier shared;

    /** A test's own. */
    private final List<Notifier> notifiers = new ArrayList<>();

    private final List<HookServer> servers = new ArrayList<>();

    @BeforeAll
    static void start() {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        world = NotifierWorld.create(VERTX, broker.bootstrapServers(), directory);
    }

    @AfterAll
    static void stop() {
        stopShared();
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

    private static void stopShared() {
        if (shared != null) {
            shared.stop();
            shared = null;
        }
    }

    /** One that other tests use too: to join its groups and to leave them takes two seconds. */
    private static Notifier notifier() {
        if (shared == null) {
            shared = start(Clock.systemUTC(), "tidegate-notifier");
        }
        return shared;
    }

    /** One of this test alone. */
    private Notifier notifier(Clock clock, String group) {
        stopShared();
        Notifier notifier = start(clock, group);
        notifiers.add(notifier);
        return notifier;
    }

    private static Notifier start(Clock clock, String group) {
        String yaml = """
                ops: {port: 0}
                kafka: {bootstrapServers: "%s", group: %s}
                settings: {keyFile: notifier.key}
                outbound: {allowNetworks: [127.0.0.0/8], trustCertFile: hooks.pem, timeout: 5s}
                retry: {attempts: 5, initial: 20ms, max: 100ms}
                """.formatted(broker.bootstrapServers(), group);
        Notifier notifier = Notifier.start(
                toAnyPort(NotifierConfig.read(YamlSection.parse(new StringReader(yaml)), directory)),
                host -> List.of(InetAddress.getByName(host.equals("inside.test") ? "10.0.0.1" : "127.0.0.1")),
                clock);
        await().atMost(Duration.ofSeconds(60)).until(notifier::ready);
        return notifier;
    }

    /** Of servers that start later, too. */
    private static NotifierConfig toAnyPort(NotifierConfig config) {
        OutboundHttp.Options outbound = config.outbound();
        return new NotifierConfig(
                config.ops(),
                config.kafka(),
                config.settingsKeyFile(),
                new OutboundHttp.Options(
                        new AddressPolicy(
                                false, NotifierWorld.ANY_PORT, outbound.policy().allowNetworks()),
                        outbound.timeout(),
                        outbound.connectTimeout(),
                        outbound.maxResponseBytes(),
                        outbound.connectionsPerTarget(),
                        outbound.trustCertFile()),
                config.retry(),
                config.limits(),
                config.email(),
                config.webPush());
    }

    private List<Notifier> running() {
        return shared == null ? notifiers : List.of(shared);
    }

    /** Every notifier has read of it. */
    private void awaitWebhook(String id) {
        await().atMost(soon()).until(() -> running().stream()
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
        notifier();
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
        notifier();
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
        notifier();
        JsonObject webhook = world.createWebhook(hooks.url("/"), "{\"rules\":[\"deposit-cycle\"]}");
        awaitWebhook(webhook.getString("id"));

        String alert = world.alert("u1", "deposit-cycle");

        NotifierWorld.DeadLetter letter = world.deadLetter("webhook:" + webhook.getString("id"));
        assertThat(letter.reason()).isEqualTo("http_500");
        assertThat(Notices.id(letter.delivery().getNotices(0))).isEqualTo(alert);
        assertThat(letter.delivery().getAttempts()).isEqualTo(5);
        assertThat(hooks.received()).hasSize(5);
    }

    @Test
    void goneDisablesTheWebhook() {
        HookServer hooks = hooks();
        hooks.answers(410);
        notifier();
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
    void aDisabledWebhookIsEnabledAgainAndAnOperatorSendsAgainWhatWasGivenUp() {
        HookServer hooks = hooks();
        hooks.answers(410);
        notifier();
        JsonObject webhook = world.createWebhook(hooks.url("/"), "{\"rules\":[\"game-surge\"]}");
        String id = webhook.getString("id");
        awaitWebhook(id);
        String given = world.alert("u1", "game-surge");
        assertThat(world.deadLetter("webhook:" + id).reason()).isEqualTo("gone");

        hooks.answers(200);
        assertThat(world.call("POST", "/api/v1/webhooks/" + id + "/enable", null, "stranger", "analyst")
                        .statusCode())
                .isEqualTo(404);
        JsonObject enabled =
                new JsonObject(world.call("POST", "/api/v1/webhooks/" + id + "/enable", null, "boss", "admin")
                        .body());
        assertThat(enabled.getBoolean("enabled")).isTrue();
        assertThat(enabled.fieldNames()).doesNotContain("disabledReason", "disabledAt", "secret");
        await().atMost(soon())
                .until(() -> shared.settings().webhook(id).orElseThrow().getEnabled());

        // Nothing comes by itself
        String target = "webhook:" + id;
        assertThat(redrive("--target", target, "--dry-run")).startsWith("1\tgone\n1 would be sent again");
        assertThat(redrive("--target", "webhook:another")).startsWith("0 are being sent again");
        assertThat(redrive("--target", target, "--reason", "timeout")).startsWith("0 are being sent again");
        assertThat(redrive(
                        "--target",
                        target,
                        "--since",
                        Instant.now().plusSeconds(60).toString()))
                .startsWith("0 are being sent again");
        assertThat(hooks.received()).hasSize(1);
        // Then it comes as what it is, and once however often it is asked for
        assertThat(redrive("--target", target)).startsWith("1\tgone\n1 are being sent again");
        await().atMost(soon()).until(() -> hooks.received().size() == 2);
        assertThat(redrive("--target", target)).startsWith("1\tgone\n1 are being sent again");
        String last = world.alert("u2", "game-surge");
        await().atMost(soon()).until(() -> hooks.received().size() >= 3);
        String first = DeliveryIds.single(target, given);
        assertThat(ids(hooks)).containsExactly(first, first, DeliveryIds.single(target, last));
        assertThat(hooks.received().get(1).header("Tidegate-Attempt")).isEqualTo("1");
    }

    private static String redrive(String... more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> args = new ArrayList<>(List.of("--bootstrap-servers", broker.bootstrapServers()));
        args.addAll(List.of(more));
        int exitCode = RedriveMain.run(
                args.toArray(String[]::new), new PrintStream(out, true, StandardCharsets.UTF_8), System.err);
        assertThat(exitCode).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aReplacedSecretGoesOnSigningUntilTheOverlapIsOver() {
        HookServer hooks = hooks();
        notifier();
        JsonObject webhook = world.createWebhook(hooks.url("/"), "{\"rules\":[\"post-surge-ended\"]}");
        String id = webhook.getString("id");
        String before = webhook.getString("secret");
        assertThat(world.call("POST", "/api/v1/webhooks/" + id + "/secret", "{\"overlap\":\"8d\"}", "boss", "admin")
                        .statusCode())
                .isEqualTo(422);

        JsonObject rotated = rotated(id, "{}");
        String now = rotated.getString("secret");
        assertThat(now).startsWith("whsec_").isNotEqualTo(before);
        assertThat(Duration.between(Instant.now(), Instant.parse(rotated.getString("previousSecretUntil"))))
                .isBetween(Duration.ofHours(23), Duration.ofHours(24));
        awaitSecret(id, now);
        world.alert("u1", "post-surge-ended");
        await().atMost(soon()).until(() -> hooks.received().size() == 1);
        assertThat(verifies(before, hooks.received().get(0))).isTrue();
        assertThat(verifies(now, hooks.received().get(0))).isTrue();

        // A leaked one ends at once, and the one before it too
        String newest = rotated(id, "{\"overlap\":\"0s\"}").getString("secret");
        awaitSecret(id, newest);
        world.alert("u2", "post-surge-ended");
        await().atMost(soon()).until(() -> hooks.received().size() == 2);
        assertThat(verifies(newest, hooks.received().get(1))).isTrue();
        assertThat(verifies(now, hooks.received().get(1))).isFalse();
        assertThat(verifies(before, hooks.received().get(1))).isFalse();
    }

    private static JsonObject rotated(String id, String body) {
        return new JsonObject(world.call("POST", "/api/v1/webhooks/" + id + "/secret", body, "boss", "admin")
                .body());
    }

    private void awaitSecret(String id, String secret) {
        awaitWebhook(id);
        await().atMost(soon())
                .until(() ->
                        shared.settings().webhook(id).orElseThrow().getSecret().equals(secret));
    }

    private static boolean verifies(String secret, HookServer.Received received) {
        return WebhookSignature.verify(
                secret,
                received.header(WebhookSignature.HEADER),
                received.body(),
                Instant.now(),
                Duration.ofMinutes(5));
    }

    @Test
    void aTenantsWebhookGetsWhatIsOfThatTenant() {
        HookServer acme = hooks();
        HookServer everything = hooks();
        notifier();
        String filter = "{\"rules\":[\"shared-device\"]}";
        String id = world.createTenantsWebhook("acme", acme.url("/"), filter).getString("id");
        awaitWebhook(id);
        awaitWebhook(world.createWebhook(everything.url("/"), filter).getString("id"));
        assertThat(world.callAs("globex", "GET", "/api/v1/webhooks/" + id).statusCode())
                .isEqualTo(404);
        assertThat(world.callAs("acme", "GET", "/api/v1/webhooks/" + id).statusCode())
                .isEqualTo(200);

        world.alertOf("globex", "u1", "shared-device");
        world.alertOf("", "u1", "shared-device");
        String its = world.alertOf("acme", "u1", "shared-device");

        await().atMost(soon()).until(() -> everything.received().size() == 3);
        await().atMost(soon()).until(() -> !acme.received().isEmpty());
        assertThat(ids(acme)).containsExactly(DeliveryIds.single("webhook:" + id, its));
    }

    @Order(WITH_ITS_OWN)
    @Test
    void aGroupThatHasNeverReadGetsTheLastMinutesAndThenWhatComesAtOnce() {
        HookServer hooks = hooks();
        String id = world.createWebhook(hooks.url("/"), "{\"rules\":[\"game-surge-ended\"]}")
                .getString("id");
        world.alert("before", "game-surge-ended");

        notifier(Clock.systemUTC(), "newcomers");
        awaitWebhook(id);
        // To every partition of the topic, of which some have nothing yet
        IntStream.range(0, 8).forEach(i -> world.alert("u" + i, "game-surge-ended"));

        // Well below the 30 s after which Kafka's client asks again what it got no answer to.
        await().atMost(Duration.ofSeconds(20)).until(() -> hooks.received().size() == 9);
    }

    @Test
    void retryAfterIsHonoured() {
        HookServer hooks = hooks();
        List<Instant> times = new CopyOnWriteArrayList<>();
        hooks.answers(request -> {
            times.add(Instant.now());
            if (times.size() == 1) {
                request.response()
                        .putHeader("Retry-After", "1")
                        .setStatusCode(429)
                        .end();
            } else {
                request.response().end();
            }
        });
        notifier();
        awaitWebhook(world.createWebhook(hooks.url("/"), "{\"rules\":[\"like-burst\"]}")
                .getString("id"));

        world.alert("u1", "like-burst");

        await().atMost(soon()).until(() -> times.size() == 2);
        assertThat(Duration.between(times.get(0), times.get(1))).isGreaterThanOrEqualTo(Duration.ofMillis(950));
    }

    @Test
    void aWebhookWhoseNameLeadsInsideIsBlockedAndADeadLetter() {
        HookServer hooks = hooks();
        notifier();
        // Given a name that the API can't judge
        JsonObject webhook =
                world.createWebhook("https://inside.test:" + hooks.port() + "/", "{\"rules\":[\"lockstep-likes\"]}");
        awaitWebhook(webhook.getString("id"));

        world.alert("u1", "lockstep-likes");

        assertThat(world.deadLetter("webhook:" + webhook.getString("id")).reason())
                .isEqualTo("blocked_address");
        assertThat(hooks.connections()).isZero();
    }

    @Order(WITH_ITS_OWN)
    @Test
    void whatSeveralNotifiersShareIsDeliveredOnceAndGoesOnWhenOneStops() {
        HookServer hooks = hooks();
        Notifier first = notifier(Clock.systemUTC(), "tidegate-notifier");
        notifier(Clock.systemUTC(), "tidegate-notifier");
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

    @Order(WITH_ITS_OWN)
    @Test
    void aDigestCollectsWhatCameInItsPeriod() {
        HookServer hooks = hooks();
        // Given that it is five seconds past a minute until the test says otherwise
        SettableClock clock =
                new SettableClock(Instant.now().truncatedTo(ChronoUnit.MINUTES).plusSeconds(5));
        notifier(clock, "tidegate-notifier");
        JsonObject webhook = world.createWebhook(
                hooks.url("/"), "{\"rules\":[\"bet-escalation\"]}", "{\"timeZone\":\"Europe/Riga\",\"digest\":\"1m\"}");
        awaitWebhook(webhook.getString("id"));
        for (int i = 0; i < 3; i++) {
            world.alert("u" + i, "bet-escalation");
        }
        await().atMost(soon()).until(() -> notifiers.get(0).metrics().contains("tidegate_notifier_pending 3.0"));
        assertThat(hooks.received()).isEmpty();

        // When the minute is over, and the next alert has the lane looked at
        clock.advance(Duration.ofMinutes(1));
        world.alert("u3", "bet-escalation");

        await().atMost(soon()).until(() -> !hooks.received().isEmpty());
        assertThat(hooks.received()).hasSize(1);
        assertThat(items(hooks)).isEqualTo(3);
        assertThat(new JsonObject(Buffer.buffer(hooks.received().get(0).body())).getString("type"))
                .isEqualTo("digest");
    }

    /** Stands still but for {@link #advance}. */
    private static final class SettableClock extends Clock {
        private volatile Instant now;

        private SettableClock(Instant now) {
            this.now = now;
        }

        private void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
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
        notifier();
        awaitWebhook(world.createWebhook(hooks.url("/"), "{\"rules\":[\"post-surge\"]}")
                .getString("id"));

        world.send(Topics.ALERTS, "u1", new byte[] {1, 2, 3});
        world.alert("u1", "post-surge");

        await().atMost(soon()).until(() -> hooks.received().size() == 1);
    }
}
