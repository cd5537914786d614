package io.tidegate.jobs.clickhouse;

import io.tidegate.jobs.clickhouse.committer.CommitTargetFactory;
import io.tidegate.jobs.clickhouse.committer.RetryPolicy;
import io.tidegate.jobs.clickhouse.committer.RetryTimer;
import java.time.Clock;
import java.util.Objects;

/**
 * Builds a {@link ClickHouseSink}; {@link ClickHouseSink#of} starts one. Every setting has a default.
 *
 * @param <T> the row
 */
public final class ClickHouseSinkBuilder<T> {

    private static final int DEFAULT_COMMIT_CONCURRENCY = 2;
    private static final long DEFAULT_PENDING_BYTES = 64L << 20;

    private final RowEncoder<T> encoder;
    private final int shards;
    private final CommitTargetFactory target;
    private BatchLimits limits = BatchLimits.DEFAULT;
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private RetryTimer timer = RetryTimer.system();
    private int commitConcurrency = DEFAULT_COMMIT_CONCURRENCY;
    private long pendingBytes = DEFAULT_PENDING_BYTES;
    private boolean hasUid = true;
    private String lineage = "";
    private Clock clock = Clock.systemUTC();

    ClickHouseSinkBuilder(RowEncoder<T> encoder, int shards, CommitTargetFactory target) {
        if (shards < 1) {
            throw new IllegalArgumentException("shards: " + shards + " is not positive");
        }
        this.shards = shards;
        this.encoder = Objects.requireNonNull(encoder, "encoder");
        this.target = Objects.requireNonNull(target, "target");
        Objects.requireNonNull(encoder.table(), "encoder.table");
    }

    /** When a batch is full; {@link BatchLimits#DEFAULT}. */
    public ClickHouseSinkBuilder<T> limits(BatchLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
        return this;
    }

    /** How long a commit tries; {@link RetryPolicy#DEFAULT}. */
    public ClickHouseSinkBuilder<T> retry(RetryPolicy retry) {
        this.retry = Objects.requireNonNull(retry, "retry");
        return this;
    }

    /** How many batches of a shard a subtask commits at once; 2. */
    public ClickHouseSinkBuilder<T> commitConcurrency(int commitConcurrency) {
        if (commitConcurrency < 1) {
            throw new IllegalArgumentException("commitConcurrency: " + commitConcurrency + " is not positive");
        }
        this.commitConcurrency = commitConcurrency;
        return this;
    }

    /**
     * How many bytes may wait for a store that is away, a subtask; 64 MiB. They lie in memory and in each checkpoint.
     * Beyond that the job is held back: no checkpoint, and nothing read from the sources.
     */
    public ClickHouseSinkBuilder<T> pendingBytes(long pendingBytes) {
        if (pendingBytes < 0) {
            throw new IllegalArgumentException("pendingBytes: " + pendingBytes + " is negative");
        }
        this.pendingBytes = pendingBytes;
        return this;
    }

    /**
     * Names the run in column {@code _lineage}, in front of the id of the Flink job, which alone stands there by
     * default. The id is kept by a restart and changed by a new submission, so the rows of one submission can
     * always be told.
     */
    public ClickHouseSinkBuilder<T> lineage(String lineage) {
        this.lineage = Objects.requireNonNull(lineage, "lineage");
        return this;
    }

    /**
     * For a job that gives the sink no uid, which Flink then wants of no operator inside it either. Its savepoints can be
     * restored only into the very same graph, so this is for jobs that are never upgraded.
     */
    public ClickHouseSinkBuilder<T> withoutUid() {
        this.hasUid = false;
        return this;
    }

    /** The clock of the age metrics. */
    public ClickHouseSinkBuilder<T> clock(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /** What retries are paced by. */
    ClickHouseSinkBuilder<T> timer(RetryTimer timer) {
        this.timer = Objects.requireNonNull(timer, "timer");
        return this;
    }

    public ClickHouseSink<T> build() {
        return new ClickHouseSink<>(
                encoder, shards, target, limits, retry, timer, commitConcurrency, pendingBytes, hasUid, lineage, clock);
    }
}
