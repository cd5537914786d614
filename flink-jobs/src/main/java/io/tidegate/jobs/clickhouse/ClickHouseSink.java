package io.tidegate.jobs.clickhouse;

import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittableSerializer;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommitter;
import io.tidegate.jobs.clickhouse.committer.CommitTargetFactory;
import io.tidegate.jobs.clickhouse.committer.OutboxOperatorFactory;
import io.tidegate.jobs.clickhouse.committer.RetryPolicy;
import io.tidegate.jobs.clickhouse.committer.RetryTimer;
import io.tidegate.jobs.clickhouse.writer.ClickHouseWriter;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Writes each row into one ClickHouse table exactly once, by the protocol that the package describes. Needs
 * checkpoints: rows become visible when the checkpoint that contains them has completed.
 *
 * <pre>{@code
 * rows.sinkTo(ClickHouseSink.of(new BetStatsEncoder("tidegate"), ClickHouseClientConfig.of(uri)).build())
 *         .name("bet_stats_1m").uid(Uids.BET_STATS_SINK);
 * }</pre>
 *
 * <p>A job with several of them gives each a name and a uid of its own; the uid ties the uncommitted batches in a
 * savepoint to the sink, so it stays for ever.
 *
 * @param <T> the row
 */
public final class ClickHouseSink<T>
        implements Sink<T>,
                SupportsCommitter<ClickHouseCommittable>,
                SupportsPreCommitTopology<ClickHouseCommittable, ClickHouseCommittable> {

    private static final long serialVersionUID = 1L;

    private final RowEncoder<T> encoder;
    private final int shards;
    private final CommitTargetFactory target;
    private final BatchLimits limits;
    private final RetryPolicy retry;
    private final RetryTimer timer;
    private final int commitConcurrency;
    private final long pendingBytes;
    private final boolean hasUid;
    private final String lineage;
    private final Clock clock;

    ClickHouseSink(
            RowEncoder<T> encoder,
            int shards,
            CommitTargetFactory target,
            BatchLimits limits,
            RetryPolicy retry,
            RetryTimer timer,
            int commitConcurrency,
            long pendingBytes,
            boolean hasUid,
            String lineage,
            Clock clock) {
        this.encoder = encoder;
        this.shards = shards;
        this.target = target;
        this.limits = limits;
        this.retry = retry;
        this.timer = timer;
        this.commitConcurrency = commitConcurrency;
        this.pendingBytes = pendingBytes;
        this.hasUid = hasUid;
        this.lineage = lineage;
        this.clock = clock;
    }

    /** A sink into the ClickHouse of one shard that {@code client} describes. */
    public static <T> ClickHouseSinkBuilder<T> of(RowEncoder<T> encoder, ClickHouseClientConfig client) {
        return of(encoder, List.of(client));
    }

    /** A sink into the shards that {@code clients} describe; their order is their identity. */
    public static <T> ClickHouseSinkBuilder<T> of(RowEncoder<T> encoder, List<ClickHouseClientConfig> clients) {
        List<ClickHouseClientConfig> shards = List.copyOf(clients);
        return into(encoder, shards.size(), shard -> new ClickHouseClient(shards.get(shard)));
    }

    /**
     * A sink into any store that keeps the contract of {@link io.tidegate.jobs.clickhouse.committer.CommitTarget}.
     *
     * @param shards how many the factory can open; at least 1
     */
    public static <T> ClickHouseSinkBuilder<T> into(RowEncoder<T> encoder, int shards, CommitTargetFactory target) {
        return new ClickHouseSinkBuilder<>(encoder, shards, target);
    }

    @Override
    public CommittingSinkWriter<T, ClickHouseCommittable> createWriter(WriterInitContext context) {
        String jobId = context.getJobInfo().getJobId().toHexString();
        String rowLineage = lineage.isEmpty() ? jobId : lineage + '/' + jobId;
        return new ClickHouseWriter<>(
                encoder,
                shards,
                limits,
                rowLineage,
                idOf(context.getRestoredCheckpointId()),
                context.metricGroup(),
                clock);
    }

    /** Batches are stored by the outbox; Flink's committer gets none of them. */
    @Override
    public DataStream<CommittableMessage<ClickHouseCommittable>> addPreCommitTopology(
            DataStream<CommittableMessage<ClickHouseCommittable>> batches) {
        StreamExecutionEnvironment env = batches.getExecutionEnvironment();
        boolean commitAtEnd = !env.getCheckpointConfig().isCheckpointingEnabled()
                || env.getConfiguration().get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH;
        SingleOutputStreamOperator<CommittableMessage<ClickHouseCommittable>> outbox = batches.transform(
                "Outbox",
                CommittableMessageTypeInfo.of(ClickHouseCommittableSerializer::new),
                new OutboxOperatorFactory(
                        shards, target, retry, timer, commitConcurrency, pendingBytes, commitAtEnd, clock));
        // Flink puts the sink's uid in front.
        return hasUid ? outbox.uid("outbox") : outbox;
    }

    @Override
    public Committer<ClickHouseCommittable> createCommitter(CommitterInitContext context) {
        return new ClickHouseCommitter(shards, target, retry, timer, context.metricGroup());
    }

    @Override
    public SimpleVersionedSerializer<ClickHouseCommittable> getWriteResultSerializer() {
        return new ClickHouseCommittableSerializer();
    }

    @Override
    public SimpleVersionedSerializer<ClickHouseCommittable> getCommittableSerializer() {
        return new ClickHouseCommittableSerializer();
    }

    private static long idOf(OptionalLong checkpointId) {
        return checkpointId.orElse(ClickHouseCommittable.NOT_RESTORED);
    }
}
