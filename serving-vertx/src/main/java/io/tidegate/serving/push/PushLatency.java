package io.tidegate.serving.push;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;

/**
 * {@code tidegate.push.latency}: from when the event that an alert or a notification is about was appended by the broker, until it
 * is handed to the event loops of the listeners, whether or not anybody listens. The service level of docs/operations.md is over
 * it.
 *
 * <p>What is older than an hour isn't counted: it comes from a replay of history, whose detection runs on the clock of the events.
 */
final class PushLatency {

    static final Duration HISTORY = Duration.ofHours(1);

    /** 1 s is ours, 10 s is what was asked of us. */
    private static final Duration[] BOUNDS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
    };

    private final Timer timer;
    private final Clock clock;

    PushLatency(MeterRegistry registry, String topic, Clock clock) {
        this.clock = clock;
        timer = Timer.builder("tidegate.push.latency")
                .description("From the broker's append of an event until what it raised is handed to the listeners")
                .serviceLevelObjectives(BOUNDS)
                .tag("topic", topic)
                .register(registry);
    }

    /** @param happenedAtMs by the broker's clock; another machine's, so it may be ahead of ours by a little */
    void published(long happenedAtMs) {
        Duration age = Duration.ofMillis(Math.max(0, clock.millis() - happenedAtMs));
        if (age.compareTo(HISTORY) <= 0) {
            timer.record(age);
        }
    }
}
