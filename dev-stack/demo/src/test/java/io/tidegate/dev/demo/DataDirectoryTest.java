package io.tidegate.dev.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    Path path;

    @Test
    void aSecondDemoOnTheSameDirectoryIsRefusedInOneLine() throws Exception {
        try (DataDirectory first = DataDirectory.open(path)) {
            assertThatThrownBy(() -> DataDirectory.open(first.root()))
                    .isInstanceOf(DataDirectory.InUseException.class)
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
                    .hasMessageContaining(path.toString())
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void aDirectoryThatWasGivenUpCanBeTakenAgain() throws Exception {
        DataDirectory.open(path).close();

        try (DataDirectory again = DataDirectory.open(path)) {
            assertThat(again.root()).isEqualTo(path);
        }
    }

    @Test
    void freshRemovesTheStateAndNothingElse() throws Exception {
        try (DataDirectory data = DataDirectory.open(path)) {
            // Given
            Files.createDirectories(data.kafka().resolve("log"));
            Files.writeString(data.kafka().resolve("log/segment"), "records");
            Files.createDirectories(data.checkpoints());
            Files.createDirectories(path.resolve("auth"));
            Files.writeString(path.resolve("auth/private.pem"), "key");
            Files.writeString(path.resolve("notes.txt"), "mine");

            // When
            data.clear();

            // Then
            assertThat(data.kafka()).doesNotExist();
            assertThat(path.resolve("flink")).doesNotExist();
            assertThat(path.resolve("auth/private.pem")).hasContent("key");
            assertThat(path.resolve("notes.txt")).hasContent("mine");
        }
    }

    @Test
    void scriptsFindThePorts() throws Exception {
        try (DataDirectory data = DataDirectory.open(path)) {
            data.writePorts(new Ports(1, 2, 3, 4, 5, 6, 7, 8, 9));

            assertThat(path.resolve("ports.properties"))
                    .hasContent("http.port=1\ngrpc.port=2\nops.port=3\nflink.port=4\nclickhouse.port=5\nkafka.port=6\n"
                            + "notifier-ops.port=7\nflink-metrics.port=8\nkafka-metrics.port=9\n");
        }
    }
}
