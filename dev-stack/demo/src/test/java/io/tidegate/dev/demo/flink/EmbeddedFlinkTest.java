package io.tidegate.dev.demo.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.jobs.JobConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedFlinkTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final JobConfig CONFIG =
            JobConfig.of("127.0.0.1:1", JobConfig.ClickHouseConfig.local(URI.create("http://127.0.0.1:1")));

    @TempDir
    Path data;

    @Test
    void aJobGoesOnWhereItsLastCheckpointWas() throws Exception {
        // Given
        CountingJob.reset();
        EmbeddedFlink first = start();
        first.submit(new CountingJob("count", 1), CONFIG);
        first.awaitRunning(LIMIT);
        await().atMost(LIMIT).until(() -> CountingJob.latest() > 100);
        first.stop(LIMIT, LIMIT);
        long counted = CountingJob.latest();
        Optional<Path> left = new RetainedCheckpoints(checkpoints().resolve("count")).newest();

        // When
        EmbeddedFlink second = start();
        try {
            second.submit(new CountingJob("count", 1), CONFIG);
            second.awaitRunning(LIMIT);
            await().atMost(LIMIT).until(() -> CountingJob.restoredFrom() >= 0);

            // Then
            assertThat(left).isPresent();
            assertThat(CountingJob.restoredFrom()).isPositive().isLessThanOrEqualTo(counted);
            await().atMost(LIMIT).untilAsserted(() -> {
                second.removeOldCheckpoints();
                assertThat(left.orElseThrow().getParent()).doesNotExist();
            });
        } finally {
            second.stop(LIMIT, LIMIT);
        }
    }

    @Test
    void aCheckpointThatDoesNotFitTheJobIsAnErrorAndNotAFreshStart() throws Exception {
        // Given
        CountingJob.reset();
        EmbeddedFlink first = start();
        first.submit(new CountingJob("count", 1), CONFIG);
        first.awaitRunning(LIMIT);
        first.stop(LIMIT, LIMIT);
        Path left =
                new RetainedCheckpoints(checkpoints().resolve("count")).newest().orElseThrow();

        // When
        EmbeddedFlink second = start();
        try {
            assertThatThrownBy(() -> {
                        second.submit(new CountingJob("count", 2), CONFIG);
                        second.awaitRunning(LIMIT);
                    })
                    // Then
                    .isInstanceOf(ResumeException.class)
                    .hasMessageContaining("count")
                    .hasMessageContaining(left.toString());
        } finally {
            second.stop(LIMIT, LIMIT);
        }
    }

    @Test
    void stateThatMayBeDroppedDoesNotKeepAJobFromResuming() throws Exception {
        // Given
        CountingJob.reset();
        EmbeddedFlink first = start();
        first.submit(new CountingJob("count", 1, 3), CONFIG);
        first.awaitRunning(LIMIT);
        first.stop(LIMIT, LIMIT);

        // When
        EmbeddedFlink second = start();
        try {
            second.submit(new CountingJob("count", 1, 4), CONFIG);
            second.awaitRunning(LIMIT);

            // Then
            await().atMost(LIMIT).until(() -> CountingJob.latest() > 0);
        } finally {
            second.stop(LIMIT, LIMIT);
        }
    }

    private EmbeddedFlink start() throws Exception {
        Configuration configuration = GlobalConfiguration.loadConfiguration(
                Path.of("../../flink-conf/embedded").toString());
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(RestOptions.PORT, 0);
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        Path temp = Files.createDirectories(data.resolve("tmp"));
        configuration.set(CoreOptions.TMP_DIRS, temp.toString());
        return EmbeddedFlink.start(configuration, checkpoints(), uid -> uid.equals("counter-3"));
    }

    private Path checkpoints() {
        return data.resolve("checkpoints");
    }
}
