package io.tidegate.dev.demo.supervise;

import java.io.IOException;
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
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One child and the thread that keeps it alive.
 *
 * <p>A child that dies before it was ever ready has failed to start; one that dies later is started again, after a pause
 * that doubles up to half a minute while it keeps dying soon.
 */
final class Child {

    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
    /** Without a word about a slow start. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration HEALTHY_AFTER = Duration.ofMinutes(1);
    private static final Duration LAST_WORDS_WITHIN = Duration.ofSeconds(1);
    private static final int LINES_SHOWN = 15;

    private final ChildSpec spec;
    private final Path directory;
    private final PidFiles pids;
    private final Consumer<String> say;
    private final Consumer<String> giveUp;
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private final Thread keeper;

    // Guarded by this.
    private Process process;
    private OutputLog output;
    private Thread drain;
    private boolean stopping;

    Child(ChildSpec spec, Path logs, PidFiles pids, Consumer<String> say, Consumer<String> giveUp) {
        this.spec = spec;
        this.directory = logs;
        this.pids = pids;
        this.say = say;
        this.giveUp = giveUp;
        this.keeper = new Thread(this::keep, "keep-" + spec.name());
        this.keeper.setDaemon(true);
    }

    String name() {
        return spec.name();
    }

    void launch() {
        keeper.start();
    }

    void awaitReady() throws StartFailure, InterruptedException {
        while (true) {
            try {
                firstReady.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                say.accept("Still waiting for " + spec.name());
            } catch (ExecutionException e) {
                throw new StartFailure(e.getCause().getMessage(), lastLines());
            }
        }
    }

    synchronized long pid() {
        return process == null ? -1 : process.pid();
    }

    /** From now on it isn't started again when it ends. */
    synchronized void letEnd() {
        stopping = true;
        notifyAll();
    }

    /** SIGTERM, then SIGKILL; returns when the process is gone. */
    void stop() {
        letEnd();
        Process running;
        synchronized (this) {
            running = process;
        }
        firstReady.completeExceptionally(new IllegalStateException(spec.name() + ": stopped"));
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(spec.stopWithin().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} did not stop within {}: killed", spec.name(), spec.stopWithin());
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        pids.remove(spec.name());
    }

    private void keep() {
        Duration pause = FIRST_PAUSE;
        try {
            while (true) {
                Process running = spawn();
                if (running == null) {
                    return;
                }
                long started = System.nanoTime();
                boolean ready = becomesReady(running);
                if (!firstReady.isDone() && !ready) {
                    firstReady.completeExceptionally(new IllegalStateException(failure(running)));
                    running.destroyForcibly();
                    return;
                }
                if (ready && !firstReady.complete(null)) {
                    say.accept(spec.name() + " is back");
                }
                if (!ready) {
                    running.destroyForcibly();
                }
                int code = running.waitFor();
                synchronized (this) {
                    if (stopping) {
                        return;
                    }
                }
                if (spec.fatalExitCodes().contains(code)) {
                    lastLines().forEach(line -> say.accept("  " + line));
                    giveUp.accept(spec.name() + " ended: " + inWords(code) + "; starting it again wouldn't help");
                    return;
                }
                if (System.nanoTime() - started > HEALTHY_AFTER.toNanos()) {
                    pause = FIRST_PAUSE;
                }
                // Said after the pause: a signal to the whole process group ends the children before we hear of it.
                if (pauseUnlessStopping(pause)) {
                    return;
                }
                say.accept(spec.name() + " ended unexpectedly: " + inWords(code) + "; starting it again");
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        } catch (IOException e) {
            if (!firstReady.completeExceptionally(new IllegalStateException(spec.name() + ": " + e.getMessage(), e))) {
                giveUp.accept(spec.name() + " can't be started again: " + e.getMessage());
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if somebody does, the child is no longer kept.
            Thread.currentThread().interrupt();
            giveUp.accept(spec.name() + " is no longer watched");
        }
    }

    /** Null when it is to stop. */
    private synchronized Process spawn() throws IOException {
        if (stopping) {
            return null;
        }
        ProcessBuilder builder = new ProcessBuilder(spec.command()).redirectErrorStream(true);
        builder.environment().putAll(spec.environment());
        process = builder.start();
        pids.write(spec.name(), process);
        OutputLog log = new OutputLog(directory.resolve(spec.name() + ".out"));
        output = log;
        Process started = process;
        drain = new Thread(() -> log.drain(started.inputReader(StandardCharsets.UTF_8)), "drain-" + spec.name());
        drain.setDaemon(true);
        drain.start();
        LOG.info("{} started as process {}", spec.name(), started.pid());
        return started;
    }

    private boolean becomesReady(Process running) throws InterruptedException {
        OutputLog log;
        synchronized (this) {
            log = output;
        }
        long deadline = System.nanoTime() + spec.readyWithin().toNanos();
        while (running.isAlive() && System.nanoTime() < deadline) {
            if (spec.ready().isReady(log)) {
                return true;
            }
            running.waitFor(PROBE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
        return false;
    }

    /** @return whether it is to stop */
    private synchronized boolean pauseUnlessStopping(Duration pause) throws InterruptedException {
        long deadline = System.nanoTime() + pause.toNanos();
        long left = pause.toNanos();
        while (!stopping && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - System.nanoTime();
        }
        return stopping;
    }

    private String failure(Process running) throws InterruptedException {
        if (running.isAlive()) {
            return spec.name() + " was not ready within " + spec.readyWithin().toSeconds() + " s";
        }
        Thread draining;
        synchronized (this) {
            draining = drain;
        }
        // Its last words may still be on their way.
        draining.join(LAST_WORDS_WITHIN.toMillis());
        return spec.name() + " ended while starting: " + inWords(running.exitValue());
    }

    private static String inWords(int exitCode) {
        return exitCode > 128 && exitCode < 160 ? "killed by signal " + (exitCode - 128) : "exit code " + exitCode;
    }

    private List<String> lastLines() {
        List<String> lines = new ArrayList<>();
        if (Files.isReadable(spec.ownLog())) {
            try {
                lines.addAll(tail(Files.readAllLines(spec.ownLog(), StandardCharsets.UTF_8)));
            } catch (IOException e) {
                lines.add("(" + spec.ownLog() + ": " + e.getMessage() + ")");
            }
        }
        synchronized (this) {
            if (output != null) {
                lines.addAll(output.lastLines(LINES_SHOWN));
            }
        }
        return lines;
    }

    private static List<String> tail(List<String> lines) {
        // The frames of a stack trace would crowd out what it is about.
        List<String> telling =
                lines.stream().filter(line -> !line.startsWith("\tat ")).toList();
        return telling.subList(Math.max(0, telling.size() - LINES_SHOWN), telling.size());
    }
}
