package io.tidegate.jobs.clickhouse.committer;

import java.time.Clock;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Ships the settings of an outbox to the machine where it runs. */
public final class OutboxOperatorFactory
        extends AbstractStreamOperatorFactory<CommittableMessage<ClickHouseCommittable>>
        implements OneInputStreamOperatorFactory<
                CommittableMessage<ClickHouseCommittable>, CommittableMessage<ClickHouseCommittable>> {

    private static final long serialVersionUID = 1L;

    private final int shards;
    private final CommitTargetFactory target;
    private final RetryPolicy retry;
    private final RetryTimer timer;
    private final int concurrency;
    private final long pendingBytes;
    private final boolean commitAtEnd;
    private final Clock clock;

    /**
     * @param concurrency how many batches of a shard a subtask stores at once
     * @param pendingBytes how much may wait for the store before the job is held back
     * @param commitAtEnd whether no checkpoint will say that the batches are due: the job runs without, or as a batch
     */
    public OutboxOperatorFactory(
            int shards,
            CommitTargetFactory target,
            RetryPolicy retry,
            RetryTimer timer,
            int concurrency,
            long pendingBytes,
            boolean commitAtEnd,
            Clock clock) {
        this.shards = shards;
        this.target = target;
        this.retry = retry;
        this.timer = timer;
        this.concurrency = concurrency;
        this.pendingBytes = pendingBytes;
        this.commitAtEnd = commitAtEnd;
        this.clock = clock;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T extends StreamOperator<CommittableMessage<ClickHouseCommittable>>> T createStreamOperator(
            StreamOperatorParameters<CommittableMessage<ClickHouseCommittable>> parameters) {
        return (T) new OutboxOperator(parameters, this);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return OutboxOperator.class;
    }

    int shards() {
        return shards;
    }

    CommitTargetFactory target() {
        return target;
    }

    RetryPolicy retry() {
        return retry;
    }

    RetryTimer timer() {
        return timer;
    }

    int concurrency() {
        return concurrency;
    }

    long pendingBytes() {
        return pendingBytes;
    }

    boolean commitAtEnd() {
        return commitAtEnd;
    }

    Clock clock() {
        return clock;
    }
}
