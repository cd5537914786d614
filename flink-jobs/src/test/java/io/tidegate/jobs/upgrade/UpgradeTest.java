package io.tidegate.jobs.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.contracts.Topics;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobCatalog;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.Uids;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every job stopped with a savepoint and started from it again, changed: nothing that was begun before is forgotten or counted
 * twice after. The rules behind it are in {@code docs/upgrades.md}.
 */
class UpgradeTest {

    static final Set<String> WITH_RULES = Set.of("fraud", "surge", "engagement");
    private static final Duration OFTEN = Duration.ofMillis(500);
    private static final Consumer<StreamExecutionEnvironment> UNCHANGED = env -> {};

    private static final InMemoryReporter METRICS = InMemoryReporter.create();

    @RegisterExtension
    static final MiniClusterExtension FLINK = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setConfiguration(cluster())
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2 * JobCatalog.all().size())
            .build());

    @TempDir
    Path directory;

    static Configuration cluster() {
        Configuration configuration = METRICS.addToConfiguration(new Configuration());
        // Jobs aren't restarted here, and a machine with much to do may be silent for long.
        configuration.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Platform.LIMIT);
        configuration.set(RpcOptions.ASK_TIMEOUT_DURATION, Platform.LIMIT);
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(96));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(96));
        return configuration;
    }

    @Test
    void nothingIsForgottenWhenJobsAreStoppedAndStartedAsTheyWereScaledUpAndScaledDownWithANewOperator()
            throws Exception {
        List<Story.Chapter> chapters = Story.chapters();
        try (Platform platform = Platform.start(directory, METRICS)) {
            // Given
            platform.changeTheRule();
            platform.send(chapters.get(0));
            Map<Job, JobClient> running = submit(platform, 1, Map.of(), OFTEN, UNCHANGED);
            awaitFirstChapter(platform, running);
            Expectations.nothingToldYet(platform);

            // When
            running = submit(platform, 1, stop(running), OFTEN, UNCHANGED);
            platform.tick(chapters.get(0).endMs());
            awaitEvents(platform, running);
            running = submit(platform, 2, stop(running), OFTEN, UNCHANGED);
            platform.send(chapters.get(1));
            awaitEvents(platform, running);
            running = submit(platform, 1, stop(running), OFTEN, UpgradeTest::addOperator);
            platform.send(chapters.get(2));

            // Then
            Expectations.met(platform, Story.all(), true);
            cancel(running);
        }
    }

    @Test
    void everyJobGoesOnFromTheSavepointsOfEarlierVersions() throws Exception {
        List<Story.Chapter> chapters = Story.chapters();
        for (Path version : GoldenSavepoints.versions()) {
            try (Platform platform = Platform.start(directory.resolve(version.getFileName()), METRICS)) {
                // Given the log as it was when the savepoints were taken
                platform.changeTheRule();
                platform.send(chapters.get(0));
                Map<String, String> savepoints = new LinkedHashMap<>();
                JobCatalog.all().forEach(job -> savepoints.put(job.name(), uri(version, job)));

                // When
                Map<Job, JobClient> running = submit(platform, 1, savepoints, OFTEN, UNCHANGED);
                platform.send(chapters.get(1));
                platform.send(chapters.get(2));

                // Then
                Expectations.met(platform, Story.all(), false);
                cancel(running);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.tidegate.jobs.JobCatalog#all")
    void aJobWithAnotherUidRefusesTheSavepoint(Job job) throws Exception {
        // Nothing is connected to before the state has found its operators.
        JobConfig config = JobConfig.of("127.0.0.1:1", ClickHouseConfig.local(URI.create("http://127.0.0.1:1")));
        String savepoint = uri(GoldenSavepoints.versions().get(0), job);

        JobClient client =
                Platform.submit(config, job, 1, savepoint, null, env -> operator(env, Uids.Source.DEDUPLICATION)
                        .setUid("renamed"));

        assertThatThrownBy(() -> client.getJobExecutionResult().get(Platform.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .rootCause()
                .hasMessageContaining("Cannot map checkpoint/savepoint state for operator");
    }

    private static String uri(Path version, Job job) {
        return version.resolve(job.name()).toUri().toString();
    }

    private Map<String, String> stop(Map<Job, JobClient> running) throws Exception {
        return Platform.stop(running, Files.createTempDirectory(directory, "savepoints"));
    }

    static Map<Job, JobClient> submit(
            Platform platform,
            int parallelism,
            Map<String, String> savepoints,
            Duration checkpoints,
            Consumer<StreamExecutionEnvironment> change)
            throws Exception {
        Map<Job, JobClient> running = new LinkedHashMap<>();
        for (Job job : JobCatalog.all()) {
            running.put(job, platform.submit(job, parallelism, savepoints.get(job.name()), checkpoints, change));
        }
        return running;
    }

    private static void awaitFirstChapter(Platform platform, Map<Job, JobClient> running) {
        awaitEvents(platform, running);
        running.forEach((job, client) -> {
            if (WITH_RULES.contains(job.name())) {
                platform.awaitRead(client, Topics.RULES);
            }
        });
    }

    private static void awaitEvents(Platform platform, Map<Job, JobClient> running) {
        running.values().forEach(job -> platform.awaitRead(job, Topics.EVENTS));
    }

    private static void cancel(Map<Job, JobClient> running) throws Exception {
        for (JobClient job : running.values()) {
            assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
            job.cancel().get();
        }
    }

    /** Beside the others, with state of its own. */
    private static void addOperator(StreamExecutionEnvironment env) {
        count(new DataStream<>(env, operator(env, Uids.Source.DEDUPLICATION)));
    }

    private static <T> void count(DataStream<T> events) {
        events.keyBy(event -> 0, Types.INT)
                .process(new CountAll<T>())
                .returns(Types.LONG)
                .uid("newcomer")
                .sinkTo(new DiscardingSink<>())
                .uid("newcomer-nowhere");
    }

    private static Transformation<?> operator(StreamExecutionEnvironment env, String uid) {
        return env.getTransformations().stream()
                .filter(transformation -> uid.equals(transformation.getUid()))
                .findFirst()
                .orElseThrow();
    }

    private static final class CountAll<T> extends KeyedProcessFunction<Integer, T, Long> {

        private static final long serialVersionUID = 1L;

        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(T event, Context context, Collector<Long> out) throws Exception {
            Long before = count.value();
            count.update(before == null ? 1 : before + 1);
            out.collect(count.value());
        }
    }
}
