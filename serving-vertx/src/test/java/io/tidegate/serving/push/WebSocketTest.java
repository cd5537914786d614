package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {

    private static final PushConfig CONFIG = TestPushConfig.of(
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            DataSize.ofKibibytes(64),
            5,
            50,
            DataSize.ofKibibytes(256),
            100,
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            Set.of("https://ops.example.com"),
            Duration.ofHours(1),
            1_000);

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static SimpleMeterRegistry meters;
    private static PushHub hub;
    private static TestGateway gateway;
    private static String analyst;
    private static String nobody;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        meters = new SimpleMeterRegistry();
        hub = new PushHub(new PushMetrics(meters));
        gateway = TestGateway.start(vertx, directory, new PushModule(vertx, CONFIG, hub, List.of()));
        analyst = gateway.token("ana", "analyst");
        nobody = gateway.token("u1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private static FeedEvent alert(String id, Channel... channels) {
        return new FeedEvent(
                List.of(channels), 1, "c-" + id, ("{\"alertId\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aTokenInTheHandshakeMakesTheSocketReady() {
        TestListener listener = TestListener.connectAs(gateway, nobody);

        listener.expectNothingMore();
    }

    @Test
    void aTokenInTheFirstMessageMakesTheSocketReady() {
        TestListener listener = TestListener.connect(gateway);

        listener.send("{\"op\":\"auth\",\"token\":\"" + nobody + "\"}");

        listener.expect("{\"op\":\"ready\"}");
    }

    @Test
    void aSocketWithoutATokenIsClosedAfterTheTimeLimit() {
        TestListener listener = TestListener.connect(gateway);

        listener.expectError(PushError.AUTH_TIMEOUT);
        assertThat(listener.closeCode()).isEqualTo(4401);
    }

    @Test
    void anythingButAuthFirstIsTheEnd() {
        TestListener listener = TestListener.connect(gateway);

        listener.send("{\"op\":\"subscribe\",\"channel\":\"alerts\"}");

        listener.expectError(PushError.UNAUTHENTICATED);
        assertThat(listener.closeCode()).isEqualTo(4401);
    }

    @Test
    void aTokenThatDoesNotVerifyIsTheEnd() {
        TestListener listener = TestListener.connect(gateway);

        listener.send("{\"op\":\"auth\",\"token\":\"x" + nobody + "\"}");

        listener.expectError(PushError.INVALID_TOKEN);
        assertThat(listener.closeCode()).isEqualTo(4401);
    }

    @Test
    void aBadTokenInTheHandshakeIsRefusedBeforeTheUpgrade() {
        assertThat(refusal("/ws", MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer x.y.z")))
                .isEqualTo(401);
        assertThat(refusal("/ws", MultiMap.caseInsensitiveMultiMap().add("Authorization", "Basic abc")))
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"token", "access_token", "Token"})
    void aTokenInTheUrlIsRefused(String parameter) {
        assertThat(refusal("/ws?" + parameter + "=" + nobody, MultiMap.caseInsensitiveMultiMap()))
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example", "x"})
    void aForeignPageMayNotConnect(String origin) {
        assertThat(refusal("/ws", MultiMap.caseInsensitiveMultiMap().add("Origin", origin)))
                .isEqualTo(403);
    }

    @Test
    void theGatewaysOwnPageAndAllowedOnesMayConnect() {
        for (String origin : List.of("http://127.0.0.1:" + gateway.port(), "https://ops.example.com")) {
            TestListener listener = TestListener.connect(
                    gateway,
                    "/ws",
                    MultiMap.caseInsensitiveMultiMap().add("Origin", origin).add("Authorization", "Bearer " + nobody));

            listener.expect("{\"op\":\"ready\"}");
        }
    }

    private static int refusal(String uri, MultiMap headers) {
        try {
            TestListener.connect(gateway, uri, headers);
        } catch (IllegalStateException e) {
            assertThat(e.getCause().getCause()).isInstanceOf(UpgradeRejectedException.class);
            return ((UpgradeRejectedException) e.getCause().getCause()).getStatus();
        }
        throw new AssertionError("was let in");
    }

    @Test
    void aPlainGetIsToldToUpgrade() {
        assertThat(gateway.get("/ws", nobody).statusCode()).isEqualTo(426);
    }

    @Test
    void compressionIsNotAgreedEvenIfTheClientOffersIt() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            String answer = handshake(socket, nobody);

            assertThat(answer).startsWith("HTTP/1.1 101").doesNotContainIgnoringCase("sec-websocket-extensions");
        }
    }

    private static String handshake(Socket socket, String token) throws IOException {
        socket.getOutputStream()
                .write(("GET /ws HTTP/1.1\r\n"
                                + "Host: x\r\n"
                                + "Upgrade: websocket\r\n"
                                + "Connection: Upgrade\r\n"
                                + "Sec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, deflate-frame\r\n"
                                + "Authorization: Bearer " + token + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        StringBuilder head = new StringBuilder();
        for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "alerts,             ana,   analyst, subscribed",
        "alerts:fraud,       ana,   analyst, subscribed",
        "alerts:surge,       root,  admin,   subscribed",
        "alerts,             u1,    '',      forbidden",
        "alerts,             u1,    producer,forbidden",
        "user:u1,            u1,    '',      subscribed",
        "user:u1,            root,  admin,   subscribed",
        "user:u2,            u1,    '',      forbidden",
        "user:u2,            ana,   analyst, forbidden",
        "post:p1,            u1,    '',      subscribed",
        "leaderboard:posts,  u1,    '',      subscribed",
        "leaderboard:games,  u1,    '',      bad_channel",
        "user:*,             root,  admin,   bad_channel",
        "post:a..b,          u1,    '',      bad_channel",
    })
    void whoMayReadWhat(String channel, String subject, String role, String expected) {
        String token = role.isEmpty() ? gateway.token(subject) : gateway.token(subject, role);
        TestListener listener = TestListener.connectAs(gateway, token);

        listener.send("{\"op\":\"subscribe\",\"channel\":\"" + channel + "\"}");

        JsonObject answer = listener.nextJson();
        assertThat(answer.getString("op").equals("subscribed") ? "subscribed" : answer.getString("code"))
                .isEqualTo(expected);
    }

    @Test
    void anEventReachesWhoListensToItsChannelAndNobodyElse() {
        TestListener all = TestListener.connectAs(gateway, analyst);
        all.subscribe("alerts");
        TestListener surges = TestListener.connectAs(gateway, analyst);
        surges.subscribe("alerts:surge");

        hub.publish(alert("a1", Channel.ALERTS, Channel.ALERTS_FRAUD));

        all.expect("{\"op\":\"event\",\"channel\":\"alerts\",\"cursor\":\"c-a1\",\"data\":{\"alertId\":\"a1\"}}");
        surges.expectNothingMore();
    }

    @Test
    void afterUnsubscribingNothingComes() {
        TestListener listener = TestListener.connectAs(gateway, gateway.token("leaver"));
        listener.subscribe("user:leaver");
        listener.send("{\"op\":\"unsubscribe\",\"channel\":\"user:leaver\"}");
        listener.expectNothingMore();

        hub.publish(alert("a2", Channel.user("leaver")));

        listener.expectNothingMore();
        assertThat(hub.isWanted(Channel.user("leaver"))).isFalse();
    }

    @Test
    void aListenerThatLeavesIsForgotten() {
        TestListener listener = TestListener.connectAs(gateway, nobody);
        listener.subscribe("post:leaving");

        listener.send("{\"op\":\"subscribe\"");
        listener.expectError(PushError.BAD_MESSAGE);
        listener.sendBinary(Buffer.buffer("x"));

        listener.expectError(PushError.UNSUPPORTED_DATA);
        assertThat(listener.closeCode()).isEqualTo(1003);
        await().until(() -> !hub.isWanted(Channel.post("leaving")));
    }

    @Test
    void aStateChannelBeginsWithItsNewestValueAndNeverGoesBack() {
        Channel post = Channel.post("p9");
        FeedEvent newest = new FeedEvent(List.of(post), 7, "c7", "{\"likes\":7}".getBytes(StandardCharsets.UTF_8));
        hub.states(channel -> channel.equals(post) ? Optional.of(newest) : Optional.empty());
        TestListener listener = TestListener.connectAs(gateway, nobody);

        listener.subscribe("post:p9");
        listener.expect("{\"op\":\"event\",\"channel\":\"post:p9\",\"cursor\":\"c7\",\"data\":{\"likes\":7}}");

        hub.publish(new FeedEvent(List.of(post), 6, "c6", "{\"likes\":6}".getBytes(StandardCharsets.UTF_8)));
        listener.expectNothingMore();
        listener.subscribe("post:p9");
        listener.expect("{\"op\":\"event\",\"channel\":\"post:p9\",\"cursor\":\"c7\",\"data\":{\"likes\":7}}");
    }

    @Test
    void aCursorThatIsBehindGetsAGapAndACurrentOneDoesNot() {
        hub.position(Channel.Family.USER, new Cursor(2, 1_700_000_000_500L, new long[] {10, 20}));
        TestListener listener = TestListener.connectAs(gateway, nobody);
        String behind = new Cursor(2, 1_700_000_000_000L, new long[] {10, 19}).encode();
        String current = new Cursor(2, 1_700_000_000_000L, new long[] {10, 20}).encode();

        listener.send("{\"op\":\"subscribe\",\"channel\":\"user:u1\",\"cursor\":\"" + behind + "\"}");

        listener.expect("{\"op\":\"subscribed\",\"channel\":\"user:u1\"}");
        JsonObject gap = listener.nextJson();
        assertThat(gap.getString("op")).isEqualTo("gap");
        assertThat(gap.getString("channel")).isEqualTo("user:u1");
        assertThat(gap.getString("from")).isEqualTo("2023-11-14T22:13:20.000Z");
        assertThat(Instant.parse(gap.getString("to"))).isAfter(Instant.ofEpochMilli(1_700_000_000_000L));

        listener.send("{\"op\":\"subscribe\",\"channel\":\"user:u1\",\"cursor\":\"" + current + "\"}");
        listener.expect("{\"op\":\"subscribed\",\"channel\":\"user:u1\"}");
        listener.expectNothingMore();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AQ", "AAAAAAAA", "../../etc/passwd"})
    void aForgedCursorIsRefused(String cursor) {
        TestListener listener = TestListener.connectAs(gateway, gateway.token("forger"));

        listener.send("{\"op\":\"subscribe\",\"channel\":\"user:forger\",\"cursor\":\"" + cursor + "\"}");

        listener.expectError(PushError.BAD_CURSOR);
        assertThat(hub.isWanted(Channel.user("forger"))).isFalse();
    }

    @Test
    void aCursorIsNoPermission() {
        String anybodys = new Cursor(2, 1_700_000_000_000L, new long[] {0}).encode();
        TestListener listener = TestListener.connectAs(gateway, gateway.token("forger"));

        listener.send("{\"op\":\"subscribe\",\"channel\":\"user:victim\",\"cursor\":\"" + anybodys + "\"}");

        listener.expectError(PushError.FORBIDDEN);
        assertThat(hub.isWanted(Channel.user("victim"))).isFalse();
    }

    @Test
    void aFilterOfAlertsIsBounded() {
        TestListener listener = TestListener.connectAs(gateway, analyst);
        String many = java.util.stream.IntStream.range(0, 33)
                .mapToObj(i -> "\"u" + i + "\"")
                .collect(java.util.stream.Collectors.joining(","));

        for (String filter :
                List.of("{\"severity\":[\"fatal\"]}", "{\"subject\":[" + many + "]}", "{\"rule\":[\"\"]}")) {
            listener.send("{\"op\":\"subscribe\",\"channel\":\"alerts\",\"filter\":" + filter + "}");
            listener.expectError(PushError.BAD_FILTER);
        }
    }

    @Test
    void aTokenThatIsAboutToExpireIsToldBefore() {
        Instant end = Instant.now().plusSeconds(32);
        TestListener listener = TestListener.connectAs(gateway, gateway.token("u1", end));

        JsonObject expiring = listener.nextJson();

        assertThat(expiring.getString("op")).isEqualTo("expiring");
        assertThat(Instant.parse(expiring.getString("at"))).isBetween(end.minusSeconds(1), end);
        listener.send("{\"op\":\"auth\",\"token\":\"" + nobody + "\"}");
        listener.expect("{\"op\":\"ready\"}");
    }

    @Test
    void tooManySubscriptionsEndTheConversation() {
        TestListener listener = TestListener.connectAs(gateway, nobody);
        for (int i = 0; i < CONFIG.maxSubscriptions(); i++) {
            listener.subscribe("post:cap" + i);
        }

        listener.send("{\"op\":\"subscribe\",\"channel\":\"post:one-more\"}");

        listener.expectError(PushError.TOO_MANY_SUBSCRIPTIONS);
        assertThat(listener.closeCode()).isEqualTo(1008);
    }

    @Test
    void aMessageAboveTheLimitEndsTheConversationWith1009() {
        TestListener frame = TestListener.connectAs(gateway, nobody);
        frame.send(" ".repeat(64 * 1024 + 1));
        assertThat(frame.closeCode()).isEqualTo(1009);

        TestListener huge = TestListener.connectAs(gateway, nobody);
        huge.send(" ".repeat(512 * 1024));
        assertThat(huge.closeCode()).isEqualTo(1009);

        TestListener fragments = TestListener.connectAs(gateway, nobody);
        fragments.sendFragments(50, 4096);
        assertThat(fragments.closeCode()).isEqualTo(1009);
    }

    @Test
    void aMessageAtTheLimitIsRead() {
        TestListener listener = TestListener.connectAs(gateway, nobody);

        listener.send("{\"op\":\"ping\",\"x\":\"" + "x".repeat(64 * 1024 - 20) + "\"}");

        listener.expect("{\"op\":\"pong\"}");
    }

    @Test
    void aFloodOfPingsEndsTheConversation() {
        TestListener listener = TestListener.connectAs(gateway, nobody);

        for (int i = 0; i <= CONFIG.maxClientFrames(); i++) {
            listener.ping();
        }

        listener.expectError(PushError.TOO_MANY_MESSAGES);
        assertThat(listener.closeCode()).isEqualTo(1008);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"op\":\"dance\"}|unknown_op",
                "[]|bad_message",
                "{}|bad_message",
                "{\"op\":1}|bad_message",
                "{\"op\":\"ping\"} {}|bad_message",
                "{\"op\":\"ping\",\"op\":\"ping\"}|bad_message",
                "{\"op\":\"subscribe\"}|bad_message",
                "{\"op\":\"subscribe\",\"channel\":[\"alerts\"]}|bad_message",
                "{\"op\":\"unsubscribe\",\"channel\":\"*\"}|bad_channel",
                "{\"op\":\"subscribe\",\"channel\":\"post:p1\",\"filter\":{\"severity\":[\"info\"]}}|bad_filter",
                "{\"op\":\"subscribe\",\"channel\":\"post:p1\",\"filter\":[]}|bad_message",
                "{\"op\":\"subscribe\",\"channel\":\"post:p1\",\"filter\":{\"severty\":[\"info\"]}}|bad_message",
            })
    void aBadMessageIsToldAndTheConversationGoesOn(String message, String code) {
        TestListener listener = TestListener.connectAs(gateway, nobody);

        listener.send(message);

        assertThat(listener.nextJson().getString("code")).isEqualTo(code);
        listener.expectNothingMore();
    }

    @Test
    void anExpiredTokenIsToldThenTheSocketIsClosed() {
        TestListener listener = TestListener.connectAs(
                gateway, gateway.token("u1", Instant.now().plusSeconds(1)));

        listener.expectError(PushError.TOKEN_EXPIRED);
        assertThat(listener.closeCode()).isEqualTo(4401);
    }

    @Test
    void aNewTokenKeepsTheSocketOpenAndTakesWhatItNoLongerAllows() {
        TestListener listener = TestListener.connectAs(
                gateway, gateway.token("u1", Instant.now().plusSeconds(3), "analyst"));
        listener.subscribe("alerts");
        listener.subscribe("user:u1");
        listener.expectError(PushError.TOKEN_EXPIRED);

        listener.send("{\"op\":\"auth\",\"token\":\"" + nobody + "\"}");

        listener.expectError(PushError.FORBIDDEN);
        listener.expect("{\"op\":\"ready\"}");
        hub.publish(alert("a3", Channel.ALERTS));
        hub.publish(alert("a4", Channel.user("u1")));
        assertThat(listener.next()).contains("a4");
    }

    @Test
    void aNewTokenOfSomebodyElseIsRefused() {
        TestListener listener = TestListener.connectAs(gateway, nobody);

        listener.send("{\"op\":\"auth\",\"token\":\"" + analyst + "\"}");

        listener.expectError(PushError.OTHER_SUBJECT);
        assertThat(listener.closeCode()).isEqualTo(4401);
    }

    @Test
    void aListenerThatNeverReadsIsCutOffAndOthersDoNotNotice() throws IOException {
        TestListener healthy = TestListener.connectAs(gateway, analyst);
        healthy.subscribe("alerts");
        double closedBefore = closed("1013");
        try (Socket stalled = new Socket()) {
            stalled.setReceiveBufferSize(4096);
            stalled.connect(new java.net.InetSocketAddress("127.0.0.1", gateway.port()));
            handshake(stalled, analyst);
            stalled.getOutputStream().write(maskedText("{\"op\":\"subscribe\",\"channel\":\"alerts:surge\"}"));
            await().until(() -> hub.isWanted(Channel.ALERTS_SURGE));
            byte[] data = ("\"" + "x".repeat(32_000) + "\"").getBytes(StandardCharsets.UTF_8);

            int sent = 0;
            while (hub.isWanted(Channel.ALERTS_SURGE)) {
                hub.publish(new FeedEvent(List.of(Channel.ALERTS_SURGE), sent, "c", data));
                hub.publish(alert("n" + sent, Channel.ALERTS));
                assertThat(healthy.next()).contains("\"n" + sent + "\"");
                sent++;
                assertThat(sent).isLessThan(10_000);
            }

            assertThat(closed("1013")).isEqualTo(closedBefore + 1);
            // Nobody reads the close frame either: the connection itself goes.
            await().untilAsserted(() -> assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            stalled.getOutputStream().write(maskedText("{\"op\":\"ping\"}"));
                        }
                    })
                    .isInstanceOf(IOException.class));
        }
        healthy.expectNothingMore();
    }

    @Test
    void aPeerThatHasSilentlyGoneIsNoticedAndOneThatAnswersPingsIsKept(@TempDir Path other) throws IOException {
        Vertx another = Vertx.vertx();
        PushConfig pinging = TestPushConfig.of(
                CONFIG.authTimeout(),
                CONFIG.expiryGrace(),
                CONFIG.maxFrameSize(),
                CONFIG.maxSubscriptions(),
                CONFIG.maxBacklogFrames(),
                CONFIG.maxBacklogSize(),
                CONFIG.maxClientFrames(),
                CONFIG.clientFramesWindow(),
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                Set.of(),
                CONFIG.repeatHorizon(),
                CONFIG.repeatCapacity());
        PushHub quiet = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        try (TestGateway pinger =
                        TestGateway.start(another, other, new PushModule(another, pinging, quiet, List.of()));
                Socket silent = new Socket("127.0.0.1", pinger.port())) {
            TestListener answering = TestListener.connectAs(pinger, pinger.token("u1"));
            handshake(silent, pinger.token("u1"));

            // Nothing but pings and a close frame comes, then the connection ends.
            byte[] all = silent.getInputStream().readAllBytes();

            assertThat(all).contains((byte) 0x89, (byte) 0x88);
            answering.expectNothingMore();
        } finally {
            TestGateway.await(another.close());
        }
    }

    @Test
    void aGatewayThatStopsSaysGoodbye(@TempDir Path other) {
        Vertx another = Vertx.vertx();
        PushHub quiet = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        TestGateway stopping = TestGateway.start(another, other, new PushModule(another, CONFIG, quiet, List.of()));
        TestListener listener = TestListener.connectAs(stopping, stopping.token("u1"));

        stopping.close();

        assertThat(listener.closeCode()).isEqualTo(1012);
        TestGateway.await(another.close());
    }

    private static double closed(String code) {
        return meters.get("tidegate.push.closed").tag("code", code).counter().count();
    }

    /** A client's text frame with mask 0. */
    private static byte[] maskedText(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        return frame;
    }
}
