package io.tidegate.dev.clickhouse.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The directory of one engine, locked for one process: {@code store/} (tables), {@code config.xml} and {@code users.xml}
 * (written at every start), {@code lock}.
 */
public final class EngineDirectory implements AutoCloseable {

    /** With less than this free on its file system, the engine takes no insert and merges nothing. */
    public static final long KEEP_FREE_BYTES = 256L << 20;

    private final Path root;
    private final FileChannel lockFile;

    private EngineDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Creates what is missing and takes the lock.
     *
     * @throws DirectoryInUseException when another process has it
     */
    public static EngineDirectory open(Path directory) throws IOException, DirectoryInUseException {
        Path root = directory.toAbsolutePath().normalize();
        Files.createDirectories(root.resolve("store"));
        Path path = root.resolve("lock");
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String owner = Files.readString(path).strip();
                throw new DirectoryInUseException("The data directory " + root + " is in use by "
                        + (owner.isEmpty() ? "another process" : owner));
            }
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(
                    "process " + ProcessHandle.current().pid() + "\n"));
        } catch (IOException | DirectoryInUseException e) {
            channel.close();
            throw e;
        }
        EngineDirectory opened = new EngineDirectory(root, channel);
        Files.writeString(opened.usersFile(), EngineConfig.users());
        Files.writeString(opened.configFile(), EngineConfig.config(opened));
        return opened;
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    Path root() {
        return root;
    }

    Path store() {
        return root.resolve("store");
    }

    Path configFile() {
        return root.resolve("config.xml");
    }

    Path usersFile() {
        return root.resolve("users.xml");
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
