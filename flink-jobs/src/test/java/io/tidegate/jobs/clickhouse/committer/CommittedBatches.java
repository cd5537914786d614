package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** Stores batches as a job would, for tests of a store. */
public final class CommittedBatches {

    private CommittedBatches() {}

    /**
     * Returns when all of them are stored.
     *
     * @param restored whether a batch comes out of a checkpoint, so that an earlier attempt may have stored it
     */
    public static void store(
            CommitTargetFactory target,
            RetryPolicy retry,
            Predicate<ClickHouseCommittable> restored,
            ClickHouseCommittable... batches)
            throws IOException, InterruptedException {
        try (Shards shards = Shards.open(1, target);
                Outbox outbox = new Outbox(
                        shards,
                        retry,
                        RetryTimer.system(),
                        2,
                        new CommitMetrics(new UnregisteredMetricsGroup(), 1),
                        failure -> {})) {
            for (ClickHouseCommittable batch : batches) {
                if (restored.test(batch)) {
                    outbox.restore(batch);
                } else {
                    outbox.add(batch);
                }
            }
            outbox.snapshot(1);
            outbox.completed(1);
            if (!outbox.awaitDue(Duration.ofMinutes(2))) {
                throw new IOException(outbox.pendingBatches() + " batches aren't stored after two minutes");
            }
        }
    }
}
