package io.tidegate.dev.chaos.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A file system of its own, in a file, mounted where a part keeps its data, so that it can be filled without harm to the machine. */
public final class SmallDisk implements AutoCloseable {

    private static final long BLOCK = 1024 * 1024;
    private static final long SLOW_PIECE = 4 * BLOCK;
    private static final Duration SLOW_PAUSE = Duration.ofMillis(100);

    private final Path mounted;
    private final Path image;

    private SmallDisk(Path mounted, Path image) {
        this.mounted = mounted;
        this.image = image;
    }

    /**
     * @param at an empty directory, or none yet
     * @param megabytes of the disk
     * @return empty where this user or this machine can't mount; the reason goes to {@code problems}
     */
    public static Optional<SmallDisk> mount(Path at, int megabytes, List<String> problems)
            throws IOException, InterruptedException {
        Files.createDirectories(at);
        Path image = at.resolveSibling(at.getFileName() + ".disk");
        run("truncate", "-s", megabytes + "M", image.toString());
        Optional<String> problem = run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString())
                .or(() -> run("mount", "-o", "loop", image.toString(), at.toString()));
        if (problem.isPresent()) {
            problems.add("no disk of its own for " + at.getFileName() + ": " + problem.get());
            Files.deleteIfExists(image);
            return Optional.empty();
        }
        // Kafka and ClickHouse would take it for one of theirs.
        run("rmdir", at.resolve("lost+found").toString());
        return Optional.of(new SmallDisk(at, image));
    }

    /** Ends what an earlier run left mounted there; harmless where there is nothing. */
    public static void release(Path at) {
        if (Files.exists(at.resolveSibling(at.getFileName() + ".disk"))) {
            run("umount", at.toString());
        }
    }

    /**
     * To the last byte.
     *
     * @param slowlyBelow free bytes below which it goes at the pace of a log that somebody forgot, some 30 MB a second
     */
    void fill(long slowlyBelow) throws IOException, InterruptedException {
        // Large pieces first: they cost nothing on this file system.
        long piece = 1024 * BLOCK;
        for (int number = 0; piece >= BLOCK; number++) {
            if (Files.getFileStore(mounted).getUsableSpace() < slowlyBelow + piece && piece >= SLOW_PIECE) {
                piece = SLOW_PIECE;
                TimeUnit.MILLISECONDS.sleep(SLOW_PAUSE.toMillis());
            }
            if (run("fallocate", "-l", Long.toString(piece), filler(number).toString())
                    .isPresent()) {
                Files.deleteIfExists(filler(number));
                piece /= 2;
            }
        }
        byte[] crumbs = new byte[4096];
        try (var out = Files.newOutputStream(mounted.resolve("filler-last"))) {
            while (true) {
                out.write(crumbs);
            }
        } catch (IOException e) {
            // Full, which is what was wanted.
        }
    }

    void free() throws IOException {
        try (var files = Files.newDirectoryStream(mounted, "filler-*")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    private Path filler(int number) {
        return mounted.resolve("filler-" + number);
    }

    /** What is on it is gone with it. */
    @Override
    public void close() throws IOException {
        Optional<String> problem =
                run("umount", mounted.toString()).flatMap(busy -> run("umount", "-l", mounted.toString()));
        if (problem.isPresent()) {
            throw new IOException(mounted + " can't be unmounted: " + problem.get());
        }
        Files.deleteIfExists(image);
    }

    /** @return what went wrong, in one line */
    private static Optional<String> run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of(command[0] + " takes too long");
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(command[0] + ": " + output.strip().replaceAll("\\s+", " "));
        } catch (IOException e) {
            return Optional.of(command[0] + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(command[0] + " was interrupted");
        }
    }
}
