package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.serving.config.YamlSection;
import io.tidegate.serving.notify.webhook.HookServer;
import io.tidegate.serving.notify.webpush.TestBrowser;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** E-mail and web push, by people's preferences: with a real broker, a real mail server, a push service that decrypts. */
class NotifierChannelsTest {

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static KafkaBroker broker;
    private static NotifierWorld world;

    private HookServer pushService;
    private GreenMail mail;
    private Notifier notifier;

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

    @BeforeEach
    void servers() throws IOException {
        pushService = HookServer.start(VERTX, directory);
        System.setProperty(
                "greenmail.tls.keystore.file", directory.resolve("hooks.p12").toString());
        System.setProperty("greenmail.tls.keystore.password", HookServer.STORE_PASSWORD);
        Files.writeString(directory.resolve("smtp.password"), "mail-secret\n");
    }

    @AfterEach
    void end() {
        if (notifier != null) {
            notifier.stop();
        }
        if (mail != null) {
            mail.stop();
        }
        pushService.close();
    }

    private void mailServer(String protocol) {
        mail = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
        mail.setUser("tidegate", "mail-secret");
        mail.start();
    }

    private int mailPort() {
        return (mail.getSmtp() != null ? mail.getSmtp() : mail.getSmtps()).getPort();
    }

    private void notifier(String email) {
        String yaml = """
                ops: {port: 0}
                kafka: {bootstrapServers: "%s"}
                settings: {keyFile: notifier.key}
                outbound: {ports: [%d], allowNetworks: [127.0.0.0/8], trustCertFile: hooks.pem}
                retry: {attempts: 100, initial: 20ms, max: 200ms}
                webPush: {privateKeyFile: vapid.pem, publicKeyFile: vapid.pub.pem, subject: "mailto:ops@tidegate.test"}
                """.formatted(broker.bootstrapServers(), pushService.port()) + email;
        notifier = Notifier.start(
                NotifierConfig.read(YamlSection.parse(new StringReader(yaml)), directory),
                host -> List.of(InetAddress.getByName("127.0.0.1")),
                Clock.systemUTC());
        await().atMost(SOON).until(notifier::ready);
    }

    private void plainMail() {
        mailServer(ServerSetup.PROTOCOL_SMTP);
        notifier("email: {host: 127.0.0.1, port: " + mailPort() + ", security: none, from: noreply@tidegate.test}\n");
    }

    private void prefer(String userId, String json, String... roles) {
        HttpResponse<String> response =
                world.call("PUT", "/api/v1/users/" + userId + "/notification-preferences", json, userId, roles);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        String updatedAt = new JsonObject(response.body()).getString("updatedAt");
        await().atMost(SOON).until(() -> notifier.settings()
                .preferences(userId)
                .filter(known -> io.tidegate.serving.push.DataJson.time(known.getUpdatedAtMs())
                        .equals(updatedAt))
                .isPresent());
    }

    private MimeMessage oneMail(String to) {
        await().atMost(SOON).until(() -> mails(to).size() == 1);
        return mails(to).get(0);
    }

