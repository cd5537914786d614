package io.tidegate.dev.demo.flink;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/**
 * The checkpoints of one job over all of its runs: {@code DIRECTORY/RUN/chk-N/_metadata}, where each start of the job is a
 * run (Flink's job id) of its own.
 *
 * <p>Flink renames {@code _metadata} into place last, so a checkpoint that has it is complete, and one that was cut off by a
 * kill doesn't. A run continues the numbers of the checkpoint it resumed from, so the highest number is the newest.
 */
public final class RetainedCheckpoints {

    private static final Pattern NAME = Pattern.compile("chk-(\\d{1,18})");

    private final Path directory;

    public RetainedCheckpoints(Path directory) {
        this.directory = directory;
    }

    /** The newest complete checkpoint of any run; empty when the job has never completed one. */
    public Optional<Path> newest() throws IOException {
        return checkpoints(directory).stream()
                .max(Comparator.comparingLong(Checkpoint::number).thenComparing(Checkpoint::completed))
                .map(Checkpoint::path);
    }

    /** The uids of the operators that have state in a checkpoint. */
    static Set<String> uids(Path checkpoint) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(checkpoint.resolve("_metadata"))))) {
            CheckpointMetadata metadata = Checkpoints.loadCheckpointMetadata(
                    in, RetainedCheckpoints.class.getClassLoader(), checkpoint.toString());
            return metadata.getOperatorStates().stream()
                    .map(state -> state.getOperatorUid().orElse(""))
                    .filter(uid -> !uid.isEmpty())
                    .collect(Collectors.toSet());
        }
    }

    /**
     * Removes the runs before {@code run}, if {@code run} has a complete checkpoint by now. Before that the job may still fall
     * back to the one it resumed from.
     *
     * @return how many runs were removed
     */
    int removeRunsBefore(String run) throws IOException {
        if (checkpointsOf(directory.resolve(run)).isEmpty()) {
            return 0;
        }
        int removed = 0;
        for (Path other : children(directory)) {
            if (!other.getFileName().toString().equals(run)) {
                delete(other);
                removed++;
            }
        }
        return removed;
    }

    private static List<Checkpoint> checkpoints(Path directory) throws IOException {
        List<Checkpoint> all = new ArrayList<>();
        for (Path run : children(directory)) {
            all.addAll(checkpointsOf(run));
        }
        return all;
    }

    private static List<Checkpoint> checkpointsOf(Path run) throws IOException {
        List<Checkpoint> complete = new ArrayList<>();
        for (Path path : children(run)) {
            Matcher name = NAME.matcher(path.getFileName().toString());
            Path metadata = path.resolve("_metadata");
            if (name.matches() && Files.isRegularFile(metadata) && Files.size(metadata) > 0) {
                complete.add(new Checkpoint(path, Long.parseLong(name.group(1)), Files.getLastModifiedTime(metadata)));
            }
        }
        return complete;
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.toList();
        }
    }

    private static void delete(Path path) throws IOException {
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            // Somebody was faster.
        }
    }

    private record Checkpoint(Path path, long number, FileTime completed) {}
}
