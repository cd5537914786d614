package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What handing an event to one more socket leaves to the garbage collector: less than the event, which is shared by all of them. */
class FanOutAllocationTest {

    private static final int LISTENERS = 50;
    private static final int WARM_UP = 40;
    private static final int EVENTS = 60;
    private static final int EVENT_BYTES = 4 * 1024;

    @Test
    void oneMoreSocketCostsAFractionOfTheFrame(@TempDir Path directory) throws Exception {
        Vertx vertx = Vertx.vertx();
        PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        List<RawSocket> listeners = new ArrayList<>();
        try (TestGateway gateway =
                TestGateway.start(vertx, directory, new PushModule(vertx, PushConfig.DEFAULT, hub, List.of()))) {
            String analyst = gateway.token("ana", "analyst");
            for (int i = 0; i < LISTENERS; i++) {
                RawSocket listener = RawSocket.connect(gateway.port(), analyst);
                listeners.add(listener);
                listener.subscribe("alerts", null);
            }
            publish(hub, listeners, 0, WARM_UP);
            long before = allocatedByEventLoops();

            publish(hub, listeners, WARM_UP, EVENTS);

            // Bytes that the JVM has counted, so this holds on a busy machine too. About 700 when it was written.
            long perDelivery = (allocatedByEventLoops() - before) / ((long) EVENTS * LISTENERS);
            assertThat(perDelivery).isPositive().isLessThan(EVENT_BYTES / 2);
        } finally {
            listeners.forEach(RawSocket::close);
            TestGateway.await(vertx.close());
        }
    }

    /** Each event is with everybody before the next one is published. */
    private static void publish(PushHub hub, List<RawSocket> listeners, int from, int count) throws Exception {
        for (int number = from; number < from + count; number++) {
            hub.publish(new FeedEvent(
                    List.of(Channel.ALERTS),
                    number,
                    "c" + number,
                    ("{\"n\":" + number + ",\"x\":\"" + "x".repeat(EVENT_BYTES) + "\"}")
                            .getBytes(StandardCharsets.US_ASCII)));
            for (RawSocket listener : listeners) {
                assertThat(listener.next()).contains("\"n\":" + number + ",");
            }
        }
    }

    private static long allocatedByEventLoops() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] eventLoops = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vert.x-eventloop-thread"))
                .mapToLong(Thread::getId)
                .toArray();
        // -1 for one that has ended meanwhile.
        return LongStream.of(threads.getThreadAllocatedBytes(eventLoops))
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
