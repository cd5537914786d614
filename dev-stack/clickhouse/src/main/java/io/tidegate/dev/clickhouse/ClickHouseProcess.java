package io.tidegate.dev.clickhouse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A ClickHouse engine in a child process, for tests and tools: user {@code default}, no password, on a free port of the
 * loopback interface that stays the same over restarts.
 *
 * <p>The child runs on this process's class path, finds the engine's library in the cache (fetching it when missing) and
 * ends with this process, however that ends. Its log is {@code engine.log} in the data directory. Not thread-safe, but
 * {@link #query} may be called from several threads.
 */
public final class ClickHouseProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(180);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final int LOG_TAIL = 4000;

    private final Path dataDirectory;
    private final Path library;
    private Process process;
    private PlainClient client;
    private Thread killer;
    private int port;

    private ClickHouseProcess(Path dataDirectory, Path library) {
        this.dataDirectory = dataDirectory;
        this.library = library;
    }

    /**
     * Starts an engine on a directory (created when missing) and waits until it answers.
     *
     * @throws IOException when it doesn't start; the message has the end of its log
     */
    public static ClickHouseProcess start(Path dataDirectory) throws IOException {
        Files.createDirectories(dataDirectory);
        ClickHouseProcess started = new ClickHouseProcess(dataDirectory.toAbsolutePath(), EngineLibrary.locate());
        started.launch();
        return started;
    }

    private void launch() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(EngineMain.JVM_OPTIONS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EngineMain.class.getName()));
        command.addAll(List.of("--data", dataDirectory.toString(), "--port", Integer.toString(port)));
        command.addAll(List.of("--library", library.toString(), "--until-stdin-ends"));
        Process launched = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                .start();
        process = launched;
        // A frozen child doesn't notice the end of its standard input.
        killer = new Thread(launched::destroyForcibly, "kill-clickhouse");
        Runtime.getRuntime().addShutdownHook(killer);
        try {
            port = awaitReady(launched);
            client = new PlainClient(uri());
        } catch (IOException e) {
            kill();
            throw e;
        }
    }

    private int awaitReady(Process launched) throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(launched.getInputStream(), StandardCharsets.UTF_8));
        CompletableFuture<Integer> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(out, ready), "clickhouse-out");
        reader.setDaemon(true);
        reader.start();
        try {
            return ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("ClickHouse did not start on " + dataDirectory + ":\n" + logTail(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while ClickHouse was starting", e);
        }
    }

    private static void read(BufferedReader out, CompletableFuture<Integer> ready) {
        try {
            String line;
            while ((line = out.readLine()) != null) {
                if (line.startsWith(EngineMain.READY_PREFIX)) {
                    ready.complete(URI.create(line.substring(EngineMain.READY_PREFIX.length()))
                            .getPort());
                }
            }
            ready.completeExceptionally(new IOException("The process ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    private String logTail() throws IOException {
        String log = Files.readString(logFile());
        return log.substring(Math.max(0, log.length() - LOG_TAIL));
    }

    /** What the engine process wrote to its standard error. */
    public Path logFile() {
        return dataDirectory.resolve("engine.log");
    }

    public int port() {
        return port;
    }

    /** Such as {@code http://127.0.0.1:40123}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Of the current child process. */
    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /**
     * Runs one statement over HTTP.
     *
     * @return the answer's body, tab-separated unless the statement names a format
     * @throws IllegalStateException with the engine's message
     */
    public String query(String sql) throws IOException {
        return client.query(sql);
    }

    /** SIGTERM, and waits. Does nothing when it isn't running. */
    public void stop() throws IOException {
        end(false);
    }

    /** SIGKILL, and waits. Does nothing when it isn't running. */
    public void kill() throws IOException {
        end(true);
    }

    /** SIGSTOP: connections stay open, nothing answers. */
    public void freeze() throws IOException {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() throws IOException {
        signal("CONT");
    }

    /** Starts it again on the same port and directory; stops it first when it is running. */
    public void restart() throws IOException {
        stop();
        launch();
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    private void end(boolean forcibly) throws IOException {
        if (killer == null) {
            return;
        }
        if (forcibly) {
            process.destroyForcibly();
        } else {
            process.destroy();
        }
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while ClickHouse was stopping", e);
        }
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // This process is ending; the hook does no harm to a child that is gone.
            return;
        } finally {
            killer = null;
        }
    }

    private void signal(String name) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .start();
        try {
            if (kill.waitFor() != 0) {
                throw new IOException("Could not send SIG" + name + " to process " + process.pid());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while sending SIG" + name, e);
        }
    }
}
