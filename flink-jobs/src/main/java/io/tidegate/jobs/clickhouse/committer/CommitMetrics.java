package io.tidegate.jobs.clickhouse.committer;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * What becomes of batches, in group {@code clickhouse} of the operator; docs/metrics.md says what each means. Any thread
 * may count.
 */
final class CommitMetrics {

    private final MetricGroup group;
    private final Counter committed;
    private final Counter verified;
    private final Counter reinserted;
    private final Counter repaired;
    private final Counter rows;
    private final Counter bytes;
    private final Counter heldBackMs;
    private final List<Counter> failures = new ArrayList<>();

    CommitMetrics(MetricGroup operator, int shards) {
        group = operator.addGroup("clickhouse");
        committed = counter(group, "batchesCommitted");
        verified = counter(group, "batchesVerified");
        reinserted = counter(group, "batchesReinserted");
        repaired = counter(group, "batchesRepaired");
        rows = counter(group, "rowsCommitted");
        bytes = counter(group, "bytesCommitted");
        heldBackMs = counter(group, "heldBackMs");
        for (int shard = 0; shard < shards; shard++) {
            failures.add(counter(group.addGroup("shard", Integer.toString(shard)), "commitFailures"));
        }
    }

    /** Gauges of what waits. */
    void pending(Outbox outbox, Clock clock) {
        group.gauge("pendingBatches", outbox::pendingBatches);
        group.gauge("pendingBytes", outbox::pendingBytes);
        group.gauge("oldestUncommittedBatchAgeMs", () -> {
            long oldest = outbox.oldestOpenedAtMs();
            return oldest == Long.MAX_VALUE ? 0L : Math.max(0L, clock.millis() - oldest);
        });
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

    /** A request that wasn't answered with success. */
    void failed(ClickHouseCommittable batch) {
        failures.get(batch.shard()).inc();
    }

    /** How long a barrier waited for room. */
    void heldBack(long nanos) {
        heldBackMs.inc(TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    private static Counter counter(MetricGroup group, String name) {
        return group.counter(name, new SharedCounter());
    }

    /** Flink's own counter is for one thread. */
    private static final class SharedCounter implements Counter {

        private final AtomicLong count = new AtomicLong();

        @Override
        public void inc() {
            count.incrementAndGet();
        }

        @Override
        public void inc(long n) {
            count.addAndGet(n);
        }

        @Override
        public void dec() {
            count.decrementAndGet();
        }

        @Override
        public void dec(long n) {
            count.addAndGet(-n);
        }

        @Override
        public long getCount() {
            return count.get();
        }
    }
}
