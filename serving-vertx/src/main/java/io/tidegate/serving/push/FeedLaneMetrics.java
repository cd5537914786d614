package io.tidegate.serving.push;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted about a topic that is read in two lanes; see {@link CommitWatch}. Thread-safe. */
final class FeedLaneMetrics {

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger withdrawn = new AtomicInteger();
    private final Counter neverCommitted;
    private final Timer commitLag;

    FeedLaneMetrics(MeterRegistry registry, String topic) {
        Gauge.builder("tidegate.feed.uncommitted", waiting, AtomicInteger::get)
                .description("Shown, and not committed yet")
                .tag("topic", topic)
                .register(registry);
        Gauge.builder("tidegate.feed.withdrawn", withdrawn, AtomicInteger::get)
                .description("Shown, aborted, and not written again so far")
                .tag("topic", topic)
                .register(registry);
        neverCommitted = Counter.builder("tidegate.feed.never.committed")
                .description("Shown, aborted, and not written again within the horizon")
                .tag("topic", topic)
                .register(registry);
        commitLag = Timer.builder("tidegate.feed.commit.lag")
                .description("From the first sight of a record to its commit")
                .tag("topic", topic)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(10))
                .maximumExpectedValue(Duration.ofHours(1))
                .register(registry);
    }

    void waiting(int count) {
        waiting.set(count);
    }

    void withdrawn(int count) {
        withdrawn.set(count);
    }

    void neverCommitted() {
        neverCommitted.increment();
    }

    void committedAfter(Duration lag) {
        commitLag.record(lag);
    }
}
