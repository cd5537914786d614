package io.tidegate.serving.query;

import java.time.Duration;

/**
 * What one query may cost. ClickHouse enforces it and ends the query with an error.
 *
 * @param maxRowsToRead rows that ClickHouse may scan
 * @param maxResultRows rows of the answer
 * @param maxMemoryBytes memory of the query in ClickHouse
 */
record QueryLimits(long maxRowsToRead, long maxResultRows, long maxMemoryBytes) {

    static final QueryLimits DEFAULT = new QueryLimits(2_000_000_000L, 200_000, 1L << 30);

    /** The SETTINGS clause. */
    String settings(Duration timeout) {
        long seconds = Math.max(1, (timeout.toMillis() + 999) / 1000);
        return " SETTINGS max_execution_time = " + seconds
                + ", timeout_overflow_mode = 'throw'"
                + ", max_rows_to_read = " + maxRowsToRead
                + ", read_overflow_mode = 'throw'"
                + ", max_result_rows = " + maxResultRows
                + ", result_overflow_mode = 'throw'"
                + ", max_memory_usage = " + maxMemoryBytes
                // A key never spans partitions: each is a function of a key column.
                + ", do_not_merge_across_partitions_select_final = 1";
    }
}
