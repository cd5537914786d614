package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The batches of one subtask that aren't stored yet, and the threads that store them. A batch comes in with the barrier
 * of a checkpoint, is due when that checkpoint or a later one is complete, and leaves when it is stored; until then each
 * checkpoint holds it. Storing it is {@link BatchCommit}'s business and never the task's thread's, so a store that is
 * away doesn't keep the job from its checkpoints, until {@link #awaitRoom} says that too much has piled up.
 *
 * <p>Each shard has threads and a queue of its own: one that is away doesn't hold up the others.
 *
 * <p>The methods are for the task's thread, {@link #pendingBatches} and what stands beside it for anybody.
 */
final class Outbox implements AutoCloseable {

    private static final long IDLE_THREAD_SECONDS = 10;
    private static final long LAST_WAIT_SECONDS = 10;
    private static final long IN_NO_CHECKPOINT = Long.MAX_VALUE;

    private static final class Entry {
        private final ClickHouseCommittable batch;
        private final boolean inDoubt;
        private long checkpoint = IN_NO_CHECKPOINT;
        private boolean due;

        Entry(ClickHouseCommittable batch, boolean inDoubt) {
            this.batch = batch;
            this.inDoubt = inDoubt;
        }
    }

    private final Shards shards;
    private final RetryPolicy retry;
    private final RetryTimer timer;
    private final CommitMetrics metrics;
    private final Consumer<IOException> onFailure;
    private final List<ThreadPoolExecutor> threads = new ArrayList<>();

    private final Map<UUID, Entry> entries = new LinkedHashMap<>();
    private long pendingBytes;
    private long dueBytes;
    private IOException failure;

    /**
     * @param shards not closed by this
     * @param concurrency how many batches of a shard are stored at once
     * @param onFailure told of the first batch that can't be stored, on a thread of this outbox; nothing else is begun
     *     after it, and {@link #awaitRoom} and {@link #awaitDue} throw it
     */
    Outbox(
            Shards shards,
            RetryPolicy retry,
            RetryTimer timer,
            int concurrency,
            CommitMetrics metrics,
            Consumer<IOException> onFailure) {
        this.shards = shards;
        this.retry = retry;
        this.timer = timer;
        this.metrics = metrics;
        this.onFailure = onFailure;
        for (int shard = 0; shard < shards.count(); shard++) {
            String name = "clickhouse-commit-shard-" + shard;
            ThreadPoolExecutor executor = new ThreadPoolExecutor(
                    concurrency,
                    concurrency,
                    IDLE_THREAD_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    work -> {
                        Thread thread = new Thread(work, name);
                        thread.setDaemon(true);
                        return thread;
                    });
            executor.allowCoreThreadTimeOut(true);
            threads.add(executor);
        }
    }

    /**
     * Takes a batch out of a checkpoint. It is due at once, and looked for before it is inserted, since an attempt
     * before may have stored it.
     *
     * @throws IOException where its shard isn't configured any more
     */
    synchronized void restore(ClickHouseCommittable batch) throws IOException {
        shards.of(batch);
        enter(new Entry(batch, true));
        makeDue(entries.get(batch.batchId()));
    }

    /** Takes a batch that nobody has tried to store. The next checkpoint will be the first to hold it. */
    synchronized void add(ClickHouseCommittable batch) {
        enter(new Entry(batch, false));
    }

    /** All that isn't stored: what checkpoint {@code id} has to hold. */
    synchronized List<ClickHouseCommittable> snapshot(long id) {
        List<ClickHouseCommittable> batches = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            if (entry.checkpoint == IN_NO_CHECKPOINT) {
                entry.checkpoint = id;
            }
            batches.add(entry.batch);
        }
        return batches;
    }

    /** Begins to store what checkpoint {@code id} holds. */
    synchronized void completed(long id) {
        for (Entry entry : entries.values()) {
            if (!entry.due && entry.checkpoint <= id) {
                makeDue(entry);
            }
        }
    }

    /**
     * Waits while more than {@code bytes} are due. What isn't due yet doesn't count: only the task's thread, which waits
     * here, can bring word that it is.
     *
     * @return nanoseconds it waited
     * @throws IOException where a batch can't be stored
     */
    synchronized long awaitRoom(long bytes) throws IOException, InterruptedException {
        throwFailure();
        if (dueBytes <= bytes) {
            return 0;
        }
        long start = System.nanoTime();
        while (dueBytes > bytes) {
            wait();
            throwFailure();
        }
        return System.nanoTime() - start;
    }

    /**
     * Waits until all that is due is stored, or the time is over.
     *
     * @param atMost positive
     * @return whether all is stored
     * @throws IOException where a batch can't be stored
     */
    synchronized boolean awaitDue(Duration atMost) throws IOException, InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        throwFailure();
        while (dueBytes > 0) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (leftMs <= 0) {
                return false;
            }
            wait(leftMs);
            throwFailure();
        }
        return true;
    }

    private synchronized boolean hasFailed() {
        return failure != null;
    }

    private void throwFailure() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    synchronized long pendingBatches() {
        return entries.size();
    }

    synchronized long pendingBytes() {
        return pendingBytes;
    }

    /** When the oldest batch got its first row, epoch milliseconds; {@link Long#MAX_VALUE} for none. */
    synchronized long oldestOpenedAtMs() {
        long oldest = Long.MAX_VALUE;
        for (Entry entry : entries.values()) {
            oldest = Math.min(oldest, entry.batch.openedAtMs());
        }
        return oldest;
    }

    private void enter(Entry entry) {
        if (entries.putIfAbsent(entry.batch.batchId(), entry) != null) {
            throw new IllegalStateException("Came twice: " + entry.batch);
        }
        pendingBytes += entry.batch.payload().length;
    }

    private void makeDue(Entry entry) {
        entry.due = true;
        dueBytes += entry.batch.payload().length;
        threads.get(entry.batch.shard()).execute(() -> store(entry));
    }

    /** On a thread of the shard. */
    private void store(Entry entry) {
        if (hasFailed()) {
            // The job restarts and looks for this batch first: storing it now would only race with that.
            return;
        }
        ClickHouseCommittable batch = entry.batch;
        try {
            BatchCommit.Outcome outcome =
                    new BatchCommit(batch, entry.inDoubt, shards.of(batch), retry, timer, metrics).run();
            metrics.stored(batch, outcome);
            left(batch);
        } catch (InterruptedException e) {
            // Closed: the batch stays in the checkpoint.
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(new IOException("The commit of " + batch + " failed unexpectedly", e));
        }
    }

    private synchronized void left(ClickHouseCommittable batch) {
        entries.remove(batch.batchId());
        pendingBytes -= batch.payload().length;
        dueBytes -= batch.payload().length;
        notifyAll();
    }

    private void fail(IOException cause) {
        boolean first;
        synchronized (this) {
            first = failure == null;
            if (first) {
                failure = cause;
            }
            notifyAll();
        }
        if (first) {
            onFailure.accept(cause);
        }
    }

    /** Interrupts what is being stored and waits for its end: nothing goes on behind the back of the next attempt. */
    @Override
    public void close() throws IOException {
        threads.forEach(ExecutorService::shutdownNow);
        try {
            for (ThreadPoolExecutor executor : threads) {
                if (!executor.awaitTermination(LAST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("A commit didn't obey its interrupt within " + LAST_WAIT_SECONDS + " s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for commits to end", e);
        }
    }
}
