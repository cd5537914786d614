package io.tidegate.dev.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaProcessTest {

    @TempDir
    Path dataDir;

    @Test
    void acknowledgedRecordsSurviveAKill() {
        try (KafkaProcess kafka = KafkaProcess.start(dataDir)) {
            // Given
            TopicSetup.ensure(kafka.bootstrapServers(), 2);
            Records.send(kafka.bootstrapServers(), Topics.EVENTS, "u1", "first");

            // When
            kafka.kill();
            assertThat(kafka.isAlive()).isFalse();
            kafka.restart();

            // Then
            Records.send(kafka.bootstrapServers(), Topics.EVENTS, "u1", "second");
            assertThat(Records.read(kafka.bootstrapServers(), Topics.EVENTS, 2)).containsExactly("first", "second");
        }
    }

    @Test
    void aFrozenBrokerAnswersNothingUntilItThaws() throws Exception {
        try (KafkaProcess kafka = KafkaProcess.start(dataDir);
                Admin admin = Admin.create(Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "default.api.timeout.ms",
                        1_000,
                        "request.timeout.ms",
                        500))) {
            // Given; on a machine with much to do an answer may take longer than this client waits
            awaitAnswer(admin);

            // When
            kafka.freeze();

            // Then
            assertThatThrownBy(() -> admin.describeCluster().nodes().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            kafka.thaw();
            awaitAnswer(admin);
        }
    }

    private static void awaitAnswer(Admin admin) {
        await().atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(() -> admin.describeCluster().nodes().get().size() == 1);
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> KafkaProcess.start(dataDir, taken.getLocalPort()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " is taken");
        }
    }
}
