package io.tidegate.jobs.clickhouse.writer;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** {@code toYYYYMM} in UTC, remembering the last month, since rows rarely change it. Not thread-safe. */
final class MonthPartitions {

    /** What both {@code DateTime} and {@code DateTime64} hold without saturating. */
    private static final long MIN_MS = 0;

    private static final long END_MS = Instant.parse("2106-01-01T00:00:00Z").toEpochMilli();

    private long startMs = Long.MAX_VALUE;
    private long endMs = Long.MIN_VALUE;
    private int partition;

    /** @throws IllegalArgumentException outside 1970 to 2105 */
    int of(long epochMs) {
        if (epochMs >= startMs && epochMs < endMs) {
            return partition;
        }
        if (epochMs < MIN_MS || epochMs >= END_MS) {
            throw new IllegalArgumentException("partition time: " + epochMs + " ms is outside 1970 to 2105");
        }
        LocalDate first = LocalDate.ofInstant(Instant.ofEpochMilli(epochMs), ZoneOffset.UTC)
                .withDayOfMonth(1);
        startMs = first.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        endMs = first.plusMonths(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        partition = first.getYear() * 100 + first.getMonthValue();
        return partition;
    }
}