    private List<MimeMessage> mails(String to) {
        return Arrays.stream(mail.getReceivedMessages())
                .filter(message -> {
                    try {
                        return message.getAllRecipients()[0].toString().equals(to);
                    } catch (MessagingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    @Test
    void aMilestoneIsMailedToItsRecipientEscapedAndUnderItsId() throws Exception {
        plainMail();
        prefer("ann", "{\"email\":{\"address\":\"ann@example.test\"}}");

        String id = world.milestone("ann", "Your post <b>p1</b>\r\nBcc: x@y got 100 likes & more");

        MimeMessage message = oneMail("ann@example.test");
        String whole = GreenMailUtil.getWholeMessage(message);
        assertThat(message.getSubject()).isEqualTo("Your post <b>p1</b> Bcc: x@y got 100 likes & more");
        assertThat(message.getHeader("Bcc")).isNull();
        assertThat(message.getMessageID()).isEqualTo("<" + DeliveryIds.single("email:ann", id) + "@tidegate.test>");
        assertThat(whole)
                .contains("text/plain")
                .contains("text/html")
                .contains("&lt;b&gt;p1&lt;/b&gt;")
                .contains("likes &amp; more");
    }

    @Test
    void passwordAndMessageGoOverTls() {
        mailServer(ServerSetup.PROTOCOL_SMTPS);
        notifier("email: {host: localhost, port: " + mailPort() + ", security: tls, user: tidegate,"
                + " passwordFile: smtp.password, from: noreply@tidegate.test, trustCertFile: hooks.pem}\n");
        prefer("eve", "{\"email\":{\"address\":\"eve@example.test\"}}");

        world.milestone("eve", "Over TLS");

        assertThat(oneMail("eve@example.test")).isNotNull();
    }

    @Test
    void aMailServerThatIsAwayIsWaitedFor() {
        mailServer(ServerSetup.PROTOCOL_SMTP);
        int port = mailPort();
        notifier("email: {host: 127.0.0.1, port: " + port + ", security: none, from: noreply@tidegate.test}\n");
        prefer("bob", "{\"email\":{\"address\":\"bob@example.test\"}}");
        mail.stop();

        world.milestone("bob", "While you were away");
        await().atMost(SOON)
                .until(() -> notifier.metrics().contains("tidegate_notifier_failed_attempts_total{channel=\"email\""));
        mail = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();

        assertThat(oneMail("bob@example.test")).isNotNull();
    }

    @Test
    void alertsByMailNeedTheRoleAndQuietHoursHoldBackWhatIsNotCritical() throws Exception {
        plainMail();
        LocalTime now = LocalTime.now(ZoneOffset.UTC);
        DateTimeFormatter minutes = DateTimeFormatter.ofPattern("HH:mm");
        String json = "{\"timeZone\":\"UTC\",\"quietHours\":{\"from\":\""
                + minutes.format(now.minusHours(1)) + "\",\"to\":\"" + minutes.format(now.plusHours(2))
                + "\"},\"email\":{\"address\":\"cat@example.test\",\"kinds\":[\"fraud\",\"milestone\"]}}";
        assertThat(world.call("PUT", "/api/v1/users/cat/notification-preferences", json, "cat")
                        .statusCode())
                .isEqualTo(403);
        prefer("cat", json, "analyst");

        world.milestone("cat", "Not now");
        world.alert("u1", "rapid-bets", Severity.SEVERITY_WARNING, AlertKind.ALERT_KIND_FRAUD);
        world.alert("u2", "rapid-bets", Severity.SEVERITY_CRITICAL, AlertKind.ALERT_KIND_FRAUD);

        assertThat(oneMail("cat@example.test").getSubject()).isEqualTo("[critical] Suspected fraud: u2");
        await().atMost(SOON).until(() -> notifier.metrics().contains("tidegate_notifier_pending 2.0"));
        assertThat(mails("cat@example.test")).hasSize(1);
    }

    @Test
    void aBrowserGetsWhatOnlyItCanReadAndAnEndedSubscriptionIsForgotten() throws Exception {
        notifier("");
        TestBrowser browser = new TestBrowser();
        String path = "/api/v1/users/dan/push-subscriptions";
        HttpResponse<String> made = world.call("POST", path, browser.subscription(pushService.url("/push/1")), "dan");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        await().atMost(SOON)
                .until(() -> !notifier.settings().pushSubscriptions("dan").isEmpty());

        String id = world.milestone("dan", "100 likes ❤");

        await().atMost(SOON).until(() -> pushService.received().size() == 1);
        HookServer.Received received = pushService.received().get(0);
        JsonObject payload = new JsonObject(browser.decrypt(received.body()));
        assertThat(payload.getString("body")).isEqualTo("100 likes ❤");
        assertThat(payload.getString("kind")).isEqualTo("milestone");
        assertThat(received.header("Content-Encoding")).isEqualTo("aes128gcm");
        assertThat(received.header("TTL")).isEqualTo("86400");
        String key = new JsonObject(
                        world.call("GET", "/api/v1/push-key", null, "dan").body())
                .getString("publicKey");
        assertThat(TestBrowser.vapidAudience(received.header("Authorization"), key))
                .isEqualTo("https://hooks.test:" + pushService.port());
        String subscription = new JsonObject(made.body()).getString("id");
        assertThat(payload.getString("deliveryId")).isEqualTo(DeliveryIds.single("push:dan:" + subscription, id));

        pushService.answers(410);
        world.milestone("dan", "1,000 likes");
        await().atMost(SOON)
                .until(() -> new JsonArray(world.call("GET", path, null, "dan").body()).isEmpty());
    }
}
