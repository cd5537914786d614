package io.tidegate.jobs.archive;

/** Times that ClickHouse's {@code DateTime} holds, since partitions and TTLs are computed in it. */
final class StoredTime {

    /** 2100-01-01. */
    private static final long LIMIT_MS = 4_102_444_800_000L;

    private StoredTime() {}

    static boolean isStorable(long epochMs) {
        return epochMs > 0 && epochMs < LIMIT_MS;
    }

    /**
     * {@code epochMs} where it is a time, else {@code fallbackMs}. Rows expire by these columns: a missing one
     * would read as 1970, and the row would go with the next merge.
     */
    static long orElse(long epochMs, long fallbackMs) {
        return isStorable(epochMs) ? epochMs : fallbackMs;
    }
}
