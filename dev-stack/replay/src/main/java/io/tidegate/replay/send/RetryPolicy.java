package io.tidegate.replay.send;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a batch is sent again: after a pause that doubles from {@code first} to {@code longest}, by chance up to half shorter,
 * and never before what the gateway asked for; not any more when {@code giveUpAfter} has passed since the first attempt.
 */
public record RetryPolicy(Duration first, Duration longest, Duration giveUpAfter) {

    public static final RetryPolicy DEFAULT =
            new RetryPolicy(Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofMinutes(10));

    public RetryPolicy {
        if (first.isNegative() || first.isZero()) {
            throw new IllegalArgumentException("first: must be positive");
        }
        if (longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("longest: must not be shorter than first");
        }
        if (giveUpAfter.isNegative()) {
            throw new IllegalArgumentException("giveUpAfter: must not be negative");
        }
    }

    /** @param failures how many attempts have failed, 1 or more */
    Duration pause(int failures, Optional<Duration> askedFor, RandomGenerator random) {
        Duration doubled = failures > 30 ? longest : first.multipliedBy(1L << (failures - 1));
        long capped = Math.min(doubled.toMillis(), longest.toMillis());
        Duration jittered = Duration.ofMillis(capped - random.nextLong(capped / 2 + 1));
        return askedFor.filter(asked -> asked.compareTo(jittered) > 0).orElse(jittered);
    }
}
