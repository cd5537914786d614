package io.tidegate.dev.clickhouse.engine;

import java.time.Duration;

/** What a statement read, returned and wrote, as the engine counted it. */
public record QueryStatistics(
        long readRows,
        long readBytes,
        long resultRows,
        long resultBytes,
        long writtenRows,
        long writtenBytes,
        Duration elapsed) {

    public static final QueryStatistics NONE = new QueryStatistics(0, 0, 0, 0, 0, 0, Duration.ZERO);

    /** Adds the chunks of a stream up; elapsed is the later of both. */
    public QueryStatistics plus(QueryStatistics other) {
        return new QueryStatistics(
                readRows + other.readRows,
                readBytes + other.readBytes,
                resultRows + other.resultRows,
                resultBytes + other.resultBytes,
                writtenRows + other.writtenRows,
                writtenBytes + other.writtenBytes,
                elapsed.compareTo(other.elapsed) >= 0 ? elapsed : other.elapsed);
    }
}
