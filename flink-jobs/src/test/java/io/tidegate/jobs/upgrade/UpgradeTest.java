package io.tidegate.jobs.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobCatalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

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
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(96));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(96));
        return configuration;
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

    private static String uri(Path version, Job job) {
        return version.resolve(job.name()).toUri().toString();
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

    private static void cancel(Map<Job, JobClient> running) throws Exception {
        for (JobClient job : running.values()) {
            assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
            job.cancel().get();
        }
    }
}
