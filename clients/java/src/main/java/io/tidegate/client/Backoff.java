package io.tidegate.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before trying again: doubling, with half of it random, so that many clients don't come back together. */
final class Backoff {

    private static final int MAX_DOUBLINGS = 20;

    private final Duration first;
    private final Duration max;
    private int failures;

    Backoff(Duration first, Duration max) {
        this.first = first;
        this.max = max;
    }

    Duration next() {
        long ceiling = Math.min(max.toMillis(), first.toMillis() << Math.min(failures++, MAX_DOUBLINGS));
        return Duration.ofMillis(ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1));
    }

    void reset() {
        failures = 0;
    }
}
