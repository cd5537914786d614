package io.tidegate.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.cluster.OsProcess.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OsProcessTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatTheTestStarted() {
        started.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void aNumberThatWasGivenToAnotherProcessSinceIsNeitherOursNorSignalled() throws IOException {
        // Given a process that has the number of one of ours, but was started at another time.
        OsProcess other = start("sleep 600");
        OsProcess ours = new OsProcess(other.pid(), other.started() - 1, other.boot());

        // When it is to be killed, then nothing happens to it.
        assertThat(ours.isAlive()).isFalse();
        assertThat(ours.signal(Signal.KILL)).isFalse();
        assertThat(other.isAlive()).isTrue();
    }

    @Test
    void aProcessOfAnEarlierBootIsGoneEvenIfNumberAndTicksAgree() throws IOException {
        OsProcess other = start("sleep 600");
        OsProcess ours = new OsProcess(other.pid(), other.started(), "another boot");

        assertThat(ours.isAlive()).isFalse();
        assertThat(ours.signal(Signal.KILL)).isFalse();
        assertThat(other.isAlive()).isTrue();
    }

    @Test
    void aKillReachesTheWorkersAndWaitsForThem() throws Exception {
        // Given a master with a worker that ignores a polite request.
        Path worker = directory.resolve("worker");
        OsProcess master = start("sh -c 'trap \"\" TERM; echo $$ > " + worker + "; while :; do sleep 1; done' & wait");
        await().atMost(LIMIT)
                .until(() -> Files.exists(worker) && !Files.readString(worker).isBlank());
        OsProcess child =
                OsProcess.of(Long.parseLong(Files.readString(worker).strip())).orElseThrow();

        // When
        assertThat(master.signal(Signal.KILL)).isTrue();

        // Then
        assertThat(master.awaitGone(LIMIT)).isTrue();
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void aFrozenProcessIsAliveAndGoesOn() throws IOException {
        // One that starts no others: a shell can't be stopped while the other one hasn't begun with its own program.
        OsProcess process = start("exec sleep 600");

        process.signal(Signal.STOP);
        await().atMost(LIMIT).until(process::isStopped);
        assertThat(process.isAlive()).isTrue();

        process.signal(Signal.CONT);
        await().atMost(LIMIT).until(() -> !process.isStopped());
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void oneThatHasEndedButWasNotWaitedForIsGone() throws Exception {
        // Given a parent that never asks for its child's exit code, so that the child stays as a zombie.
        Path file = directory.resolve("child");
        OsProcess parent = start("sleep 600 & echo $! > " + file + "; exec sleep 601");
        await().atMost(LIMIT)
                .until(() -> Files.exists(file) && !Files.readString(file).isBlank());
        OsProcess child =
                OsProcess.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();

        // When
        ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly();

        // Then
        await().atMost(LIMIT).until(() -> !child.isAlive());
        assertThat(parent.isAlive()).isTrue();
    }

    private OsProcess start(String script) throws IOException {
        Process process = new ProcessBuilder("setsid", "sh", "-c", script).start();
        started.add(process);
        OsProcess ours = OsProcess.of(process.pid()).orElseThrow();
        await().atMost(LIMIT).until(ours::leadsItsGroup);
        return ours;
    }
}
