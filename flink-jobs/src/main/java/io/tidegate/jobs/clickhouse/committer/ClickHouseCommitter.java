package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.metrics.MetricGroup;

/**
 * Commits the batches of a checkpoint that has completed. {@link #commit} returns when every batch is stored
 * exactly once, or throws; there is nothing in between. In particular it never calls {@code
 * signalFailedWithKnownReason} (Flink logs it and discards the data) nor {@code retryLater} (Flink repeats at once,
 * without a pause).
 *
 * <p>Whether a batch was tried before is read off the checkpoint it stems from, see
 * {@link ClickHouseCommittable#writerRestoredFrom()}: those of this attempt are inserted right away, those out of a
 * checkpoint are looked for first. A batch wrongly taken for a restored one would cost a query and nothing else.
 */
public final class ClickHouseCommitter implements Committer<ClickHouseCommittable> {

    private final Shards shards;
    private final long restoredFrom;
    private final RetryPolicy retry;
    private final RetryTimer timer;
    private final CommitMetrics metrics;
    private final ExecutorService workers;

    /**
     * @param shards closed with the committer
     * @param restoredFrom the checkpoint this attempt was restored from, {@link ClickHouseCommittable#NOT_RESTORED}
     *     for none
     * @param concurrency how many batches are committed at once; 1 commits them in order on the caller's thread
     * @param metricGroup of the committer operator
     */
    public ClickHouseCommitter(
            Shards shards,
            long restoredFrom,
            RetryPolicy retry,
            RetryTimer timer,
            int concurrency,
            MetricGroup metricGroup,
            Clock clock) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency: " + concurrency + " is not positive");
        }
        this.shards = shards;
        this.restoredFrom = restoredFrom;
        this.retry = retry;
        this.timer = timer;
        this.metrics = new CommitMetrics(metricGroup, clock);
        this.workers = concurrency == 1
                ? null
                : Executors.newFixedThreadPool(concurrency, work -> {
                    Thread thread = new Thread(work, "clickhouse-commit");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Override
    public void commit(Collection<CommitRequest<ClickHouseCommittable>> requests)
            throws IOException, InterruptedException {
        List<ClickHouseCommittable> pending = new ArrayList<>(requests.size());
        for (CommitRequest<ClickHouseCommittable> request : requests) {
            pending.add(request.getCommittable());
        }
        metrics.pending(pending);
        try {
            if (workers == null || requests.size() < 2) {
                commitInOrder(requests, pending);
            } else {
                commitAtOnce(requests, pending);
            }
        } finally {
            metrics.pending(List.of());
        }
    }

    private void commitInOrder(
            Collection<CommitRequest<ClickHouseCommittable>> requests, List<ClickHouseCommittable> pending)
            throws IOException, InterruptedException {
        Deque<ClickHouseCommittable> rest = new ArrayDeque<>(pending);
        for (CommitRequest<ClickHouseCommittable> request : requests) {
            settled(request, store(request.getCommittable()));
            rest.removeFirst();
            metrics.pending(rest);
        }
    }

    private void commitAtOnce(
            Collection<CommitRequest<ClickHouseCommittable>> requests, List<ClickHouseCommittable> pending)
            throws IOException, InterruptedException {
        CompletionService<Stored> completions = new ExecutorCompletionService<>(workers);
        List<Future<Stored>> running = new ArrayList<>(requests.size());
        for (CommitRequest<ClickHouseCommittable> request : requests) {
            running.add(completions.submit(() -> new Stored(request, store(request.getCommittable()))));
        }
        try {
            for (int i = 0; i < running.size(); i++) {
                Stored stored = completions.take().get();
                settled(stored.request(), stored.outcome());
                pending.remove(stored.request().getCommittable());
                metrics.pending(pending);
            }
        } catch (ExecutionException e) {
            throw asCommitFailure(e.getCause());
        } finally {
            // After a failure nothing may go on inserting behind the back of the next attempt.
            running.forEach(future -> future.cancel(true));
        }
    }

    private BatchCommit.Outcome store(ClickHouseCommittable batch) throws IOException, InterruptedException {
        boolean inDoubt = batch.writerRestoredFrom() != restoredFrom;
        return new BatchCommit(batch, inDoubt, shards.of(batch), retry, timer).run();
    }

    /** On the task's thread, like everything that touches Flink. */
    private void settled(CommitRequest<ClickHouseCommittable> request, BatchCommit.Outcome outcome) {
        metrics.stored(request.getCommittable(), outcome);
        if (outcome == BatchCommit.Outcome.FOUND) {
            request.signalAlreadyCommitted();
        }
    }

    private static IOException asCommitFailure(Throwable cause) throws InterruptedException {
        if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        return cause instanceof IOException failure ? failure : new IOException("A commit failed unexpectedly", cause);
    }

    /** Ends what still runs, waits for it, and closes the store. */
    @Override
    public void close() throws IOException {
        try {
            if (workers != null) {
                workers.shutdownNow();
                if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
                    throw new IOException("A commit didn't obey its interrupt within 10 s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for commits to end", e);
        } finally {
            shards.close();
        }
    }

    private record Stored(CommitRequest<ClickHouseCommittable> request, BatchCommit.Outcome outcome) {}
}
