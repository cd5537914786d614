package io.tidegate.dev.demo.supervise;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The children of the demo. They are stopped in the reverse order of their launch. Thread-safe. */
public final class Supervisor {

    private final Path logs;
    private final PidFiles pids;
    private final Consumer<String> say;
    private final CompletableFuture<String> gaveUp = new CompletableFuture<>();

    // Guarded by this.
    private final List<Child> children = new ArrayList<>();
    private boolean stopping;

    /**
     * @param logs where the children's output goes
     * @param say takes one line about a child that died or came back
     */
    public Supervisor(Path logs, PidFiles pids, Consumer<String> say) {
        this.logs = logs;
        this.pids = pids;
        this.say = say;
        try {
            Files.createDirectories(logs);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't make " + logs, e);
        }
    }

    /** Starts the process and returns at once. After {@link #stopAll} it starts nothing. */
    public synchronized void launch(ChildSpec spec) {
        if (stopping) {
            return;
        }
        Child child = new Child(spec, logs, pids, say, gaveUp::complete);
        children.add(child);
        child.launch();
    }

    /** Returns when the child is ready for the first time. */
    public void awaitReady(String name) throws StartFailure, InterruptedException {
        child(name).awaitReady();
    }

    /** The process id of the child's present life; -1 before it has one. */
    public long pid(String name) {
        return child(name).pid();
    }

    /** Completes with a reason when a child died of something that a new start can't cure. */
    public CompletableFuture<String> gaveUp() {
        return gaveUp;
    }

    /** Stops every child, the last launched first; returns when all processes are gone. */
    public void stopAll() {
        List<Child> reversed = new ArrayList<>();
        synchronized (this) {
            stopping = true;
            children.forEach(child -> reversed.add(0, child));
        }
        // All of them first: a signal to the whole process group has ended some before their turn.
        reversed.forEach(Child::letEnd);
        reversed.forEach(Child::stop);
    }

    private synchronized Child child(String name) {
        return children.stream()
                .filter(child -> child.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("No child " + name));
    }
}
