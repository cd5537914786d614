package io.tidegate.dev.demo.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {

    @TempDir
    Path directory;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private Supervisor supervisor;

    @BeforeEach
    void supervise() {
        supervisor = new Supervisor(directory.resolve("logs"), new PidFiles(directory.resolve("run")), said::add);
    }

    @AfterEach
    void stop() {
        supervisor.stopAll();
    }

    @Test
    void aChildThatIsKilledIsStartedAgain() throws Exception {
        // Given
        supervisor.launch(FakeChildren.running("one", directory));
        supervisor.awaitReady("one");
        long before = supervisor.pid("one");

        // When
        ProcessHandle.of(before).orElseThrow().destroyForcibly();

        // Then
        await().atMost(FakeChildren.LIMIT).until(() -> said.contains("one is back"));
        assertThat(supervisor.pid("one")).isNotEqualTo(before);
        assertThat(said.get(0)).contains("one").contains("killed by signal 9");
        assertThat(diary()).containsExactly("started one", "started one");
    }

    @Test
    void childrenStopInTheReverseOrderOfTheirStart() throws Exception {
        // Given
        for (String name : List.of("one", "two", "three")) {
            supervisor.launch(FakeChildren.running(name, directory));
            supervisor.awaitReady(name);
        }

        // When
        supervisor.stopAll();

        // Then
        assertThat(diary())
                .containsExactly(
                        "started one", "started two", "started three", "stopped three", "stopped two", "stopped one");
        assertThat(said).isEmpty();
    }

    @Test
    void aChildThatCannotStartFailsWithItsLastWords() {
        // Given
        supervisor.launch(FakeChildren.ending("one", directory, 7, Set.of()));

        // Then
        assertThatThrownBy(() -> supervisor.awaitReady("one")).isInstanceOfSatisfying(StartFailure.class, failure -> {
            assertThat(failure).hasMessageContaining("one").hasMessageContaining("exit code 7");
            assertThat(failure.lastLines()).contains("last words of one");
        });
    }

    @Test
    void nothingIsStartedAfterTheStop() throws Exception {
        // When
        supervisor.stopAll();
        supervisor.launch(FakeChildren.running("late", directory));

        // Then
        assertThat(FakeChildren.diary(directory)).doesNotExist();
    }

    @Test
    void whatAKilledSupervisorLeftBehindIsWaitedFor() throws Exception {
        // Given
        PidFiles pids = new PidFiles(directory.resolve("run"));
        Process leftover = new ProcessBuilder("sleep", "1000").start();
        pids.write("leftover", leftover);

        // When
        int killed = pids.awaitLeftovers(Duration.ofMillis(200));

        // Then
        assertThat(killed).isEqualTo(1);
        assertThat(leftover.isAlive()).isFalse();
    }

    @Test
    void aProcessThatOnlyHasTheSameNumberIsLeftAlone() throws Exception {
        // Given
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        Path run = Files.createDirectories(directory.resolve("run"));
        Files.writeString(run.resolve("leftover.pid"), stranger.pid() + " 12345\n");

        // When
        int killed = new PidFiles(run).awaitLeftovers(Duration.ofMillis(200));

        // Then
        assertThat(killed).isZero();
        assertThat(stranger.isAlive()).isTrue();
        stranger.destroyForcibly().waitFor();
    }

    private List<String> diary() throws IOException {
        return Files.readAllLines(FakeChildren.diary(directory));
    }
}
