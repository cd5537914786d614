package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.Uids;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * The topics as streams: decoded records, and beside them the dead letters. Committed records only.
 *
 * <p>A job that has no state yet reads from the earliest offset. Offsets are also committed to the group
 * {@code tidegate-JOB} at each checkpoint, for lag monitoring only: state decides where a job goes on.
 */
public final class TopicSource {

    /**
     * Ticks keep every partition's clock going, so idleness is only for a partition that nobody writes to any more. It must be longer
     * than any recovery, on however busy a machine: a partition that is taken for idle because it hasn't been read for a while has its
     * events dropped as late when it is. Until then the alerts that wait for a watermark are late; the others don't wait for one.
     */
    static final Duration IDLENESS = Duration.ofMinutes(15);

    /**
     * @param records decoded and fit to be processed
     * @param deadLetters the others, with their bytes
     */
    public record Streams<M extends MessageLite>(
            SingleOutputStreamOperator<SourceRecord<M>> records, DataStream<DeadLetter> deadLetters) {}

    private TopicSource() {}

    /** Topic events without timestamps or watermarks, for jobs that don't need event time. */
    public static Streams<Event> events(StreamExecutionEnvironment env, JobConfig config, String job) {
        return gated(events(env, config, job, WatermarkStrategy.noWatermarks()));
    }

    /**
     * Topic events with the timestamps and watermarks of detection: the broker's append time, or, where the job replays
     * history, {@code occurred_at} in the order of the topic (see {@link OccurredTimeOperator}).
     */
    public static Streams<Event> eventsForDetection(StreamExecutionEnvironment env, JobConfig config, String job) {
        if (config.detectionTime() == DetectionTime.APPEND) {
            // The consumer stamps records with the topic's timestamp, which is the append time.
            return gated(events(
                    env,
                    config,
                    job,
                    WatermarkStrategy.<SourceRecord<Event>>forMonotonousTimestamps()
                            .withIdleness(IDLENESS)));
        }
        return gated(events(env, config, job, WatermarkStrategy.noWatermarks())
                .transform(
                        "occurred time",
                        new SourceRecordTypeInfo<>(Event.class),
                        new OccurredTimeOperator(
                                new KafkaPartitionCount(config.kafkaBootstrapServers(), Topics.EVENTS)))
                .uid(Uids.Source.OCCURRED_TIME)
                // One instance sees all partitions: their order against each other is what it works out. The maximum
                // stays that
                // of all others: in a job of one task it is chained to them, and its state is stored under theirs.
                .setParallelism(1));
    }

    /**
     * A topic of which every record that is fit is processed.
     *
     * @param check what a message must be to be processed
     * @param uid of the source; the stage behind it gets {@code uid + "-dead-letters"}
     */
    public static <M extends MessageLite> Streams<M> committed(
            StreamExecutionEnvironment env,
            JobConfig config,
            String job,
            String topic,
            Class<M> messageType,
            RecordCheck<M> check,
            String uid) {
        KafkaSource<SourceRecord<M>> source =
                builder(config, job, topic, messageType, check).build();
        SingleOutputStreamOperator<SourceRecord<M>> records = env.fromSource(
                        source, WatermarkStrategy.noWatermarks(), topic, new SourceRecordTypeInfo<>(messageType))
                .uid(uid)
                .process(new RecordGate<M>())
                .returns(new SourceRecordTypeInfo<>(messageType))
                .name(topic + " dead letters")
                .uid(uid + "-dead-letters");
        return new Streams<>(records, records.getSideOutput(RecordGate.DEAD_LETTERS));
    }

    private static SingleOutputStreamOperator<SourceRecord<Event>> events(
            StreamExecutionEnvironment env,
            JobConfig config,
            String job,
            WatermarkStrategy<SourceRecord<Event>> strategy) {
        return env.fromSource(
                        builder(config, job, Topics.EVENTS, Event.class, new EventCheck())
                                .build(),
                        strategy,
                        Topics.EVENTS,
                        new SourceRecordTypeInfo<>(Event.class))
                .uid(Uids.Source.EVENTS);
    }

    private static Streams<Event> gated(SingleOutputStreamOperator<SourceRecord<Event>> events) {
        SingleOutputStreamOperator<SourceRecord<Event>> records = events.process(new EventGate())
                .returns(new SourceRecordTypeInfo<>(Event.class))
                .name("events dead letters")
                .uid(Uids.Source.EVENTS_DEAD_LETTERS)
                // As many as the stage before, or Flink deals the records out in turn and a user's lose their order.
                .setParallelism(events.getParallelism());
        return new Streams<>(records, records.getSideOutput(RecordGate.DEAD_LETTERS));
    }

    private static <M extends MessageLite> KafkaSourceBuilder<SourceRecord<M>> builder(
            JobConfig config, String job, String topic, Class<M> messageType, RecordCheck<M> check) {
        return KafkaSource.<SourceRecord<M>>builder()
                .setProperties(KafkaAccess.properties())
                .setBootstrapServers(config.kafkaBootstrapServers())
                .setGroupId("tidegate-" + job)
                .setClientIdPrefix("tidegate-" + job + "-" + topic)
                .setTopics(topic)
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new ProtobufDeserializationSchema<>(messageType, check))
                // What was taken back was never there. On topic events that is a redrive of dead letters; gateways
                // write without transactions, so nothing there waits for one.
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "true")
                .setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    }
}
