package io.tidegate.dev.demo.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanTest {

    @TempDir
    Path directory;

    @Test
    void childrenStopWhenTheirSupervisorIsKilled() throws Exception {
        // Given
        Process supervisor = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SupervisorMain.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        ProcessHandle child;
        try (BufferedReader out = supervisor.inputReader(StandardCharsets.UTF_8)) {
            child = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();

            // When
            supervisor.destroyForcibly().waitFor();
        }

        // Then
        await().atMost(FakeChildren.LIMIT).until(() -> !child.isAlive());
        assertThat(Files.readAllLines(FakeChildren.diary(directory))).containsExactly("started one", "stopped one");
    }

    /** A supervisor with one child, in a process of its own; prints the child's process id. */
    public static final class SupervisorMain {

        private SupervisorMain() {}

        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            Supervisor supervisor =
                    new Supervisor(directory.resolve("logs"), new PidFiles(directory.resolve("run")), line -> {});
            supervisor.launch(FakeChildren.running("one", directory));
            supervisor.awaitReady("one");
            System.out.println(supervisor.pid("one"));
            System.in.read();
        }
    }
}
