package io.tidegate.dev.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Where a demo keeps everything; held by one demo at a time.
 *
 * <pre>
 * auth/              the signing key, the notifier's keys
 * clickhouse/        tables
 * kafka/             topics
 * flink/checkpoints/ the state of the jobs, by job
 * logs/              of every process
 * run/               process ids
 * gateway.yaml       the gateway's configuration, written at each start
 * notifier.yaml      the notifier's
 * ports.properties   where everything listens
 * </pre>
 */
final class DataDirectory implements AutoCloseable {

    /** What {@code --fresh} removes: not the signing key, so that tokens stay good, and not the logs, which are in use. */
    private static final List<String> STATE = List.of("clickhouse", "kafka", "flink");

    private final Path root;
    private final FileChannel lock;

    private DataDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * @throws InUseException when another demo runs on it
     * @throws IOException when it can't be made or written
     */
    static DataDirectory open(Path path) throws IOException, InUseException {
        Path root = path.toAbsolutePath().normalize();
        Files.createDirectories(root);
        Path file = root.resolve("demo.lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very JVM.
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new InUseException(
                    "Another demo (process " + Files.readString(file).strip() + ") runs on " + root
                            + "; stop it or choose another directory with --data");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return new DataDirectory(root, channel);
    }

    Path root() {
        return root;
    }

    Path clickhouse() {
        return root.resolve("clickhouse");
    }

    Path kafka() {
        return root.resolve("kafka");
    }

    Path checkpoints() {
        return root.resolve("flink").resolve("checkpoints");
    }

    Path flinkTemp() {
        return root.resolve("flink").resolve("tmp");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path run() {
        return root.resolve("run");
    }

    Path gatewayConfig() {
        return root.resolve("gateway.yaml");
    }

    Path notifierConfig() {
        return root.resolve("notifier.yaml");
    }

    /** Removes the state of earlier runs; keeps the signing key, the logs and what the demo didn't make. */
    void clear() throws IOException {
        for (String name : STATE) {
            delete(root.resolve(name));
        }
    }

    /** {@code http.port=8080} and so on, for scripts. */
    void writePorts(Ports ports) throws IOException {
        String text = "http.port=" + ports.http() + "\ngrpc.port=" + ports.grpc() + "\nops.port=" + ports.ops()
                + "\nflink.port=" + ports.flink() + "\nclickhouse.port=" + ports.clickhouse() + "\nkafka.port="
                + ports.kafka() + "\nnotifier-ops.port=" + ports.notifierOps() + "\nflink-metrics.port="
                + ports.flinkMetrics() + "\nkafka-metrics.port=" + ports.kafkaMetrics() + "\n";
        Path part = root.resolve("ports.properties.part");
        Files.writeString(part, text);
        Files.move(part, root.resolve("ports.properties"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        lock.close();
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
                public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            // Not there: nothing to remove.
        }
    }

    /** The directory belongs to a running demo; the message says so in one line. */
    static final class InUseException extends Exception {
        private static final long serialVersionUID = 1L;

        private InUseException(String message) {
            super(message);
        }
    }
}
