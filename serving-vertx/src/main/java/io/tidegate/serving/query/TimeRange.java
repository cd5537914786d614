package io.tidegate.serving.query;

import java.time.Duration;
import java.time.Instant;

/**
 * @param from inclusive
 * @param to exclusive, after {@code from}
 */
record TimeRange(Instant from, Instant to) {

    private static final long MINUTE_MS = Duration.ofMinutes(1).toMillis();

    /**
     * The smallest range of whole minutes that holds this one: what is stored by the minute can't be cut finer.
     */
    TimeRange wholeMinutes() {
        long fromMs = Math.floorDiv(from.toEpochMilli(), MINUTE_MS) * MINUTE_MS;
        long toMs = -Math.floorDiv(-to.toEpochMilli(), MINUTE_MS) * MINUTE_MS;
        return new TimeRange(Instant.ofEpochMilli(fromMs), Instant.ofEpochMilli(toMs));
    }

    /** How many buckets of this length it touches at most. */
    long buckets(Duration length) {
        return Duration.between(from, to).toMillis() / length.toMillis() + 2;
    }
}
