package io.tidegate.dev.demo.supervise;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which processes belong to a data directory: {@code NAME.pid} with the process id and its start time, so that a number the
 * system has given to somebody else since is never mistaken for ours.
 */
public final class PidFiles {

    private static final Logger LOG = LoggerFactory.getLogger(PidFiles.class);

    private final Path directory;

    public PidFiles(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't make " + directory, e);
        }
    }

    void write(String name, Process process) throws IOException {
        String started = process.info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .map(String::valueOf)
                .orElse("");
        Files.writeString(directory.resolve(name + ".pid"), process.pid() + " " + started + "\n");
    }

    void remove(String name) {
        try {
            Files.deleteIfExists(directory.resolve(name + ".pid"));
        } catch (IOException e) {
            LOG.warn("Can't delete the pid file of {}", name, e);
        }
    }

    /**
     * Waits until the children of a supervisor that was killed are gone, and kills those that take too long. They notice its
     * death by themselves; this only keeps their successors from finding the ports and directories taken.
     *
     * @return how many had to be killed
     */
    public int awaitLeftovers(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        int killed = 0;
        for (ProcessHandle leftover : leftovers()) {
            try {
                leftover.onExit().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                leftover.destroyForcibly();
                leftover.onExit().join();
                killed++;
            } catch (ExecutionException e) {
                LOG.warn("Can't watch process {}", leftover.pid(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return killed;
            }
        }
        return killed;
    }

    private List<ProcessHandle> leftovers() {
        List<ProcessHandle> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".pid")).toList()) {
                parse(Files.readString(file)).ifPresent(found::add);
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("Can't read {}", directory, e);
        }
        return found;
    }

    private static Optional<ProcessHandle> parse(String text) {
        String[] parts = text.strip().split(" ");
        if (parts.length != 2 || !parts[0].matches("\\d{1,18}") || !parts[1].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        long started = Long.parseLong(parts[1]);
        return ProcessHandle.of(Long.parseLong(parts[0])).filter(handle -> handle.info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .filter(start -> start == started)
                .isPresent());
    }
}
