package io.tidegate.jobs.clickhouse.writer;

import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import java.util.UUID;

/** The batch of one shard and partition while rows are added; its buffer outlives it and serves the next one. */
final class OpenBatch {

    private static final int INITIAL_BYTES = 64 << 10;

    private final String lineage;
    private final RowBinaryWriter rowsOut = new RowBinaryWriter(INITIAL_BYTES);
    private final RowBinaryWriter ownColumnsOut = new RowBinaryWriter(64);

    private int shard;
    private int partition;
    private int rows;
    private long openedAtMs;
    private UUID batchId;
    /** {@code _batch_id} and {@code _lineage}, the same on each row of a batch. */
    private byte[] ownColumns;

    OpenBatch(String lineage) {
        this.lineage = lineage;
    }

    void begin(int shard, int partition, long nowMs) {
        this.shard = shard;
        this.partition = partition;
        this.openedAtMs = nowMs;
        rows = 0;
        rowsOut.reset();
        // Random, and nothing that a restored job could come up with again, such as subtask and checkpoint: the
        // store would take new rows for a repeat and drop them.
        batchId = UUID.randomUUID();
        ownColumnsOut.reset();
        ownColumnsOut.uuid(batchId);
        ownColumnsOut.string(lineage);
        ownColumns = ownColumnsOut.toByteArray();
    }

    <T> void add(T row, RowEncoder<T> encoder) {
        encoder.encode(row, rowsOut);
        rowsOut.bytes(ownColumns);
        rows++;
    }

    boolean isOf(int itsShard, int itsPartition) {
        return partition == itsPartition && shard == itsShard;
    }

    int rows() {
        return rows;
    }

    int bytes() {
        return rowsOut.size();
    }

    ClickHouseCommittable seal(TableSchema table, String insertColumns, int shards, long restoredFrom) {
        return ClickHouseCommittable.seal(
                table.database(),
                table.table(),
                insertColumns,
                table.mode(),
                shard,
                shards,
                partition,
                batchId,
                rows,
                rowsOut.toByteArray(),
                restoredFrom,
                openedAtMs);
    }
}
