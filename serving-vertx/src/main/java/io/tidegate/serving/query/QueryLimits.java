package io.tidegate.serving.query;

import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.YamlSection;
import java.time.Duration;

/**
 * What one query may cost. ClickHouse enforces it and ends the query with an error.
 *
 * @param maxRowsToRead rows that ClickHouse may scan; default 2,000,000,000
 * @param maxBytesToRead what those rows may have, uncompressed; default 64 GiB
 * @param maxResultRows rows of the answer; default 200,000
 * @param maxResultSize of the answer; default 64 MiB
 * @param maxMemory of the query in ClickHouse; default 1 GiB
 */
public record QueryLimits(
        int maxRowsToRead, DataSize maxBytesToRead, int maxResultRows, DataSize maxResultSize, DataSize maxMemory) {

    private static final DataSize MAX_SIZE = new DataSize(1L << 50);

    public static final QueryLimits DEFAULT = new QueryLimits(
            2_000_000_000, new DataSize(64L << 30), 200_000, DataSize.ofMebibytes(64), DataSize.ofMebibytes(1024));

    static QueryLimits read(YamlSection yaml) {
        DataSize least = DataSize.ofKibibytes(64);
        return new QueryLimits(
                yaml.integer("maxRowsToRead", DEFAULT.maxRowsToRead(), 1, Integer.MAX_VALUE),
                yaml.size("maxBytesToRead", DEFAULT.maxBytesToRead(), least, MAX_SIZE),
                yaml.integer("maxResultRows", DEFAULT.maxResultRows(), 1, Integer.MAX_VALUE),
                yaml.size("maxResultSize", DEFAULT.maxResultSize(), least, DataSize.ofMebibytes(1024)),
                yaml.size("maxMemory", DEFAULT.maxMemory(), DataSize.ofMebibytes(1), MAX_SIZE));
    }

    /** The SETTINGS clause. */
    String settings(Duration timeout) {
        long seconds = Math.max(1, (timeout.toMillis() + 999) / 1000);
        return " SETTINGS max_execution_time = " + seconds
                + ", timeout_overflow_mode = 'throw'"
                + ", max_rows_to_read = " + maxRowsToRead
                + ", max_bytes_to_read = " + maxBytesToRead.bytes()
                + ", read_overflow_mode = 'throw'"
                + ", max_result_rows = " + maxResultRows
                + ", max_result_bytes = " + maxResultSize.bytes()
                + ", result_overflow_mode = 'throw'"
                + ", max_memory_usage = " + maxMemory.bytes()
                // A key never spans partitions: each is a function of a key column.
                + ", do_not_merge_across_partitions_select_final = 1";
    }
}
