package io.tidegate.dev.demo.supervise;

import io.tidegate.dev.demo.SupervisedMain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Specifications of {@link FakeChild}ren. */
final class FakeChildren {

    static final Duration LIMIT = Duration.ofSeconds(60);

    private FakeChildren() {}

    static ChildSpec running(String name, Path directory) {
        return spec(name, directory, Set.of());
    }

    static ChildSpec ending(String name, Path directory, int exitCode, Set<Integer> fatal) {
        return spec(name, directory, fatal, Integer.toString(exitCode));
    }

    static Path diary(Path directory) {
        return directory.resolve("diary");
    }

    private static ChildSpec spec(String name, Path directory, Set<Integer> fatal, String... more) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                SupervisedMain.class.getName(),
                FakeChild.class.getName(),
                name,
                diary(directory).toString()));
        command.addAll(List.of(more));
        return new ChildSpec(
                name,
                command,
                Map.of(),
                directory.resolve(name + ".log"),
                output -> output.hasLineStartingWith(FakeChild.READY),
                LIMIT,
                Duration.ofSeconds(20),
                fatal);
    }
}
