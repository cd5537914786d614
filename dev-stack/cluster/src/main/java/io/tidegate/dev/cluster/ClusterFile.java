package io.tidegate.dev.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@code DIR/cluster.json}; whoever reads it finds a whole one, and of two that change it none overwrites the other. */
final class ClusterFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();
    /** A file lock is the whole JVM's, so its threads need one of their own. */
    private static final Object THREADS = new Object();

    private final Path directory;

    ClusterFile(Path directory) {
        this.directory = directory;
    }

    /** Empty when there is no cluster in the directory. */
    Optional<ClusterState> read() throws IOException {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file()), ClusterState.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IOException(file() + " is damaged: " + e.getOriginalMessage(), e);
        }
    }

    void write(ClusterState state) throws IOException {
        synchronized (THREADS) {
            try (FileChannel channel = lockFile();
                    FileLock lock = channel.lock()) {
                replace(state, lock);
            }
        }
    }

    /** Changes what is there by now. */
    ClusterState update(UnaryOperator<ClusterState> change) throws IOException {
        synchronized (THREADS) {
            try (FileChannel channel = lockFile();
                    FileLock lock = channel.lock()) {
                ClusterState changed =
                        change.apply(read().orElseThrow(() -> new IOException("There is no cluster in " + directory)));
                replace(changed, lock);
                return changed;
            }
        }
    }

    private FileChannel lockFile() throws IOException {
        Files.createDirectories(directory);
        return FileChannel.open(
                directory.resolve("cluster.json.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private void replace(ClusterState state, FileLock held) throws IOException {
        if (!held.isValid()) {
            throw new IOException(file() + " isn't ours to write");
        }
        // Passwords are in the environments.
        Secrets.write(file(), PRETTY.writeValueAsString(state));
    }

    private Path file() {
        return directory.resolve("cluster.json");
    }
}
