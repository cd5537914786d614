package io.tidegate.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.operators.sink.CommitterOperatorFactory;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The transactions of a sink, on real brokers. */
class TopicSinkTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final InMemoryReporter METRICS = InMemoryReporter.create();

    @RegisterExtension
    static final MiniClusterExtension FLINK = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setConfiguration(METRICS.addToConfiguration(new Configuration()))
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(1)
            .build());

    @TempDir
    Path directory;

    /** Of the last checkpoint of the attempt whose commits are looked at. */
    private final List<CommittableMessage<KafkaCommittable>> promised = new ArrayList<>();

    @Test
    void aFewTransactionalIdsOfAFixedPrefixAreUsedAgainAndAgain() throws Exception {
        try (KafkaBroker broker = broker("kafka")) {
            JobClient job = start(broker);

            await().atMost(LIMIT).until(() -> committed(job, "successfulCommittables") > 20);

            Collection<TransactionListing> transactions;
            try (Admin admin =
                    Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()))) {
                transactions = admin.listTransactions().all().get();
            }
            job.cancel().get();
            assertThat(transactions)
                    .extracting(TransactionListing::transactionalId)
                    .allSatisfy(id -> assertThat(id).startsWith("tidegate-test-" + Topics.ALERTS + "-"))
                    .hasSizeBetween(1, 6);
            assertThat(committed(job, "failedCommittables")).isZero();
        }
    }

    /** A TaskManager that was frozen while its work went elsewhere, and goes on in the middle of a checkpoint. */
    @Test
    void anAttemptThatIsBelievedDeadDoesntUndoWhatItsSuccessorPromised() throws Exception {
        try (KafkaBroker broker = broker("kafka");
                var frozen = writer(broker, "a", new ArrayList<>());
                var successor = writer(broker, "b", promised);
                var committer = committer(broker, "b")) {
            // Given: an attempt whose first checkpoint is complete, and the one that took over from there and has
            // written an alert
            frozen.open();
            OperatorSubtaskState taken = snapshot(frozen, 1);
            successor.initializeState(taken);
            successor.open();
            committer.open();
            successor.processElement(new StreamRecord<>(alert("of the successor")));
            snapshot(successor, 2);
            handOver(committer);
            committer.snapshot(2, 2);

            // When: the first one goes on, with the second checkpoint and with an alert, before the successor's commit
            snapshot(frozen, 2);
            frozen.processElement(new StreamRecord<>(alert("of the one that was frozen")));
            committer.notifyOfCompletedCheckpoint(2);

            // Then
            assertThat(committed(broker)).containsExactly("of the successor");
        }
    }

    @Test
    void whateverEarlierAttemptsLeftOpenIsAbortedByTheNextOneAlsoWithoutACheckpoint() throws Exception {
        try (KafkaBroker broker = broker("kafka");
                var dead = writer(broker, "a", new ArrayList<>());
                var next = writer(broker, "b", promised);
                var committer = committer(broker, "b")) {
            // Given
            dead.open();
            dead.processElement(new StreamRecord<>(alert("never promised")));
            snapshot(dead, 1);

            // When
            next.open();
            committer.open();
            next.processElement(new StreamRecord<>(alert("promised")));
            snapshot(next, 1);
            handOver(committer);
            committer.snapshot(1, 1);
            committer.notifyOfCompletedCheckpoint(1);

            // Then: a transaction that were still open would hold back what comes after it
            assertThat(committed(broker)).containsExactly("promised");
        }
    }

    @Test
    void anAttemptIsASlotAndANumberOfDashlessLetters() {
        String first = AttemptKafkaSink.slotAndNumber(new TaskInfoImpl("t", 1, 0, 1, 0, "slot-1"));

        assertThat(AttemptKafkaSink.slotAndNumber(new TaskInfoImpl("t", 1, 0, 1, 1, "slot-1")))
                .isNotEqualTo(first);
        assertThat(AttemptKafkaSink.slotAndNumber(new TaskInfoImpl("t", 1, 0, 1, 0, "slot-2")))
                .isNotEqualTo(first);
        assertThat(AttemptKafkaSink.slotAndNumber(new TaskInfoImpl("other", 8, 3, 4, 0, "slot-1")))
                .isEqualTo(first)
                .matches("[0-9a-f]+");
    }

    private static Alert alert(String id) {
        return Alert.newBuilder().setAlertId(id).setSubject("s").build();
    }

    private static AttemptKafkaSink<Alert> sink(KafkaBroker broker, String attempt) {
        return new AttemptKafkaSink<>(
                broker.bootstrapServers(),
                new Properties(),
                "tidegate-test",
                new KeyedMessageSerializer<>(Topics.ALERTS, Alert::getSubject),
                task -> attempt);
    }

    private static OneInputStreamOperatorTestHarness<Alert, CommittableMessage<KafkaCommittable>> writer(
            KafkaBroker broker, String attempt, List<CommittableMessage<KafkaCommittable>> promised) throws Exception {
        var writer = new OneInputStreamOperatorTestHarness<Alert, CommittableMessage<KafkaCommittable>>(
                new SinkWriterOperatorFactory<>(sink(broker, attempt)));
        // Not copied on the way: between chained operators a committable brings its producer.
        writer.setOutputCreator(serializer -> new AsTheyAre(promised));
        return writer;
    }

    private static OneInputStreamOperatorTestHarness<
                    CommittableMessage<KafkaCommittable>, CommittableMessage<KafkaCommittable>>
            committer(KafkaBroker broker, String attempt) throws Exception {
        var committer = new OneInputStreamOperatorTestHarness<
                CommittableMessage<KafkaCommittable>, CommittableMessage<KafkaCommittable>>(
                new CommitterOperatorFactory<>(sink(broker, attempt), false, true));
        committer.setOutputCreator(serializer -> new AsTheyAre(new ArrayList<>()));
        return committer;
    }

    private static OperatorSubtaskState snapshot(
            OneInputStreamOperatorTestHarness<Alert, CommittableMessage<KafkaCommittable>> writer, long checkpoint)
            throws Exception {
        writer.prepareSnapshotPreBarrier(checkpoint);
        return writer.snapshot(checkpoint, checkpoint);
    }

    private void handOver(
            OneInputStreamOperatorTestHarness<
                            CommittableMessage<KafkaCommittable>, CommittableMessage<KafkaCommittable>>
                    committer)
            throws Exception {
        for (CommittableMessage<KafkaCommittable> message : promised) {
            committer.processElement(new StreamRecord<>(message));
        }
    }

    private record AsTheyAre(List<CommittableMessage<KafkaCommittable>> messages)
            implements Output<StreamRecord<CommittableMessage<KafkaCommittable>>> {

        @Override
        public void collect(StreamRecord<CommittableMessage<KafkaCommittable>> message) {
            messages.add(message.getValue());
        }

        @Override
        public <X> void collect(OutputTag<X> tag, StreamRecord<X> message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void emitWatermark(Watermark mark) {}

        @Override
        public void emitWatermark(WatermarkEvent mark) {}

        @Override
        public void emitWatermarkStatus(WatermarkStatus status) {}

        @Override
        public void emitLatencyMarker(LatencyMarker marker) {}

        @Override
        public void emitRecordAttributes(RecordAttributes attributes) {}

        @Override
        public void close() {}
    }

    /** Ids of alerts, once there is one. */
    private static List<String> committed(KafkaBroker broker) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(Topics.ALERTS, 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<String> ids = new ArrayList<>();
            await().atMost(LIMIT).until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    ids.add(Alert.parseFrom(record.value()).getAlertId());
                }
                return !ids.isEmpty();
            });
            return ids;
        }
    }

    private KafkaBroker broker(String name) {
        KafkaBroker broker = KafkaBroker.start(directory.resolve(name));
        TopicSetup.ensure(broker.bootstrapServers(), 1);
        return broker;
    }

    private static long committed(JobClient job, String metric) {
        return METRICS.findMetrics(job.getJobID(), ".*alerts: Committer\\.0\\." + metric).values().stream()
                .mapToLong(counter -> ((Counter) counter).getCount())
                .sum();
    }

    private static JobClient start(KafkaBroker broker) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(1);
        JobConfig config =
                JobConfig.of(broker.bootstrapServers(), ClickHouseConfig.local(URI.create("http://127.0.0.1:1")));
        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(100), Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers")
                .map(number -> Alert.newBuilder()
                        .setAlertId("a" + number)
                        .setSubject("s")
                        .build())
                .returns(new ProtobufTypeInfo<>(Alert.class))
                .uid("alerts")
                .sinkTo(TopicSink.alerts(config, "test"))
                .name("alerts")
                .uid("sink");
        return env.executeAsync("transactions");
    }
}
