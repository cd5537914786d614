package io.tidegate.dev.cluster.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.cluster.FlinkRest;
import io.tidegate.dev.cluster.upgrade.JobControl.JobState;
import io.tidegate.dev.cluster.upgrade.JobControl.Submission;
import io.tidegate.dev.cluster.upgrade.Upgrade.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upgrades that do, and upgrades that don't, on a real Flink behind its REST interface. */
class UpgradeTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private MiniCluster cluster;
    private JobControl flink;
    private Path jar;
    private Path starts;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.ADDRESS, "127.0.0.1");
        configuration.set(WebOptions.SUBMIT_ENABLE, true);
        configuration.set(
                WebOptions.UPLOAD_DIR,
                Files.createDirectory(directory.resolve("upload")).toString());
        configuration.set(WebOptions.TMP_DIR, directory.toString());
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(500));
        cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build());
        cluster.start();
        flink = new JobControl(new FlinkRest(List.of(cluster.getRestAddress().get())));
        await().atMost(LIMIT).ignoreException(IOException.class).until(() -> flink.jobs()
                .isEmpty());
        jar = directory.resolve("counting.jar");
        pack(jar);
        starts = directory.resolve("starts");
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void aJobIsReplacedByItsNewVersionWhichGoesOnWithItsState() throws Exception {
        String before = running("counting-operator");

        Outcome outcome = upgrade(Optional.of(jar), Optional.of(2), "counting-operator", "fine");

        assertThat(outcome).as(said()).isEqualTo(Outcome.DONE);
        assertThat(started()).hasSize(2).last().satisfies(count -> assertThat(count)
                .isPositive());
        JobState now = onlyRunning();
        assertThat(now.id()).isNotEqualTo(before);
        assertThat(flink.submission(now.id()).orElseThrow().parallelism()).isEqualTo(2);
        assertThat(said()).contains("1/6", "2/6", "3/6", "4/6", "5/6", "6/6 done: counting runs as " + now.id());
    }

    @Test
    void aVersionThatCanNotReadTheStateIsRolledBack() throws Exception {
        running("counting-operator");

        Outcome outcome = upgrade(Optional.of(jar), Optional.empty(), "another-operator", "fine");

        assertThat(outcome).as(said()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(said()).contains("Cannot map checkpoint/savepoint state for operator", "rolled back");
        assertRunsAsBefore();
    }

    @Test
    void aVersionThatFailsWhileItRunsIsRolledBack() throws Exception {
        running("counting-operator");

        Outcome outcome = upgrade(Optional.empty(), Optional.empty(), "counting-operator", "late");

        assertThat(outcome).as(said()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(said()).contains("broken as asked", "rolled back");
        assertRunsAsBefore();
    }

    @Test
    void whatIsKnownToBeBadIsRefusedBeforeAnythingStops() throws Exception {
        String before = running("counting-operator");

        assertThat(upgrade(Optional.of(jar), Optional.empty(), "counting-operator", "unplannable"))
                .as(said())
                .isEqualTo(Outcome.REFUSED);
        assertThat(said()).contains("unplannable isn't one", "Nothing was changed");
        Path noJar = Files.writeString(directory.resolve("broken.jar"), "no jar");
        assertThat(upgrade(Optional.of(noJar), Optional.empty(), "counting-operator", "fine"))
                .as(said())
                .isEqualTo(Outcome.REFUSED);
        assertThat(new Upgrade(flink, plan("other", Optional.empty(), Optional.empty(), List.of()), out()).run())
                .isEqualTo(Outcome.REFUSED);

        assertThat(onlyRunning().id()).isEqualTo(before);
    }

    private void assertRunsAsBefore() throws IOException {
        JobState now = onlyRunning();
        assertThat(now.state()).isEqualTo("RUNNING");
        Submission submission = flink.submission(now.id()).orElseThrow();
        assertThat(submission.arguments()).containsExactly(starts.toString(), "counting-operator", "fine");
        // The old version went on where the savepoint was, not at the beginning.
        assertThat(started()).last().satisfies(count -> assertThat(count).isPositive());
    }

    private String running(String uid) throws Exception {
        Submission submission =
                new Submission(CountingJob.class.getName(), "", List.of(starts.toString(), uid, "fine"), 1, Map.of());
        String id = flink.run(flink.upload(jar), submission, null);
        await().atMost(LIMIT)
                .until(() -> flink.allTasksRun(id) && flink.checkpoints(id).completed() > 2);
        return id;
    }

    private Outcome upgrade(Optional<Path> newJar, Optional<Integer> parallelism, String uid, String version) {
        return new Upgrade(
                        flink, plan("counting", newJar, parallelism, List.of(starts.toString(), uid, version)), out())
                .run();
    }

    private Upgrade.Plan plan(
            String job, Optional<Path> newJar, Optional<Integer> parallelism, List<String> arguments) {
        return new Upgrade.Plan(
                job,
                newJar,
                Optional.empty(),
                Optional.of(arguments),
                parallelism,
                Optional.of(directory.resolve("savepoints").toUri().toString()),
                LIMIT,
                Duration.ofSeconds(2));
    }

    private JobState onlyRunning() throws IOException {
        List<JobState> running =
                flink.jobs().stream().filter(job -> !job.isTerminal()).toList();
        assertThat(running).hasSize(1);
        return running.get(0);
    }

    /** From which count each start went on. */
    private List<Long> started() throws IOException {
        return Files.readAllLines(starts).stream().map(Long::valueOf).toList();
    }

    private PrintStream out() {
        return new PrintStream(said, true, StandardCharsets.UTF_8);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /** The classes of the job alone. */
    private static void pack(Path jar) throws Exception {
        Path classes = Path.of(CountingJob.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String prefix = CountingJob.class.getName().replace('.', '/');
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.list(classes.resolve(prefix).getParent())) {
            for (Path path : all.toList()) {
                String name = classes.relativize(path).toString().replace('\\', '/');
                if (name.startsWith(prefix)) {
                    out.putNextEntry(new JarEntry(name));
                    out.write(Files.readAllBytes(path));
                    out.closeEntry();
                }
            }
        }
    }
}
