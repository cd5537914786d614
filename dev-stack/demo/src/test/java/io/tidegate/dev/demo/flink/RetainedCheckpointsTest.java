package io.tidegate.dev.demo.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetainedCheckpointsTest {

    @TempDir
    Path directory;

    @Test
    void aJobThatNeverRanHasNone() throws IOException {
        assertThat(new RetainedCheckpoints(directory.resolve("missing")).newest())
                .isEmpty();
    }

    @Test
    void theHighestNumberOfAnyRunIsTheNewest() throws IOException {
        // Given
        complete("run-a", 9);
        complete("run-b", 10);
        complete("run-b", 11);
        complete("run-c", 2);

        // Then
        assertThat(new RetainedCheckpoints(directory).newest()).contains(directory.resolve("run-b/chk-11"));
    }

    @Test
    void halfWrittenOnesAreSkipped() throws IOException {
        // Given
        complete("run-a", 7);
        Files.createDirectories(directory.resolve("run-a/chk-8"));
        Files.createDirectories(directory.resolve("run-a/chk-9"));
        Files.createFile(directory.resolve("run-a/chk-9/_metadata"));
        Files.createDirectories(directory.resolve("run-a/shared"));
        Files.createDirectories(directory.resolve("run-a/taskowned"));

        // Then
        assertThat(new RetainedCheckpoints(directory).newest()).contains(directory.resolve("run-a/chk-7"));
    }

    @Test
    void earlierRunsStayUntilTheNewOneHasACheckpoint() throws IOException {
        // Given
        complete("old", 7);
        Files.createDirectories(directory.resolve("new/chk-8"));

        // When
        int removed = new RetainedCheckpoints(directory).removeRunsBefore("new");

        // Then
        assertThat(removed).isZero();
        assertThat(directory.resolve("old/chk-7/_metadata")).exists();
    }

    @Test
    void earlierRunsAreRemovedOnceTheNewOneHasACheckpoint() throws IOException {
        // Given
        complete("older", 3);
        complete("old", 7);
        complete("new", 8);

        // When
        int removed = new RetainedCheckpoints(directory).removeRunsBefore("new");

        // Then
        assertThat(removed).isEqualTo(2);
        assertThat(directory).isDirectoryContaining(path -> path.endsWith("new"));
        assertThat(directory.resolve("old")).doesNotExist();
        assertThat(directory.resolve("older")).doesNotExist();
    }

    private void complete(String run, int number) throws IOException {
        Path checkpoint = Files.createDirectories(directory.resolve(run).resolve("chk-" + number));
        Files.writeString(checkpoint.resolve("_metadata"), "state");
    }
}
