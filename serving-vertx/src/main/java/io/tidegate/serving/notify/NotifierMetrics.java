package io.tidegate.serving.notify;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted about deliveries. Thread-safe. */
final class NotifierMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger openCircuits = new AtomicInteger();

    NotifierMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("tidegate.notifier.pending", pending, AtomicInteger::get)
                .description("Deliveries that this notifier holds and that aren't done")
                .register(registry);
        Gauge.builder("tidegate.notifier.in.flight", inFlight, AtomicInteger::get)
                .description("Attempts that are out")
                .register(registry);
        Gauge.builder("tidegate.notifier.open.circuits", openCircuits, AtomicInteger::get)
                .description("Targets that are spared because they fail all the time")
                .register(registry);
    }

    void pending(int change) {
        pending.addAndGet(change);
    }

    int pending() {
        return pending.get();
    }

    void inFlight(int change) {
        inFlight.addAndGet(change);
    }

    void openCircuits(int change) {
        openCircuits.addAndGet(change);
    }

    void notice(String outcome) {
        Counter.builder("tidegate.notifier.notices")
                .description("Alerts and notifications read: planned, unwanted, stale, undecodable")
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }

    void delivered(Target.Channel channel, Duration sinceDue) {
        Timer.builder("tidegate.notifier.delivered")
                .description("Deliveries done, with the time since they were due")
                .tag("channel", channel.word())
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(5))
                .maximumExpectedValue(Duration.ofHours(1))
                .register(registry)
                .record(sinceDue.isNegative() ? Duration.ZERO : sinceDue);
    }

    void failed(Target.Channel channel, String reason) {
        count("tidegate.notifier.failed.attempts", "Attempts that failed and are repeated", channel, reason);
    }

    void deadLettered(Target.Channel channel, String reason) {
        count("tidegate.notifier.dead.letters", "Deliveries that were given up", channel, reason);
    }

    void cancelled(Target.Channel channel, String reason) {
        count("tidegate.notifier.cancelled", "Deliveries that nobody wants any more", channel, reason);
    }

    private void count(String name, String description, Target.Channel channel, String reason) {
        Counter.builder(name)
                .description(description)
                .tag("channel", channel.word())
                .tag("reason", reason)
                .register(registry)
                .increment();
    }
}
