package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.metrics.MetricGroup;

/**
 * Stores the batches that Flink's own committer operator brings out of a savepoint of a build that had no {@link Outbox}.
 * Since then nothing reaches it. It stores on the task's thread: such a job starts when the store is there.
 *
 * <p>It never calls {@code signalFailedWithKnownReason} (Flink logs it and discards the data) nor {@code retryLater}
 * (Flink repeats at once, without a pause).
 */
public final class ClickHouseCommitter implements Committer<ClickHouseCommittable> {

    private final int shardCount;
    private final CommitTargetFactory target;
    private final RetryPolicy retry;
    private final RetryTimer timer;
    private final MetricGroup metricGroup;
    /** Opened by the first batch, which hardly any job has. */
    private Shards shards;

    private CommitMetrics metrics;

    /** @param metricGroup of the committer operator */
    public ClickHouseCommitter(
            int shardCount, CommitTargetFactory target, RetryPolicy retry, RetryTimer timer, MetricGroup metricGroup) {
        this.shardCount = shardCount;
        this.target = target;
        this.retry = retry;
        this.timer = timer;
        this.metricGroup = metricGroup;
    }

    @Override
    public void commit(Collection<CommitRequest<ClickHouseCommittable>> requests)
            throws IOException, InterruptedException {
        if (shards == null) {
            shards = Shards.open(shardCount, target);
            metrics = new CommitMetrics(metricGroup, shardCount);
        }
        for (CommitRequest<ClickHouseCommittable> request : requests) {
            ClickHouseCommittable batch = request.getCommittable();
            BatchCommit.Outcome outcome = new BatchCommit(batch, true, shards.of(batch), retry, timer, metrics).run();
            metrics.stored(batch, outcome);
            if (outcome == BatchCommit.Outcome.FOUND) {
                request.signalAlreadyCommitted();
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (shards != null) {
            shards.close();
        }
    }
}
