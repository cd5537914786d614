package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.YamlSection;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a socket does whose transport takes nothing for a while. */
class SlowSocketTest {

    private static final PushConfig CONFIG = TestPushConfig.of(
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            DataSize.ofKibibytes(64),
            256,
            3,
            DataSize.ofKibibytes(1),
            1_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Set.of(),
            Duration.ofHours(1),
            1_000);

    private Vertx vertx;
    private Context context;
    private PushHub hub;
    private PushShard shard;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        context = vertx.getOrCreateContext();
        hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        shard = hub.newShard(context);
    }

    @AfterEach
    void stop() {
        TestGateway.await(vertx.close());
    }

    /** A transport that a test can block. */
    private static final class FakeOutlet implements Outlet {
        private final List<byte[]> written = new ArrayList<>();
        private boolean full;
        private CloseCode closed;
        private String reason;

        @Override
        public boolean isFull() {
            return full;
        }

        @Override
        public void write(Notice notice) {
            written.add(Frames.notice(notice));
        }

        @Override
        public void write(FeedEvent event, int channelIndex, String cursor) {
            written.add(event.frame(channelIndex, cursor));
        }

        @Override
        public void heartbeat() {
            // Not looked at here.
        }

        @Override
        public void close(CloseCode code, String why) {
            closed = code;
            reason = why;
        }

        private List<String> texts() {
            return written.stream()
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private void onEventLoop(Runnable task) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(ignored -> {
            try {
                task.run();
                done.complete();
            } catch (Throwable e) {
                done.fail(e);
            }
        });
        TestGateway.await(done.future());
    }

    private PushSocket socket(FakeOutlet outlet, String... channels) {
        return socket(CONFIG, outlet, channels);
    }

    private PushSocket socket(PushConfig config, FakeOutlet outlet, String... channels) {
        PushSocket socket =
                new PushSocket(vertx, config, hub, shard, token -> Future.failedFuture("not asked"), outlet);
        onEventLoop(() -> {
            socket.openAs(
                    new Principal("u1", Set.of(Role.ADMIN), "", Instant.now().plusSeconds(3600)));
            for (String channel : channels) {
                socket.message(
                        ("{\"op\":\"subscribe\",\"channel\":\"" + channel + "\"}").getBytes(StandardCharsets.UTF_8));
            }
            outlet.written.clear();
        });
        return socket;
    }

    private void publish(Channel channel, int... numbers) {
        for (int number : numbers) {
            hub.publish(new FeedEvent(
                    List.of(channel),
                    number,
                    "c" + number,
                    Integer.toString(number).getBytes(StandardCharsets.UTF_8)));
        }
        onEventLoop(() -> {
            // Runs after what was published.
        });
    }

    @Test
    void oneFrameIsSharedByAllSockets() {
        FakeOutlet first = new FakeOutlet();
        FakeOutlet second = new FakeOutlet();
        socket(first, "alerts");
        socket(second, "alerts");

        publish(Channel.ALERTS, 1);

        assertThat(first.written).hasSize(1);
        assertThat(first.written.get(0)).isSameAs(second.written.get(0));
    }

    @Test
    void ofAStateChannelOnlyTheNewestValueWaits() {
        FakeOutlet outlet = new FakeOutlet();
        PushSocket socket = socket(outlet, "post:p1", "post:p2");

        outlet.full = true;
        publish(Channel.post("p1"), 1, 2, 3, 4, 5, 6);
        publish(Channel.post("p2"), 7, 8);
        outlet.full = false;
        onEventLoop(socket::drained);

        assertThat(outlet.texts())
                .extracting(text -> text.replaceAll(".*\"data\":(\\d+)}", "$1"))
                .containsExactly("6", "8");
        assertThat(outlet.closed).isNull();
    }

    @Test
    void eventsOfAStreamWaitInOrder() {
        FakeOutlet outlet = new FakeOutlet();
        PushSocket socket = socket(outlet, "alerts");

        outlet.full = true;
        publish(Channel.ALERTS, 1, 2, 3);
        outlet.full = false;
        onEventLoop(socket::drained);
        publish(Channel.ALERTS, 4);

        assertThat(outlet.texts())
                .extracting(text -> text.replaceAll(".*\"data\":(\\d+)}", "$1"))
                .containsExactly("1", "2", "3", "4");
    }

    @Test
    void aboveTheBoundTheSocketIsClosedWithTheCursorOfTheLastEventThatWasSent() {
        FakeOutlet outlet = new FakeOutlet();
        socket(outlet, "alerts");
        publish(Channel.ALERTS, 1, 2);

        outlet.full = true;
        publish(Channel.ALERTS, 3, 4, 5, 6, 7);

        assertThat(outlet.texts().get(outlet.texts().size() - 1))
                .contains("\"code\":\"slow_consumer\"", "\"channel\":\"alerts\"", "\"cursor\":\"c2\"");
        assertThat(outlet.texts()).hasSize(3);
        assertThat(outlet.closed).isEqualTo(CloseCode.TRY_AGAIN_LATER);
        assertThat(outlet.reason).isEqualTo("slow_consumer cursor=c2");
        assertThat(hub.isWanted(Channel.ALERTS)).isFalse();
    }

    @Test
    void aListenerThatGotNothingYetIsToldWhereItsSubscriptionBegan() {
        hub.position(Channel.Family.ALERTS, new Cursor(1, 5, new long[] {3}));
        FakeOutlet outlet = new FakeOutlet();
        socket(outlet, "alerts");

        outlet.full = true;
        publish(Channel.ALERTS, 1, 2, 3, 4);

        assertThat(outlet.reason).isEqualTo("slow_consumer cursor=" + new Cursor(1, 5, new long[] {3}).encode());
    }

    @Test
    void theBoundCountsBytesToo() {
        FakeOutlet outlet = new FakeOutlet();
        socket(outlet, "alerts");
        byte[] big = ("\"" + "x".repeat(900) + "\"").getBytes(StandardCharsets.UTF_8);

        outlet.full = true;
        hub.publish(new FeedEvent(List.of(Channel.ALERTS), 1, "c1", big));
        hub.publish(new FeedEvent(List.of(Channel.ALERTS), 2, "c2", big));
        onEventLoop(() -> {});

        assertThat(outlet.closed).isEqualTo(CloseCode.TRY_AGAIN_LATER);
    }

    @Test
    void pongsThatNobodyReadsCountAsWell() {
        FakeOutlet outlet = new FakeOutlet();
        PushSocket socket = socket(outlet);

        outlet.full = true;
        onEventLoop(() -> {
            for (int i = 0; i < 4; i++) {
                socket.message("{\"op\":\"ping\"}".getBytes(StandardCharsets.UTF_8));
            }
        });

        assertThat(outlet.closed).isEqualTo(CloseCode.TRY_AGAIN_LATER);
    }

    @Test
    void whatWaitsForAChannelThatWasLeftIsNotSent() {
        FakeOutlet outlet = new FakeOutlet();
        PushSocket socket = socket(outlet, "alerts", "alerts:fraud");

        outlet.full = true;
        publish(Channel.ALERTS, 1);
        publish(Channel.ALERTS_FRAUD, 2);
        onEventLoop(() ->
                socket.message("{\"op\":\"unsubscribe\",\"channel\":\"alerts\"}".getBytes(StandardCharsets.UTF_8)));
        outlet.full = false;
        onEventLoop(socket::drained);

        assertThat(outlet.texts()).hasSize(1);
        assertThat(outlet.texts().get(0)).contains("alerts:fraud");
    }

    private static PushConfig gapsForAlerts() {
        return CONFIG.withSlow(
                new SlowConfig(SlowPolicy.GAP, SlowPolicy.DISCONNECT, SlowPolicy.DISCONNECT, SlowPolicy.CONFLATE));
    }

    /** Alerts, raised a second apart. */
    private void raise(int... numbers) {
        for (int number : numbers) {
            AlertItem alert =
                    new AlertItem(Alert.newBuilder().setAlertId("a" + number).build());
            hub.publish(
                    new FeedEvent(alert, number, new Cursor(1, number * 1_000L, new long[] {number + 1}), 0, number));
        }
        onEventLoop(() -> {
            // Runs after what was published.
        });
    }

    private static List<String> told(FakeOutlet outlet) {
        return outlet.texts().stream()
                .map(JsonObject::new)
                .map(frame -> frame.getString("op").equals("event")
                        ? frame.getJsonObject("data").getString("alertId")
                        : frame.getString("op") + " from " + frame.getString("from"))
                .toList();
    }

    @Test
    void withPolicyGapASlowListenerOfAlertsStaysAndIsToldOnceWhatItMissed() {
        FakeOutlet outlet = new FakeOutlet();
        PushSocket socket = socket(gapsForAlerts(), outlet, "alerts");

        raise(1);
        outlet.full = true;
        raise(2, 3, 4, 5, 6, 7, 8, 9);
        outlet.full = false;
        onEventLoop(socket::drained);
        raise(10);

        assertThat(outlet.closed).isNull();
        // Three frames may wait: the third event that doesn't fit makes the second gap, which takes in the first.
        assertThat(told(outlet)).containsExactly("a1", "gap from 1970-01-01T00:00:02.000Z", "a9", "a10");
    }

    @Test
    void withPolicyGapWhatWaitsOfOtherChannelsIsKeptAndItsBoundHolds() {
        FakeOutlet outlet = new FakeOutlet();
        PushSocket socket = socket(gapsForAlerts(), outlet, "alerts", "user:u1");

        outlet.full = true;
        publish(Channel.user("u1"), 1);
        raise(2, 3, 4, 5);
        publish(Channel.user("u1"), 6, 7);

        assertThat(outlet.closed).isEqualTo(CloseCode.TRY_AGAIN_LATER);
        assertThat(outlet.texts().get(0)).contains("slow_consumer", "user:u1");
        onEventLoop(socket::drained);
        assertThat(outlet.texts()).hasSize(1);
    }

    @Test
    void withPolicyDisconnectEveryValueOfACounterWaitsAndTooManyAreTheEnd() {
        FakeOutlet outlet = new FakeOutlet();
        PushSocket socket = socket(gapsForAlerts(), outlet, "post:p1");

        outlet.full = true;
        publish(Channel.post("p1"), 1, 2, 3);
        outlet.full = false;
        onEventLoop(socket::drained);
        assertThat(outlet.texts())
                .extracting(text -> text.replaceAll(".*\"data\":(\\d+)}", "$1"))
                .containsExactly("1", "2", "3");
        outlet.full = true;
        publish(Channel.post("p1"), 4, 5, 6, 7);

        assertThat(outlet.closed).isEqualTo(CloseCode.TRY_AGAIN_LATER);
        assertThat(outlet.reason).isEqualTo("slow_consumer cursor=c3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alerts: conflate|push.slow.alerts|disconnect or gap",
                "user: conflate|push.slow.user|disconnect or gap",
                "post: gap|push.slow.post|conflate or disconnect",
                "leaderboard: DISCONNECT|push.slow.leaderboard|conflate or disconnect",
                "'alerts:fraud': gap|push.slow.alerts:fraud|is not a known key",
            })
    void aPolicyThatIsNotForItsChannelIsAnErrorThatNamesTheField(String yaml, String field, String why) {
        assertThatThrownBy(() -> PushConfig.from(section("slow: {" + yaml + "}")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(field)
                .hasMessageContaining(why);
    }

    @Test
    void policiesAreChosenByKindOfChannel() {
        assertThat(PushConfig.from(section("{}")).slow()).isEqualTo(SlowConfig.DEFAULT);
        assertThat(PushConfig.from(section("slow: {alerts: gap, user: gap, post: disconnect, leaderboard: disconnect}"))
                        .slow())
                .isEqualTo(
                        new SlowConfig(SlowPolicy.GAP, SlowPolicy.GAP, SlowPolicy.DISCONNECT, SlowPolicy.DISCONNECT));
    }

    private static YamlSection section(String push) {
        return YamlSection.parse(new StringReader("push:\n  " + push)).section("push");
    }
}
