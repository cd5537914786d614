package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The job as it is deployed, from topic to topic, with its TaskManager killed while events flow. */
class FraudJobTest {

    private static final int PARTITIONS = 4;
    private static final String SENTINEL = "sentinel";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(DetectionTime.class)
    void committedAlertsEqualTheOraclesThoughATaskManagerDies(DetectionTime detectionTime) throws Exception {
        List<OracleEvent> events = new ArrayList<>(RandomStreams.of(500));
        events.addAll(sentinel(events.get(events.size() - 1).timeMs()));
        try (KafkaBroker broker = KafkaBroker.start(directory);
                MiniCluster cluster = cluster()) {
            TopicSetup.ensure(broker.bootstrapServers(), PARTITIONS);
            JobID job = submit(cluster, broker, detectionTime);
            try (Clients clients = new Clients(broker.bootstrapServers())) {
                clients.send(events.subList(0, events.size() / 2));
                awaitCheckpoint(cluster, job);

                cluster.terminateTaskManager(0).get();
                clients.send(events.subList(events.size() / 2, events.size()));
                cluster.startTaskManager();

                await().atMost(PATIENCE).untilAsserted(() -> assertThat(clients.committedAlerts())
                        .extracting(Alert::getSubject)
                        .contains(SENTINEL));
                List<OracleAlert> expected = Oracle.alerts(
                        detectionTime == DetectionTime.OCCURRED ? events : clients.eventsAsAppended(events));
                assertThat(FraudPipelineTest.asOracle(clients.committedAlerts()))
                        .containsExactlyInAnyOrderElementsOf(expected);
                assertThat(clients.committedAlerts())
                        .extracting(Alert::getAlertId)
                        .doesNotHaveDuplicates();
                assertThat(clients.uncommittedAlerts())
                        .as("what was shown before its commit: each is committed in the end, as it was shown")
                        .containsExactlyInAnyOrderElementsOf(Set.copyOf(clients.committedAlerts()));
                assertThat(expected).hasSizeGreaterThan(10);
            } finally {
                cluster.cancelJob(job).get();
            }
        }
    }

    /** The last alert of all: when it is committed, all that come before it are. */
    private static List<OracleEvent> sentinel(long afterMs) {
        List<OracleEvent> bets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            bets.add(OracleEvent.builder(EventType.BET, "last" + i, SENTINEL, afterMs + 60_000 + i)
                    .amountE4(1)
                    .build());
        }
        return bets;
    }

    private static MiniCluster cluster() throws Exception {
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
        cluster.start();
        return cluster;
    }

    private static JobID submit(MiniCluster cluster, KafkaBroker broker, DetectionTime detectionTime) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(20));
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        new FraudJob()
                .define(
                        env,
                        JobConfig.of(
                                        broker.bootstrapServers(),
                                        ClickHouseConfig.local(URI.create("http://127.0.0.1:8123")))
                                .withDetectionTime(detectionTime));
        JobGraph graph = env.getStreamGraph().getJobGraph();
        return cluster.submitJob(graph).get().getJobID();
    }

    private static void awaitCheckpoint(MiniCluster cluster, JobID job) {
        await().atMost(PATIENCE)
                .until(() -> cluster.getJobStatus(job).get() == JobStatus.RUNNING
                        && cluster.getExecutionGraph(job).get().getCheckpointStatsSnapshot() != null
                        && cluster.getExecutionGraph(job)
                                        .get()
                                        .getCheckpointStatsSnapshot()
                                        .getCounts()
                                        .getNumberOfCompletedCheckpoints()
                                > 1);
    }

    /** What stands around the job: a gateway that writes events and ticks, and readers of the topics. */
    private static final class Clients implements AutoCloseable {

        private final KafkaProducer<byte[], byte[]> producer;
        private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();
        private final String bootstrapServers;

        Clients(String bootstrapServers) {
            this.bootstrapServers = bootstrapServers;
            this.producer = new KafkaProducer<>(
                    Map.of(
                            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            bootstrapServers,
                            ProducerConfig.LINGER_MS_CONFIG,
                            1),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
            ticks.scheduleAtFixedRate(this::tick, 0, 50, TimeUnit.MILLISECONDS);
        }

        private void tick() {
            byte[] tick = Event.newBuilder()
                    .setTick(Tick.getDefaultInstance())
                    .build()
                    .toByteArray();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(Topics.EVENTS, partition, null, tick));
            }
        }

        void send(List<OracleEvent> events) {
            for (OracleEvent event : events) {
                producer.send(new ProducerRecord<>(
                        Topics.EVENTS,
                        Arrivals.partition(event.userId()),
                        event.userId().getBytes(StandardCharsets.UTF_8),
                        Arrivals.event(event).toByteArray()));
            }
            producer.flush();
        }

        List<Alert> committedAlerts() throws Exception {
            return alerts(WholeTopic.committed(bootstrapServers, Topics.ALERTS));
        }

        /** Repeats left out, where the job wrote one again after it had died. */
        Set<Alert> uncommittedAlerts() throws Exception {
            return new HashSet<>(alerts(WholeTopic.uncommitted(bootstrapServers, Topics.ALERTS)));
        }

        private static List<Alert> alerts(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
            List<Alert> alerts = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                alerts.add(Alert.parseFrom(record.value()));
            }
            return alerts;
        }

        /** {@code sent} with the time and in the order in which the broker took them. */
        List<OracleEvent> eventsAsAppended(List<OracleEvent> sent) throws Exception {
            record Id(String userId, String eventId, long occurredAtMs) {}
            Map<Id, OracleEvent> byId = new HashMap<>();
            for (OracleEvent event : sent) {
                byId.put(new Id(event.userId(), event.eventId(), event.timeMs()), event);
            }
            List<ConsumerRecord<byte[], byte[]>> records = WholeTopic.committed(bootstrapServers, Topics.EVENTS);
            records.sort(Comparator.<ConsumerRecord<byte[], byte[]>>comparingLong(ConsumerRecord::timestamp)
                    .thenComparingInt(ConsumerRecord::partition)
                    .thenComparingLong(ConsumerRecord::offset));
            List<OracleEvent> appended = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                Event event = Event.parseFrom(record.value());
                if (!event.hasTick()) {
                    appended.add(at(
                            byId.get(new Id(event.getUserId(), event.getEventId(), event.getOccurredAtMs())),
                            record.timestamp()));
                }
            }
            return appended;
        }

        private static OracleEvent at(OracleEvent event, long timeMs) {
            return OracleEvent.builder(event.type(), event.eventId(), event.userId(), timeMs)
                    .post(event.postId())
                    .amountE4(event.amountE4())
                    .ip(event.ip())
                    .device(event.deviceId())
                    .country(event.country())
                    .build();
        }

        @Override
        public void close() {
            ticks.shutdownNow();
            producer.close();
        }
    }
}
