package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.fraud.FraudJob;
import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A detection job dies between writing an alert and committing it; what a listener of the WebSocket notices of that: nothing. */
class AlertFailoverTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void aListenerGetsAnAlertOnceThoughTheJobDiesBeforeItsCommitAndWritesItAgain() throws Exception {
        Vertx vertx = Vertx.vertx();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"));
                MiniCluster flink = cluster()) {
            TopicSetup.ensure(broker.bootstrapServers(), 1);
            PushHub hub = new PushHub(new PushMetrics(meters));
            PushModule push =
                    PushModule.create(vertx, PushConfig.DEFAULT, hub, broker.bootstrapServers(), "test", Archive.NONE);
            try (TestGateway gateway = TestGateway.start(vertx, directory, push);
                    KafkaProducer<byte[], byte[]> producer = producer(broker)) {
                await().atMost(PATIENCE)
                        .until(() -> hub.position(Channel.Family.ALERTS).isPresent());
                TestListener listener = TestListener.connectAs(gateway, gateway.token("ana", "analyst"));
                listener.subscribe("alerts");
                long ticks = vertx.setPeriodic(50, ignored -> tick(producer));
                JobID job = submit(flink, broker);
                awaitRunning(flink, job, 0);

                // Given one alert that is committed, and one that is written and shown: no checkpoint comes by itself
                rapidBets(producer, "early");
                assertThat(shown(listener, meters, 1)).isEqualTo("early");
                flink.triggerCheckpoint(job, CheckpointType.FULL).get();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(commits(meters)).isEqualTo(1));
                rapidBets(producer, "caught");
                assertThat(shown(listener, meters, 2)).isEqualTo("caught");

                // When the job dies and goes on from its checkpoint
                flink.terminateTaskManager(0).get();
                flink.startTaskManager();
                awaitRunning(flink, job, 1);

                // Then it writes the alert again, and commits it; the listener hears nothing of that
                awaitWritten(meters, 3);
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(repeats(meters)).isEqualTo(1));
                flink.triggerCheckpoint(job, CheckpointType.FULL).get();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(commits(meters)).isEqualTo(2));
                rapidBets(producer, "late");
                assertThat(shown(listener, meters, 4)).isEqualTo("late");
                listener.expectNothingMore();
                assertThat(records(meters, "committed")).isEqualTo(2);
                vertx.cancelTimer(ticks);
                flink.cancelJob(job).get();
            }
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    /** Whom the next frame is about; the alert is the one that makes this number of records. */
    private static String shown(TestListener listener, SimpleMeterRegistry meters, int written) {
        awaitWritten(meters, written);
        JsonObject frame = listener.nextJson();
        assertThat(frame.getString("op")).as(frame.encode()).isEqualTo("event");
        return frame.getJsonObject("data").getString("subject");
    }

    /** Until the gateway has read so many records of topic alerts, committed or not. */
    private static void awaitWritten(SimpleMeterRegistry meters, int records) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(records(meters, "uncommitted")).isEqualTo(records));
    }

    private static double records(SimpleMeterRegistry meters, String lane) {
        return meters.get("tidegate.feed.records")
                .tag("topic", Topics.ALERTS)
                .tag("lane", lane)
                .counter()
                .count();
    }

    private static double repeats(SimpleMeterRegistry meters) {
        return meters.get("tidegate.feed.repeats")
                .tag("topic", Topics.ALERTS)
                .counter()
                .count();
    }

    private static double waiting(SimpleMeterRegistry meters) {
        return meters.get("tidegate.feed.uncommitted").gauge().value();
    }

    private static long commits(SimpleMeterRegistry meters) {
        return meters.get("tidegate.feed.commit.lag").timer().count();
    }

    private static MiniCluster cluster() throws Exception {
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(1)
                .withRandomPorts()
                .build());
        cluster.start();
        return cluster;
    }

    private static JobID submit(MiniCluster cluster, KafkaBroker broker) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(20));
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofDays(1));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(1);
        new FraudJob()
                .define(
                        env,
                        JobConfig.of(
                                broker.bootstrapServers(), ClickHouseConfig.local(URI.create("http://127.0.0.1:1"))));
        return cluster.submitJob(env.getStreamGraph().getJobGraph()).get().getJobID();
    }

    /** @param attempt how often each task has been started again, at least */
    private static void awaitRunning(MiniCluster cluster, JobID job, int attempt) {
        await().atMost(PATIENCE).until(() -> {
            AccessExecutionGraph graph = cluster.getExecutionGraph(job).get();
            boolean all = graph.getState() == JobStatus.RUNNING;
            for (var vertex : graph.getAllExecutionVertices()) {
                all &= vertex.getExecutionState() == ExecutionState.RUNNING
                        && vertex.getCurrentExecutionAttempt().getAttemptNumber() >= attempt;
            }
            return all;
        });
    }

    private static KafkaProducer<byte[], byte[]> producer(KafkaBroker broker) {
        return new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void rapidBets(KafkaProducer<byte[], byte[]> producer, String user) {
        byte[] key = user.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 20; i++) {
            producer.send(new ProducerRecord<>(
                    Topics.EVENTS,
                    key,
                    Event.newBuilder()
                            .setEventId(user + i)
                            .setUserId(user)
                            .setOccurredAtMs(System.currentTimeMillis())
                            .setBet(Bet.newBuilder().setAmountE4(1).setGameId("g1"))
                            .build()
                            .toByteArray()));
        }
        producer.flush();
    }

    /** As the gateways do: they carry the job's clock on. */
    private static void tick(KafkaProducer<byte[], byte[]> producer) {
        producer.send(new ProducerRecord<>(
                Topics.EVENTS,
                Event.newBuilder().setTick(Tick.getDefaultInstance()).build().toByteArray()));
    }
}
