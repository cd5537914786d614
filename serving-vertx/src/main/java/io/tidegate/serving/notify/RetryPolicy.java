package io.tidegate.serving.notify;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * When to try again: twice as long after each failure, and at random between half of that and all of it, so that what failed together
 * isn't repeated together.
 *
 * @param attempts after so many it is a dead letter
 * @param giveUpAfter neither is anything tried that was due so long ago
 */
public record RetryPolicy(int attempts, Duration initial, Duration max, Duration giveUpAfter) {

    public static final RetryPolicy DEFAULT =
            new RetryPolicy(12, Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofHours(24));

    /**
     * @param failed attempts so far, at least 1
     * @param random 0 (inclusive) to 1
     */
    Duration pause(int failed, DoubleSupplier random) {
        double full = Math.min(max.toMillis(), initial.toMillis() * Math.pow(2, Math.min(failed - 1, 40)));
        return Duration.ofMillis((long) (full / 2 + full / 2 * random.getAsDouble()));
    }
}
