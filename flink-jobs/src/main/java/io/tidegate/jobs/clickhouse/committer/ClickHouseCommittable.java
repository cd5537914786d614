package io.tidegate.jobs.clickhouse.committer;

import io.tidegate.jobs.clickhouse.WriteMode;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * One batch on its way into one partition of one table: everything an insert needs, so that an attempt after a
 * restore sends the very bytes of the attempt before. It lies in the committer's state from the checkpoint's
 * barrier until it is committed.
 *
 * @param database name of the database
 * @param table name of the table
 * @param columns the columns of the insert, separated by commas, in the order of {@code payload}
 * @param mode how the table takes repeats
 * @param shard the one shard all rows belong to, from 0; the batch goes there and nowhere else, since an earlier
 *     attempt may have stored it there
 * @param shards how many shards there were when the rows were spread over them; more than {@code shard}
 * @param partition the one partition all rows belong to, {@code YYYYMM}
 * @param batchId random; stands in column {@code _batch_id} of each row; token and query id of the insert
 * @param rows number of rows in {@code payload}
 * @param checksum CRC-32C of {@code payload}
 * @param payload the rows in RowBinary; never changed after construction
 * @param writerRestoredFrom the checkpoint that the writer's attempt was restored from, {@link #NOT_RESTORED} for
 *     none. A committer whose own attempt was restored from another one got this batch out of a checkpoint, and an
 *     earlier committer may have tried it. The ids can't be equal by accident: a batch is stored in a checkpoint
 *     later than the one its writer began from, and a restore that contains the batch is from that checkpoint or a
 *     later one.
 * @param openedAtMs when the batch got its first row, epoch milliseconds
 */
public record ClickHouseCommittable(
        String database,
        String table,
        String columns,
        WriteMode mode,
        int shard,
        int shards,
        int partition,
        UUID batchId,
        int rows,
        int checksum,
        byte[] payload,
        long writerRestoredFrom,
        long openedAtMs) {

    /** Stands for "no checkpoint was restored"; checkpoint ids are positive. */
    public static final long NOT_RESTORED = -1;

    public ClickHouseCommittable {
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(columns, "columns");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(batchId, "batchId");
        Objects.requireNonNull(payload, "payload");
        if (rows < 1) {
            throw new IllegalArgumentException("rows: " + rows + " is not positive");
        }
        if (shard < 0 || shard >= shards) {
            throw new IllegalArgumentException("shard: " + shard + " is outside 0.." + (shards - 1));
        }
    }

    /** A batch whose checksum is computed from its payload. */
    public static ClickHouseCommittable seal(
            String database,
            String table,
            String columns,
            WriteMode mode,
            int shard,
            int shards,
            int partition,
            UUID batchId,
            int rows,
            byte[] payload,
            long writerRestoredFrom,
            long openedAtMs) {
        return new ClickHouseCommittable(
                database,
                table,
                columns,
                mode,
                shard,
                shards,
                partition,
                batchId,
                rows,
                checksumOf(payload),
                payload,
                writerRestoredFrom,
                openedAtMs);
    }

    /** {@code database.table}. */
    public String qualifiedTable() {
        return database + '.' + table;
    }

    /** Whether the payload is what the writer sealed. */
    public boolean isIntact() {
        return checksumOf(payload) == checksum;
    }

    private static int checksumOf(byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload, 0, payload.length);
        return (int) crc.getValue();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClickHouseCommittable that
                && database.equals(that.database)
                && table.equals(that.table)
                && columns.equals(that.columns)
                && mode == that.mode
                && shard == that.shard
                && shards == that.shards
                && partition == that.partition
                && batchId.equals(that.batchId)
                && rows == that.rows
                && checksum == that.checksum
                && writerRestoredFrom == that.writerRestoredFrom
                && openedAtMs == that.openedAtMs
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return batchId.hashCode();
    }

    /** Names the batch for logs and errors, without its rows. */
    @Override
    public String toString() {
        return "batch " + batchId + " (" + rows + " rows, " + payload.length + " bytes, " + qualifiedTable()
                + " partition " + partition + ", shard " + shard + " of " + shards + ")";
    }
}
