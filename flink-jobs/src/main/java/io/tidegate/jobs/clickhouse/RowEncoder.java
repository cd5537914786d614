package io.tidegate.jobs.clickhouse;

import java.io.Serializable;

/**
 * Turns a row into RowBinary. One encoder writes one table.
 *
 * <p>Called once per row on the hot path: implementations neither box nor allocate per row, and keep nothing of
 * {@code row} (the object may be reused). The same row must give the same bytes.
 *
 * @param <T> the row
 */
public interface RowEncoder<T> extends Serializable {

    /** The table and its columns; the same on every call. */
    TableSchema table();

    /**
     * The time the table is partitioned by, in epoch milliseconds. It must be the value of the column in the table's
     * {@code PARTITION BY toYYYYMM(column)}: the committer looks for a batch in the partition that follows from it.
     *
     * @return a time from 1970 up to the end of 2105 (what both {@code DateTime} and {@code DateTime64} hold)
     */
    long partitionTimeMs(T row);

    /**
     * The text column whose value decides on the shard, see {@link Sharding}. Rows with equal keys of the table's
     * {@code ORDER BY} must have equal values of it, or FINAL won't bring them together: it is one of those columns.
     */
    String shardingColumn();

    /** What {@code row} has in {@link #shardingColumn()}; asked only where there are several shards. */
    String shardingKey(T row);

    /** Writes the columns of {@link #table()}, in their order, and nothing else: the sink appends its own two. */
    void encode(T row, RowBinaryWriter out);
}
