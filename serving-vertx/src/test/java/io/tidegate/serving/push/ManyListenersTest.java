package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hundreds of listeners on one gateway, some of which never read. With ten thousand: {@code scripts/bench-sockets}. */
class ManyListenersTest {

    private static final int HEALTHY = 300;
    private static final int STALLED = 3;
    private static final int HEAVY_BYTES = 16 * 1024;

    private static final PushConfig CONFIG = TestPushConfig.of(
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            DataSize.ofKibibytes(64),
            256,
            20,
            DataSize.ofMebibytes(1),
            1_000,
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofSeconds(5),
            Set.of(),
            Duration.ofHours(1),
            1_000);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<RawSocket> open = new ArrayList<>();
    private Vertx vertx;
    private PushHub hub;
    private TestGateway gateway;
    private String analyst;

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        hub = new PushHub(new PushMetrics(meters));
        gateway = TestGateway.start(vertx, directory, new PushModule(vertx, CONFIG, hub, List.of()));
        analyst = gateway.token("ana", "analyst");
    }

    @AfterEach
    void stop() {
        open.forEach(RawSocket::close);
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private List<RawSocket> listen(int count, String channel, int receiveBuffer) throws IOException {
        List<RawSocket> listeners = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawSocket listener = RawSocket.connect("127.0.0.1", gateway.port(), analyst, receiveBuffer);
            open.add(listener);
            listener.subscribe(channel, null);
            listeners.add(listener);
        }
        return listeners;
    }

    private static FeedEvent event(Channel channel, int number, int bytes) {
        return new FeedEvent(
                List.of(channel),
                number,
                "c" + number,
                ("{\"n\":" + number + ",\"x\":\"" + "x".repeat(bytes) + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void hundredsGetEachEventFromOneEncodingWhileTheStalledAreSentAwayOrGetTheNewestValue() throws Exception {
        List<RawSocket> healthy = listen(HEALTHY, "alerts", 0);
        List<RawSocket> stalledStreams = listen(STALLED, "alerts:surge", 4096);
        List<RawSocket> stalledStates = listen(STALLED, "post:p1", 4096);

        // When much comes for those that don't read, until the listeners of the stream have been sent away.
        List<FeedEvent> published = new ArrayList<>();
        int events = 0;
        while (hub.isWanted(Channel.ALERTS_SURGE)) {
            for (FeedEvent event : List.of(
                    event(Channel.ALERTS_SURGE, events, HEAVY_BYTES),
                    event(Channel.post("p1"), events, HEAVY_BYTES),
                    event(Channel.ALERTS, events, 10))) {
                published.add(event);
                hub.publish(event);
            }
            // One healthy listener sets the pace.
            assertThat(healthy.get(0).next()).contains("\"n\":" + events + ",");
            events++;
            assertThat(events).as("events that a listener didn't read").isLessThan(5_000);
        }

        // Then all others got everything in order,
        for (RawSocket listener : healthy.subList(1, HEALTHY)) {
            for (int number = 0; number < events; number++) {
                assertThat(listener.next()).contains("\"n\":" + number + ",");
            }
        }
        // and each event's frame was made once, whatever the number of sockets and event loops.
        assertThat(published).allSatisfy(event -> assertThat(event.encodings()).isLessThanOrEqualTo(1));
        assertThat(published.stream().filter(event -> event.channels().contains(Channel.ALERTS)))
                .hasSize(events)
                .allSatisfy(event -> assertThat(event.encodings()).isEqualTo(1));
        assertThat(closedForBeingSlow()).isEqualTo(STALLED);
        for (RawSocket stalled : stalledStreams) {
            assertThat(last(stalled)).contains("slow_consumer", "\"cursor\":\"c");
        }
        // The listeners of a counter are still there; when they read again, the newest value comes last.
        for (RawSocket stalled : stalledStates) {
            int before = -1;
            while (before < events - 1) {
                int number = Integer.parseInt(stalled.next().replaceAll(".*\"n\":(\\d+),.*", "$1"));
                assertThat(number).isGreaterThan(before);
                before = number;
            }
        }
    }

    /** What is said last, before the connection ends in whatever way. */
    private static String last(RawSocket listener) {
        String last = "";
        try {
            for (String next = listener.next(); !next.startsWith("close"); next = listener.next()) {
                last = next;
            }
            return last;
        } catch (IOException e) {
            return last;
        }
    }

    private double closedForBeingSlow() {
        return meters.get("tidegate.push.closed").tag("code", "1013").counter().count();
    }
}
