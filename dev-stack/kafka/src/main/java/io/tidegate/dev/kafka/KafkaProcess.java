package io.tidegate.dev.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * A broker in a child JVM, for tests of failure: it can be killed, frozen, and started again on the same port with the
 * same data. The child runs on this JVM's class path and dies with it. Its log is {@code broker.log} in the data
 * directory. Not thread-safe.
 */
public final class KafkaProcess implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(180);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final int LINES_SHOWN = 30;

    private final Path dataDir;
    private final int port;
    private Process process;

    private KafkaProcess(Path dataDir, int port) {
        this.dataDir = dataDir;
        this.port = port;
    }

    /** Starts on a free port; see {@link #start(Path, int)}. */
    public static KafkaProcess start(Path dataDir) {
        return start(dataDir, KafkaBroker.freePort());
    }

    /**
     * Returns when the broker takes requests.
     *
     * @throws IllegalStateException when it doesn't within 3 minutes; the message ends with the last lines of its log
     */
    public static KafkaProcess start(Path dataDir, int port) {
        KafkaProcess kafka = new KafkaProcess(dataDir.toAbsolutePath().normalize(), port);
        kafka.launch();
        return kafka;
    }

    /** {@code host:port} for clients; stays the same over restarts. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGSTOP: connections stay open, nothing answers. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    /** SIGTERM, then SIGKILL after 30 s; returns when the process is gone. */
    public void stop() {
        process.destroy();
        awaitExit();
    }

    /** Starts it again on the same port and data; stops it first when it is still there. */
    public void restart() {
        if (process.isAlive()) {
            stop();
        }
        launch();
    }

    @Override
    public void close() {
        // A frozen process doesn't hear SIGTERM, and whoever closes doesn't need the data in order.
        kill();
    }

    private void launch() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:MaxMetaspaceSize=160m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BrokerMain.class.getName()));
        command.addAll(List.of("--data", dataDir.toString(), "--port", Integer.toString(port), "--exit-on-stdin-eof"));
        Path log = dataDir.resolve("broker.log");
        try {
            Files.createDirectories(dataDir);
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("A broker can't be started in " + dataDir, e);
        }
        try {
            awaitReady(process).get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            kill();
            throw new IllegalStateException("The broker did not start; its log ends with:\n" + lastLines(log), e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the broker started", e);
        }
    }

    private static CompletableFuture<Void> awaitReady(Process process) {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                        for (String line = out.readLine(); line != null; line = out.readLine()) {
                            if (line.startsWith(BrokerMain.READY)) {
                                ready.complete(null);
                            }
                        }
                        ready.completeExceptionally(new IllegalStateException("it ended"));
                    } catch (IOException e) {
                        ready.completeExceptionally(e);
                    }
                },
                "broker-stdout");
        reader.setDaemon(true);
        reader.start();
        return ready;
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " " + process.pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("kill -" + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending SIG" + name, e);
        }
    }

    private void awaitExit() {
        try {
            if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the broker ended", e);
        }
    }

    private static String lastLines(Path log) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
