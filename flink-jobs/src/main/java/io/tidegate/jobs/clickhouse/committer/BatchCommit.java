package io.tidegate.jobs.clickhouse.committer;

import io.tidegate.jobs.clickhouse.WriteMode;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one batch into the store: the verified commit of the protocol. Ends with the batch stored exactly once, or
 * throws.
 *
 * <p>Everything it knows about the store is in two fields: whether it is in doubt about the batch, and which token
 * the next insert carries.
 */
final class BatchCommit {

    private static final Logger LOG = LoggerFactory.getLogger(BatchCommit.class);

    /** How a batch came to be stored. */
    enum Outcome {
        /** The first insert was acknowledged. */
        INSERTED,
        /** An earlier attempt had stored it already. */
        FOUND,
        /** No trace of it was there, so it was inserted again. */
        REINSERTED,
        /**
         * Some of it was there, or more than all, or it had been dropped for its token; that was removed and the
         * batch inserted again.
         */
        REPAIRED
    }

    private final ClickHouseCommittable batch;
    private final CommitTarget target;
    private final RetryPolicy retry;
    private final RetryTimer timer;
    private final CommitMetrics metrics;

    private boolean inDoubt;
    /** What the store recognises a repeat of the next insert by. */
    private String token;

    private boolean rewriting;
    private int failures;
    private long firstFailureNanos;

    /** @param inDoubt whether somebody may have tried this batch before */
    BatchCommit(
            ClickHouseCommittable batch,
            boolean inDoubt,
            CommitTarget target,
            RetryPolicy retry,
            RetryTimer timer,
            CommitMetrics metrics) {
        this.batch = batch;
        this.inDoubt = inDoubt;
        this.target = target;
        this.retry = retry;
        this.timer = timer;
        this.metrics = metrics;
        this.token = batch.batchId().toString();
    }

    /**
     * @throws IOException where it can't succeed, or the policy's time is up; the batch is still in the checkpoint
     * then
     */
    Outcome run() throws IOException, InterruptedException {
        if (!batch.isIntact()) {
            throw new IOException("Wrong checksum of " + batch + ": its bytes changed after the writer sealed them");
        }
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while committing " + batch);
            }
            try {
                return batch.mode() == WriteMode.UPSERT ? upsert() : append();
            } catch (CommitTargetException e) {
                inDoubt = true;
                metrics.failed(batch);
                pauseOrGiveUp(e);
            }
        }
    }

    private Outcome upsert() throws CommitTargetException, InterruptedException {
        target.insert(batch, token);
        return inDoubt ? Outcome.REINSERTED : Outcome.INSERTED;
    }

    private Outcome append() throws CommitTargetException, InterruptedException {
        if (!inDoubt) {
            target.insert(batch, token);
            return Outcome.INSERTED;
        }
        return settle();
    }

    private Outcome settle() throws CommitTargetException, InterruptedException {
        long there = target.count(batch);
        if (there == batch.rows()) {
            // After a delete of ours these are the rows of our own insert, whose answer was lost.
            return rewriting ? Outcome.REPAIRED : Outcome.FOUND;
        }
        if (there == 0) {
            // The token stays: should the insert in doubt be on its way still, the store drops one of the two.
            target.insert(batch, token);
            there = target.count(batch);
            if (there == batch.rows()) {
                return rewriting ? Outcome.REPAIRED : Outcome.REINSERTED;
            }
            // Acknowledged, and yet not there: the store dropped it for its token, which it remembers from an
            // insert whose rows are gone (a kill between log and part, a dropped partition); or a merge took
            // repeats away already.
        }
        return repair(there);
    }

    /**
     * Whatever is there of the batch goes, and it is inserted under a token that nobody has used. An
     * acknowledgement of that insert is as good as that of a first insert, so the rows aren't counted again: a
     * merge of rows with equal keys may take some away at any moment, and would send us round for ever.
     */
    private Outcome repair(long there) throws CommitTargetException, InterruptedException {
        LOG.warn("The store holds {} rows of a batch of {}; writing it anew: {}", there, batch.rows(), batch);
        if (there != 0) {
            target.delete(batch);
        }
        rewriting = true;
        // Deleting rows doesn't make the store forget their token. Nor may the new one be derived from the batch:
        // an attempt before a restore would have derived the same.
        token = batch.batchId() + "/" + UUID.randomUUID();
        target.insert(batch, token);
        return Outcome.REPAIRED;
    }

    private void pauseOrGiveUp(CommitTargetException failure) throws IOException, InterruptedException {
        if (failure.isHopeless()) {
            throw new IOException(
                    "Can't commit " + batch + ": " + failure.getMessage()
                            + ". The batch stays in the checkpoint; it is committed once this is mended.",
                    failure);
        }
        long now = timer.nanoTime();
        if (failures++ == 0) {
            firstFailureNanos = now;
        }
        Duration sinceFirst = Duration.ofNanos(now - firstFailureNanos);
        if (sinceFirst.compareTo(retry.limit()) >= 0) {
            throw new IOException(
                    "Gave up on " + batch + " after " + failures + " failures within " + sinceFirst
                            + "; the job restarts from its checkpoint and tries again. Last failure: "
                            + failure.getMessage(),
                    failure);
        }
        Duration wait = retry.waitAfter(failures, ThreadLocalRandom.current().nextDouble());
        // Each doubling of the failures: the beginning in detail, an hour without the store in a dozen lines.
        if (Integer.bitCount(failures) == 1) {
            LOG.warn(
                    "Failure {} of committing {}, {} ms after the first: {}",
                    failures,
                    batch,
                    sinceFirst.toMillis(),
                    failure.getMessage());
        }
        timer.sleep(wait);
    }
}
