package io.tidegate.jobs.clickhouse.committer;

import java.time.Clock;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The committer's metrics, in group {@code clickhouse} of the committer operator. Written by the task's thread; the
 * gauge is read by reporters.
 *
 * <ul>
 *   <li>{@code batchesCommitted}: all batches that are stored, however they came to be
 *   <li>{@code batchesVerified}: of these, found stored by an attempt before
 *   <li>{@code batchesReinserted}: of these, not found, and inserted again
 *   <li>{@code batchesRepaired}: of these, found in part, removed and inserted again
 *   <li>{@code rowsCommitted}, {@code bytesCommitted}: what the batches hold
 *   <li>{@code oldestUncommittedBatchAgeMs}: since the first row of the oldest batch that a running commit still
 *       has to store, 0 when nothing waits. It climbs while the store is away.
 * </ul>
 */
final class CommitMetrics {

    private static final long NONE = Long.MAX_VALUE;

    private final Counter committed;
    private final Counter verified;
    private final Counter reinserted;
    private final Counter repaired;
    private final Counter rows;
    private final Counter bytes;
    private final AtomicLong oldestOpenedAtMs = new AtomicLong(NONE);

    CommitMetrics(MetricGroup operator, Clock clock) {
        MetricGroup group = operator.addGroup("clickhouse");
        committed = group.counter("batchesCommitted");
        verified = group.counter("batchesVerified");
        reinserted = group.counter("batchesReinserted");
        repaired = group.counter("batchesRepaired");
        rows = group.counter("rowsCommitted");
        bytes = group.counter("bytesCommitted");
        group.gauge("oldestUncommittedBatchAgeMs", () -> {
            long oldest = oldestOpenedAtMs.get();
            return oldest == NONE ? 0L : Math.max(0L, clock.millis() - oldest);
        });
    }

    /** What a running commit still has to store. */
    void pending(Collection<ClickHouseCommittable> batches) {
        long oldest = NONE;
        for (ClickHouseCommittable batch : batches) {
            oldest = Math.min(oldest, batch.openedAtMs());
        }
        oldestOpenedAtMs.set(oldest);
    }

    void stored(ClickHouseCommittable batch, BatchCommit.Outcome outcome) {
        committed.inc();
        rows.inc(batch.rows());
        bytes.inc(batch.payload().length);
        switch (outcome) {
            case INSERTED -> {}
            case FOUND -> verified.inc();
            case REINSERTED -> reinserted.inc();
            case REPAIRED -> repaired.inc();
        }
    }
}
