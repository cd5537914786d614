package io.tidegate.jobs.clickhouse;

import java.io.Serializable;

/**
 * When a batch is full: whichever comes first. The last row may overshoot the bytes.
 *
 * @param rows 1 to {@value #MAX_ROWS}: far enough below what ClickHouse makes one block of (1,048,449 rows by
 *     default; the sink's inserts raise their own limit to this maximum), since one block is what is atomic
 * @param bytes 1 to 64 MiB of RowBinary; it is the unit that lies in the checkpoint and in memory, several times over
 */
public record BatchLimits(int rows, int bytes) implements Serializable {

    public static final int MAX_ROWS = 1_000_000;
    public static final int MAX_BYTES = 64 << 20;
    public static final BatchLimits DEFAULT = new BatchLimits(100_000, 8 << 20);

    public BatchLimits {
        if (rows < 1 || rows > MAX_ROWS) {
            throw new IllegalArgumentException("rows: " + rows + " is outside 1.." + MAX_ROWS);
        }
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("bytes: " + bytes + " is outside 1.." + MAX_BYTES);
        }
    }
}
