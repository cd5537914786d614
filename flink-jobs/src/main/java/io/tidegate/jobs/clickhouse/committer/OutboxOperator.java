package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.IOUtils;

/**
 * An {@link Outbox} inside a Flink task, between the sink's writer and Flink's own committer operator, to which it hands
 * nothing on: Flink's committer stores on the task's thread, all or nothing, and keeps only what a checkpoint that isn't
 * complete has brought (ADR 19).
 *
 * <p>Its state is a list of batches, one an element, so a rescale spreads them over the subtasks.
 */
final class OutboxOperator extends AbstractStreamOperator<CommittableMessage<ClickHouseCommittable>>
        implements OneInputStreamOperator<
                        CommittableMessage<ClickHouseCommittable>, CommittableMessage<ClickHouseCommittable>>,
                BoundedOneInput {

    private static final long serialVersionUID = 1L;

    /** The name of the state in savepoints; never changed. */
    private static final String STATE = "batches";

    private static final Duration CANCELLATION_CHECK = Duration.ofMillis(100);

    private final OutboxOperatorFactory settings;
    private final transient MailboxExecutor mailbox;
    private transient Shards shards;
    private transient Outbox outbox;
    private transient CommitMetrics metrics;
    private transient ListState<ClickHouseCommittable> state;

    OutboxOperator(
            StreamOperatorParameters<CommittableMessage<ClickHouseCommittable>> parameters,
            OutboxOperatorFactory settings) {
        super(parameters);
        this.settings = settings;
        this.mailbox = parameters.getMailboxExecutor();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        metrics = new CommitMetrics(getMetricGroup(), settings.shards());
        shards = Shards.open(settings.shards(), settings.target());
        outbox =
                new Outbox(shards, settings.retry(), settings.timer(), settings.concurrency(), metrics, this::failTask);
        metrics.pending(outbox, settings.clock());
        state = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>(STATE, BatchStateSerializer.INSTANCE));
        for (ClickHouseCommittable batch : state.get()) {
            outbox.restore(batch);
        }
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<ClickHouseCommittable>> element) {
        // The other kind of message is a summary, for Flink's committer to wait by.
        if (element.getValue() instanceof CommittableWithLineage<ClickHouseCommittable> message) {
            outbox.add(message.getCommittable());
        }
    }

    /** Holds the barrier back, and with it the rows behind it, while more is due than the limit says. */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        metrics.heldBack(outbox.awaitRoom(settings.pendingBytes()));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.update(outbox.snapshot(context.getCheckpointId()));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        outbox.completed(checkpointId);
    }

    @Override
    public void endInput() throws Exception {
        if (settings.commitAtEnd()) {
            outbox.completed(Long.MAX_VALUE);
            awaitDue();
        }
    }

    /**
     * At the end of a task that ended well, by the end of its input or a savepoint that stops the job, waits until all is
     * stored: nobody may ever start the job again.
     */
    @Override
    public void close() throws Exception {
        IOUtils.closeAll(
                () -> {
                    if (outbox != null && !getContainingTask().isFailing()) {
                        awaitDue();
                    }
                },
                outbox,
                shards,
                super::close);
    }

    /** Flink doesn't interrupt a task that closes its operators, so it is asked now and then whether it is wanted. */
    private void awaitDue() throws IOException, InterruptedException {
        boolean stored = false;
        while (!stored && !getContainingTask().isCanceled()) {
            stored = outbox.awaitDue(CANCELLATION_CHECK);
        }
    }

    private void failTask(IOException cause) {
        try {
            mailbox.execute(
                    () -> {
                        throw cause;
                    },
                    "A batch can't be stored");
        } catch (RejectedExecutionException e) {
            // The task ends already; where it waits for this outbox, the wait throws.
            LOG.warn("A batch can't be stored, at the end of its task", cause);
        }
    }
}
