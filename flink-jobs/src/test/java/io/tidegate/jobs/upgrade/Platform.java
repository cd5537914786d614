package io.tidegate.jobs.upgrade;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.Servers;
import io.tidegate.replay.oracle.OracleEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker and an engine of one test, and the jobs on them. The topic {@code events} has the story's times, not the clock's. */
final class Platform implements AutoCloseable {

    static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int PARTITIONS = 2;

    private final Servers servers;
    private final KafkaProducer<byte[], byte[]> producer;
    private final InMemoryReporter metrics;
    private final List<JobClient> submitted = new ArrayList<>();

    private Platform(Servers servers, InMemoryReporter metrics) {
        this.servers = servers;
        this.metrics = metrics;
        this.producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers.kafka()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** @param metrics of the cluster on which the jobs run */
    static Platform start(Path directory, InMemoryReporter metrics) throws Exception {
        Servers servers = Servers.start(directory, PARTITIONS);
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers.kafka()))) {
            Map<ConfigResource, Collection<AlterConfigOp>> changes = Map.of(
                    new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS),
                    List.of(
                            set(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime"),
                            set(TopicConfig.RETENTION_MS_CONFIG, "-1")));
            admin.incrementalAlterConfigs(changes).all().get();
        }
        return new Platform(servers, metrics);
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    void changeTheRule() {
        producer.send(new ProducerRecord<>(Topics.RULES, bytes(Story.CHANGED_RULE), Story.changedRule()));
        producer.flush();
    }

    void send(Story.Chapter chapter) {
        for (OracleEvent event : chapter.events()) {
            // The partition is the one of the key, as the gateway has it.
            producer.send(new ProducerRecord<>(
                    Topics.EVENTS,
                    null,
                    chapter.appendedAtMs(event),
                    bytes(event.userId()),
                    Story.message(event).toByteArray()));
        }
        producer.flush();
        tick(chapter.endMs());
    }

    /** The time goes on in every partition, and nothing else happens. */
    void tick(long appendedAtMs) {
        byte[] tick =
                Event.newBuilder().setTick(Tick.getDefaultInstance()).build().toByteArray();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            producer.send(new ProducerRecord<>(Topics.EVENTS, partition, appendedAtMs, null, tick));
        }
        producer.flush();
    }

    /**
     * Submits a job.
     *
     * @param savepoint where it goes on; null for the beginning. State that no operator claims is an error
     * @param checkpoints how often; null for never
     * @param change done to the job's graph before it is submitted
     */
    JobClient submit(
            Job job,
            int parallelism,
            String savepoint,
            Duration checkpoints,
            Consumer<StreamExecutionEnvironment> change)
            throws Exception {
        JobClient client = submit(servers.config(), job, parallelism, savepoint, checkpoints, change);
        submitted.add(client);
        return client;
    }

    /** Throws what ended a job, if one was ended by something: jobs aren't restarted here. */
    void requireNoneFailed() throws Exception {
        for (JobClient job : submitted) {
            if (job.getJobStatus().get() == JobStatus.FAILED) {
                job.getJobExecutionResult().get();
            }
        }
    }

    static JobClient submit(
            JobConfig config,
            Job job,
            int parallelism,
            String savepoint,
            Duration checkpoints,
            Consumer<StreamExecutionEnvironment> change)
            throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(20));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        if (checkpoints != null) {
            configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpoints);
        }
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        job.define(env, config);
        change.accept(env);
        return env.executeAsync(job.name());
    }

    /** Returns when the job's source has handed on all that is on the topic; it has read something since it was started. */
    void awaitRead(JobClient job, String topic) {
        ends(topic).forEach((partition, end) -> await(partition + " is read")
                .atMost(LIMIT)
                .until(() -> {
                    requireNoneFailed();
                    return offset(job, partition) >= end - 1;
                }));
    }

    private long offset(JobClient job, TopicPartition partition) {
        return metrics
                .findMetrics(
                        job.getJobID(),
                        ".*KafkaSourceReader\\.topic\\." + partition.topic() + "\\.partition\\." + partition.partition()
                                + "\\.currentOffset")
                .values()
                .stream()
                .mapToLong(metric -> ((Gauge<?>) metric).getValue() instanceof Number number ? number.longValue() : -1)
                .max()
                .orElse(-1);
    }

    private Map<TopicPartition, Long> ends(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            return consumer.endOffsets(consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList());
        }
    }

    /**
     * Stops jobs with a savepoint, as an upgrade does.
     *
     * @return where the savepoint of each is, by the job's name
     */
    static Map<String, String> stop(Map<Job, JobClient> jobs, Path directory) {
        Map<String, String> savepoints = new LinkedHashMap<>();
        jobs.forEach((job, client) -> {
            String target = directory.resolve(job.name()).toUri().toString();
            // What the job's sources have read says nothing about its other tasks: while one is being started, there is
            // no savepoint.
            savepoints.put(
                    job.name(),
                    await(job.name() + " stops")
                            .atMost(LIMIT)
                            .ignoreExceptionsMatching(Platform::isStarting)
                            .until(
                                    () -> client.stopWithSavepoint(false, target, SavepointFormatType.CANONICAL)
                                            .get(LIMIT.toSeconds(), TimeUnit.SECONDS),
                                    Objects::nonNull));
            await().atMost(LIMIT).until(() -> client.getJobStatus().get() == JobStatus.FINISHED);
        });
        return savepoints;
    }

    private static boolean isStarting(Throwable refusal) {
        return ExceptionUtils.findThrowableWithMessage(refusal, "Not all required tasks are currently running")
                .isPresent();
    }

    /** Takes a savepoint that commits nothing, so that it holds all that is to be committed, and ends the job. */
    static Path savepoint(JobClient job, Path directory) throws Exception {
        String savepoint = job.triggerSavepoint(directory.toUri().toString(), SavepointFormatType.CANONICAL)
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        job.cancel().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return Path.of(URI.create(savepoint));
    }

    List<Alert> committedAlerts() throws IOException {
        return committed(Topics.ALERTS, Alert.parser());
    }

    List<Notification> committedNotifications() throws IOException {
        return committed(Topics.NOTIFICATIONS, Notification.parser());
    }

    private <M extends MessageLite> List<M> committed(String topic, Parser<M> parser) throws IOException {
        List<M> messages = new ArrayList<>();
        for (var record : WholeTopic.committed(servers.kafka(), topic)) {
            messages.add(parser.parseFrom(record.value()));
        }
        return messages;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        servers.kafka(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    List<String[]> rows(String sql) throws IOException {
        List<String[]> rows = new ArrayList<>();
        servers.clickHouse().query(sql).lines().forEach(line -> rows.add(line.split("\t", -1)));
        return rows;
    }

    /** A job that a failed test has left would be in the next one's way. */
    @Override
    public void close() throws Exception {
        for (JobClient job : submitted) {
            if (!job.getJobStatus().get().isGloballyTerminalState()) {
                job.cancel().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        }
        producer.close();
        servers.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
