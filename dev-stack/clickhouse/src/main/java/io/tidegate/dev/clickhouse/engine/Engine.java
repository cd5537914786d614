package io.tidegate.dev.clickhouse.engine;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ClickHouse engine inside this process: one per process and data directory.
 *
 * <p>An anchor connection keeps it alive between requests, because closing the last connection shuts the engine down.
 */
public final class Engine implements AutoCloseable {

    /** Settings in which the library differs from a server; they hold for one connection, so each gets them. */
    private static final List<String> SERVER_LIKE = List.of(
            // `1 + 1` is no statement on a server.
            "--implicit_select=0",
            // There is no queue behind async inserts here.
            "--async_insert=0",
            "--storage_file_read_method=pread");

    private interface LibC extends Library {
        int setenv(String name, String value, int overwrite);
    }

    private final Chdb chdb;
    private final String pathArgument;
    private final Set<EngineConnection> open = ConcurrentHashMap.newKeySet();
    private final EngineConnection anchor;
    private final String version;
    private final String timezone;
    private volatile boolean closing;

    private Engine(Chdb chdb, EngineDirectory directory) throws EngineException {
        this.chdb = chdb;
        this.pathArgument = "--path=" + directory.store();
        this.anchor = open("--config-file=" + directory.configFile());
        String[] identity =
                anchor.execute("SELECT version(), timezone()").strip().split("\t");
        this.version = identity[0];
        this.timezone = identity[1];
    }

    /**
     * Loads the library and starts the engine on the directory.
     *
     * @throws UnsatisfiedLinkError when the file is no library for this machine
     */
    public static Engine start(Path library, EngineDirectory directory) throws EngineException {
        Chdb chdb = Native.load(
                library.toString(), Chdb.class, Map.of(Library.OPTION_STRING_ENCODING, StandardCharsets.UTF_8.name()));
        chdb.chdb_set_signal_handlers_enabled(0);
        // The library takes the machine's zone and ignores the configuration; a server in a container has UTC.
        Native.load("c", LibC.class).setenv("TZ", "UTC", 1);
        return new Engine(chdb, directory);
    }

    /** Such as {@code 26.7.2.1}. */
    public String version() {
        return version;
    }

    /** The server's time zone. */
    public String timezone() {
        return timezone;
    }

    /** A fresh connection with default settings; about 0.2 ms. */
    public EngineConnection connect() throws EngineException {
        if (closing) {
            throw EngineException.of(236, "ABORTED", "The engine is shutting down");
        }
        return open();
    }

    private EngineConnection open(String... more) throws EngineException {
        List<String> all = new ArrayList<>();
        all.add("clickhouse");
        all.add(pathArgument);
        all.addAll(SERVER_LIKE);
        all.addAll(List.of(more));
        String[] arguments = all.toArray(String[]::new);
        Pointer handle = chdb.chdb_connect(arguments.length, arguments);
        if (handle == null || handle.getPointer(0) == null) {
            throw new EngineException("The engine refused a connection");
        }
        EngineConnection connection = new EngineConnection(chdb, this, handle);
        open.add(connection);
        return connection;
    }

    void closed(EngineConnection connection) {
        open.remove(connection);
    }

    /** Asks every running statement to stop; returns at once. */
    public void killStatements() throws EngineException {
        try (EngineConnection connection = open()) {
            connection.execute("KILL QUERY WHERE 1 ASYNC");
        }
    }

    /**
     * Refuses new connections, stops what runs and shuts the engine down. Where a statement doesn't end within the limit
     * the engine is left running, because closing a connection that executes is undefined: the caller is about to halt the
     * process, and what was acknowledged is on disk.
     *
     * @return whether the engine was shut down
     */
    public boolean shutDown(Duration limit) throws EngineException, InterruptedException {
        closing = true;
        long deadline = System.nanoTime() + limit.toNanos();
        while (open.size() > 1) {
            killStatements();
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(5);
        }
        close();
        return true;
    }

    @Override
    public void close() {
        closing = true;
        anchor.close();
        chdb.chdb_shutdown();
    }
}
