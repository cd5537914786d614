package io.tidegate.jobs.clickhouse.committer;

import java.io.Serializable;
import java.time.Duration;

/**
 * How long a commit keeps trying. The wait before attempt n is random between half and all of {@code first * 2^n},
 * at most {@code cap}, so that many subtasks don't come back at the same moment.
 *
 * @param first positive
 * @param cap at least {@code first}
 * @param limit positive; counted from a batch's first failure. Then the commit throws, the job restarts from its
 *     checkpoint and tries again: nothing is lost.
 */
public record RetryPolicy(Duration first, Duration cap, Duration limit) implements Serializable {

    public static final RetryPolicy DEFAULT =
            new RetryPolicy(Duration.ofMillis(50), Duration.ofSeconds(5), Duration.ofHours(1));

    public RetryPolicy {
        requirePositive("first", first);
        requirePositive("cap", cap);
        requirePositive("limit", limit);
        if (cap.compareTo(first) < 0) {
            throw new IllegalArgumentException("cap: " + cap + " is below first: " + first);
        }
    }

    /**
     * The wait before the next attempt.
     *
     * @param failures how often it failed so far, from 1
     * @param random from 0 up to 1
     */
    Duration waitAfter(int failures, double random) {
        int doublings = Math.min(failures - 1, 30);
        long cappedNanos = Math.min(cap.toNanos(), saturatedShift(first.toNanos(), doublings));
        long half = cappedNanos / 2;
        return Duration.ofNanos(half + (long) (random * (cappedNanos - half)));
    }

    private static long saturatedShift(long value, int by) {
        return value > Long.MAX_VALUE >> by ? Long.MAX_VALUE : value << by;
    }

    private static void requirePositive(String field, Duration value) {
        if (value == null || value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(field + ": not a positive duration: " + value);
        }
    }
}
