package io.tidegate.jobs.clickhouse.committer;

import io.tidegate.jobs.clickhouse.WriteMode;
import java.util.UUID;

/** Batches for tests that don't look into the payload. */
final class SampleBatches {

    static final int ROWS = 10;
    /** The checkpoint the test's committer was restored from. */
    static final long RESTORED_FROM = 7;
    /** When each got its first row. */
    static final long OPENED_AT_MS = 1_000;

    private SampleBatches() {}

    /** Written in the committer's own attempt: nobody can have tried it. */
    static ClickHouseCommittable fresh() {
        return batch(WriteMode.APPEND, RESTORED_FROM);
    }

    /** Out of the checkpoint: written in an attempt that began from an earlier one. */
    static ClickHouseCommittable restored() {
        return batch(WriteMode.APPEND, RESTORED_FROM - 2);
    }

    static boolean isRestored(ClickHouseCommittable batch) {
        return batch.writerRestoredFrom() != RESTORED_FROM;
    }

    static ClickHouseCommittable freshOn(int shard, int shards) {
        return batch(WriteMode.APPEND, shard, shards, RESTORED_FROM);
    }

    static ClickHouseCommittable freshUpsert() {
        return batch(WriteMode.UPSERT, RESTORED_FROM);
    }

    static ClickHouseCommittable restoredUpsert() {
        return batch(WriteMode.UPSERT, ClickHouseCommittable.NOT_RESTORED);
    }

    private static ClickHouseCommittable batch(WriteMode mode, long restoredFrom) {
        return batch(mode, 0, 1, restoredFrom);
    }

    private static ClickHouseCommittable batch(WriteMode mode, int shard, int shards, long restoredFrom) {
        return ClickHouseCommittable.seal(
                "db",
                "t",
                "id,_batch_id,_lineage",
                mode,
                shard,
                shards,
                202611,
                UUID.randomUUID(),
                ROWS,
                new byte[] {1, 2, 3},
                restoredFrom,
                OPENED_AT_MS);
    }
}
