package io.tidegate.dev.cluster;

import io.tidegate.dev.cluster.OsProcess.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A part of the cluster, whichever process runs it at the time. Nothing is remembered between calls: another program may have
 * restarted it meanwhile.
 */
public final class Role {

    private static final Duration KILL_LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    /** Generous: one that ends is noticed at once; on a busy machine a late start is better than none. */
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private static final long MAX_OUTPUT = 1024 * 1024;
    private static final int LINES_OF_A_FAILURE = 15;

    private final String name;
    private final ClusterFile file;
    private final Prober prober;

    Role(String name, ClusterFile file, Prober prober) {
        this.name = name;
        this.file = file;
        this.prober = prober;
    }

    public String name() {
        return name;
    }

    /** Of the process that runs it, or ran it last; 0 when it has never been started. */
    public long pid() {
        return state().pid();
    }

    /** Where others reach it on 127.0.0.1. */
    public int port() {
        return state().port();
    }

    public Path log() {
        return Path.of(state().log());
    }

    /** What it prints: little, as long as it doesn't die. */
    public Path output() {
        return Path.of(state().output());
    }

    /** Also true while it is frozen. */
    public boolean isRunning() {
        return state().process().isAlive();
    }

    /** Whether {@link #stop()} has frozen it. */
    public boolean isStopped() {
        return state().process().isStopped();
    }

    /** Whether it does its work; asks it, so it may take a few seconds to say no. */
    public boolean isReady() throws InterruptedException {
        RoleState state = state();
        return state.process().isAlive()
                && !state.process().isStopped()
                && prober.isReady(state.readiness(), state.starts());
    }

    /** SIGKILL to it and its workers; returns when they are gone. Harmless when it isn't running. */
    public void kill() throws InterruptedException {
        OsProcess process = state().process();
        process.signal(Signal.KILL);
        requireGone(process);
    }

    /** SIGSTOP: it keeps its connections and says nothing. */
    public void stop() {
        state().process().signal(Signal.STOP);
    }

    /** SIGCONT: it goes on where it was. */
    public void cont() {
        state().process().signal(Signal.CONT);
    }

    /** SIGTERM, and SIGKILL if it takes too long; returns when it is gone. */
    public void terminate() throws InterruptedException {
        OsProcess process = askToEnd();
        if (process.isAlive() && !process.awaitGone(Duration.ofSeconds(state().stopSeconds()))) {
            process.signal(Signal.KILL);
        }
        requireGone(process);
    }

    /** SIGTERM only; a frozen one is woken, or it would never notice. */
    OsProcess askToEnd() {
        OsProcess process = state().process();
        process.signal(Signal.TERM);
        process.signal(Signal.CONT);
        return process;
    }

    /**
     * Starts it again with the same directories and ports, ending it first if it runs; returns when it is ready.
     *
     * @throws StartException when it isn't within a few minutes, or ends
     */
    public void restart() throws IOException, StartException, InterruptedException {
        terminate();
        launch();
        awaitReady();
    }

    /** Starts it unless it runs; returns at once, see {@link #awaitReady}. */
    public void launch() throws IOException {
        RoleState state = state();
        if (state.process().isAlive()) {
            return;
        }
        Path output = Path.of(state.output());
        if (Files.exists(output) && Files.size(output) > MAX_OUTPUT) {
            Files.move(output, Path.of(output + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        String starts = Integer.toString(state.starts() + 1);
        List<String> command = new ArrayList<>();
        // A session of its own: it outlives the terminal, Ctrl-C doesn't reach it, and its number is its group's.
        command.add("setsid");
        state.command().stream()
                .filter(argument -> !ClassArchive.isUseless(argument))
                .forEach(argument -> command.add(argument.replace(RoleState.STARTS, starts)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(output.getParent().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(state.environment());
        Process process = builder.start();
        OsProcess started = OsProcess.of(process.pid())
                .orElseThrow(() -> new IOException(name + " ended as soon as it was started; see " + output));
        while (process.isAlive() && !started.leadsItsGroup()) {
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
        file.update(cluster -> cluster.with(cluster.role(name).orElseThrow().startedAs(started)));
    }

    /** @throws StartException when it ends or takes too long */
    public void awaitReady() throws StartException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!isReady()) {
            if (!isRunning()) {
                throw new StartException(name + " ended before it was ready", lastLines());
            }
            if (System.nanoTime() > deadline) {
                throw new StartException(name + " isn't ready after " + START_LIMIT.toMinutes() + " min", lastLines());
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    private List<String> lastLines() {
        List<String> lines = new ArrayList<>(LogTail.of(log(), LINES_OF_A_FAILURE));
        lines.addAll(LogTail.of(output(), LINES_OF_A_FAILURE));
        return lines;
    }

    private void requireGone(OsProcess process) throws InterruptedException {
        if (!process.awaitGone(KILL_LIMIT)) {
            throw new IllegalStateException(name + " (process " + process.pid() + ") is still there "
                    + KILL_LIMIT.toSeconds() + " s after SIGKILL");
        }
    }

    private RoleState state() {
        try {
            return file.read()
                    .flatMap(cluster -> cluster.role(name))
                    .orElseThrow(() -> new IllegalStateException("The cluster has no " + name + " any more"));
        } catch (IOException e) {
            throw new IllegalStateException("cluster.json can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
