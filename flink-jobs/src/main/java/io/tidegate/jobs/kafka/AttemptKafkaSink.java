package io.tidegate.jobs.kafka;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.sink.internal.TransactionOwnership;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;

/**
 * Flink's exactly-once sink to Kafka with a few transactional ids that are used again and again ({@code POOLING}), other ones for each
 * attempt of a task.
 *
 * <p>With the same ids for all attempts, one that is believed dead can undo what its successor has promised: a TaskManager that was
 * frozen goes on in the middle of a checkpoint, begins its next transaction with an id from its pool, and the brokers, for which whoever
 * came last is the right one (KIP-98), abort the successor's transaction under that id, whose checkpoint is complete. Flink's committer
 * takes that for a transaction that has long been committed.
 *
 * <p>An attempt's ids are {@code PREFIX-ATTEMPT-SUBTASK-NUMBER}. Whoever starts aborts whatever is open below {@code PREFIX}, of all
 * earlier attempts, but for what the restored checkpoint has promised.
 *
 * @param <T> of the records
 * @see <a href="https://cwiki.apache.org/confluence/display/FLINK/FLIP-511">FLIP-511</a>
 */
final class AttemptKafkaSink<T>
        implements Sink<T>,
                SupportsWriterState<T, KafkaWriterState>,
                SupportsCommitter<KafkaCommittable>,
                SupportsPostCommitTopology<KafkaCommittable>,
                LineageVertexProvider {

    private static final long serialVersionUID = 1L;

    /** What all tasks of one attempt in one slot agree on, and no other attempt. */
    @FunctionalInterface
    interface Attempt extends Serializable {

        /** @return letters and digits only: the ids are taken apart at their dashes */
        String of(TaskInfo task);
    }

    private final String bootstrapServers;
    private final Properties producer;
    private final String prefix;
    private final KafkaRecordSerializationSchema<T> serializer;
    private final Attempt attempt;

    /** @param prefix of the transactional ids, stable for ever: what earlier attempts left open is found by it */
    AttemptKafkaSink(
            String bootstrapServers, Properties producer, String prefix, KafkaRecordSerializationSchema<T> serializer) {
        this(bootstrapServers, producer, prefix, serializer, AttemptKafkaSink::slotAndNumber);
    }

    AttemptKafkaSink(
            String bootstrapServers,
            Properties producer,
            String prefix,
            KafkaRecordSerializationSchema<T> serializer,
            Attempt attempt) {
        this.bootstrapServers = bootstrapServers;
        this.producer = producer;
        this.prefix = prefix;
        this.serializer = serializer;
        this.attempt = attempt;
    }

    /**
     * The number alone begins anew with each JobManager; a slot's allocation is of one JobManager and one TaskManager, and may be used
     * by several attempts. Writer and committer share theirs ({@link KafkaSink#addPostCommitTopology}).
     */
    static String slotAndNumber(TaskInfo task) {
        String slot = task.getAllocationIDAsString() + '/' + task.getAttemptNumber();
        return UUID.nameUUIDFromBytes(slot.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
    }

    private KafkaSink<T> sink(String transactionalIdPrefix) {
        return KafkaSink.<T>builder()
                .setBootstrapServers(bootstrapServers)
                .setKafkaProducerConfig(producer)
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(transactionalIdPrefix)
                // The other strategy makes a new id per checkpoint, which brokers remember for days.
                .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                .setRecordSerializer(serializer)
                .build();
    }

    private KafkaSink<T> sinkOf(TaskInfo task) {
        return sink(prefix + '-' + attempt.of(task));
    }

    @Override
    public StatefulSinkWriter<T, KafkaWriterState> createWriter(WriterInitContext context) {
        TaskInfo task = context.getTaskInfo();
        return restoreWriter(
                context,
                List.of(new KafkaWriterState(
                        prefix,
                        task.getIndexOfThisSubtask(),
                        task.getNumberOfParallelSubtasks(),
                        TransactionOwnership.EXPLICIT_BY_WRITER_STATE,
                        List.of())));
    }

    @Override
    public StatefulSinkWriter<T, KafkaWriterState> restoreWriter(
            WriterInitContext context, Collection<KafkaWriterState> states) {
        if (states.isEmpty()) {
            return createWriter(context);
        }
        // What is below the prefix of the first of them is aborted too.
        List<KafkaWriterState> ofAll = new ArrayList<>();
        for (KafkaWriterState state : states) {
            ofAll.add(new KafkaWriterState(
                    prefix,
                    state.getOwnedSubtaskId(),
                    state.getTotalNumberOfOwnedSubtasks(),
                    state.getTransactionOwnership(),
                    state.getPrecommittedTransactionalIds()));
        }
        return sinkOf(context.getTaskInfo()).restoreWriter(context, ofAll);
    }

    @Override
    public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
        return sink(prefix).getWriterStateSerializer();
    }

    @Override
    public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
        return sinkOf(context.getTaskInfo()).createCommitter(context);
    }

    @Override
    public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
        return sink(prefix).getCommittableSerializer();
    }

    @Override
    public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committables) {
        sink(prefix).addPostCommitTopology(committables);
    }

    @Override
    public LineageVertex getLineageVertex() {
        return sink(prefix).getLineageVertex();
    }
}
