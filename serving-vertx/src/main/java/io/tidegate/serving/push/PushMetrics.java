package io.tidegate.serving.push;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted about sockets and feeds. Thread-safe. */
public final class PushMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final Counter delivered;
    private final Counter backlogged;
    private final Counter skipped;
    private final Counter deliveryFailures;
    private final Map<CloseCode, Counter> closed = new EnumMap<>(CloseCode.class);

    public PushMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("tidegate.push.sockets", sockets, AtomicInteger::get)
                .description("Open connections of listeners, whatever the transport")
                .register(registry);
        Gauge.builder("tidegate.push.subscriptions", subscriptions, AtomicInteger::get)
                .description("Subscriptions over all WebSockets")
                .register(registry);
        delivered = Counter.builder("tidegate.push.delivered")
                .description("Event frames handed to sockets")
                .register(registry);
        backlogged = Counter.builder("tidegate.push.backlogged")
                .description("Event frames that had to wait for a slow socket")
                .register(registry);
        skipped = Counter.builder("tidegate.push.slow.gaps")
                .description("Times a slow listener's backlog was thrown away and a gap told (push.slow: gap)")
                .register(registry);
        deliveryFailures = Counter.builder("tidegate.push.delivery.failures")
                .description("Deliveries that failed by a fault of the gateway")
                .register(registry);
        for (CloseCode code : CloseCode.values()) {
            closed.put(
                    code,
                    Counter.builder("tidegate.push.closed")
                            .description("WebSockets closed by the gateway, by close code")
                            .tag("code", Short.toString(code.code()))
                            .register(registry));
        }
    }

    void socketOpened() {
        sockets.incrementAndGet();
    }

    void socketClosed() {
        sockets.decrementAndGet();
    }

    int openSockets() {
        return sockets.get();
    }

    void subscriptions(int change) {
        subscriptions.addAndGet(change);
    }

    void delivered() {
        delivered.increment();
    }

    void backlogged() {
        backlogged.increment();
    }

    void skipped() {
        skipped.increment();
    }

    void deliveryFailed() {
        deliveryFailures.increment();
    }

    void closed(CloseCode code) {
        closed.get(code).increment();
    }

    /** Records of a topic that a feed has read; a topic may be read in two lanes. */
    Counter records(String topic, TopicReader.Isolation isolation) {
        return Counter.builder("tidegate.feed.records")
                .description("Records read by the live feeds")
                .tag("topic", topic)
                .tag("lane", isolation == TopicReader.Isolation.READ_COMMITTED ? "committed" : "uncommitted")
                .register(registry);
    }

    /** What is counted about a topic that is read in both lanes. */
    FeedLaneMetrics lanes(String topic) {
        return new FeedLaneMetrics(registry, topic);
    }

    /** How many ids of a topic are remembered. */
    AtomicInteger rememberedIds(String topic) {
        AtomicInteger ids = new AtomicInteger();
        Gauge.builder("tidegate.feed.repeat.ids", ids, AtomicInteger::get)
                .description("Ids remembered, so that a repeat is dropped")
                .tag("topic", topic)
                .register(registry);
        return ids;
    }

    /** Ids that had to be forgotten within the horizon: a repeat of one would be delivered. */
    Counter forgottenEarly(String topic) {
        return feedCounter(
                "tidegate.feed.repeat.forgotten", "Ids forgotten within the horizon for lack of room", topic);
    }

    /** Records that couldn't be decoded and were skipped. */
    Counter poison(String topic) {
        return feedCounter("tidegate.feed.poison", "Records the live feeds could not decode and skipped", topic);
    }

    /** Records whose id was delivered before. */
    Counter repeats(String topic) {
        return feedCounter("tidegate.feed.repeats", "Records dropped because their id was delivered before", topic);
    }

    /** Times the connection to the topic was built anew, or records were gone before they were read. */
    Counter failures(String topic) {
        return feedCounter("tidegate.feed.failures", "Failed polls and look-ups of the live feeds", topic);
    }

    /** How old what is published is. */
    PushLatency latency(String topic) {
        return new PushLatency(registry, topic, Clock.systemUTC());
    }

    private Counter feedCounter(String name, String description, String topic) {
        return Counter.builder(name)
                .description(description)
                .tag("topic", topic)
                .register(registry);
    }
}
