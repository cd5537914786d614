package io.tidegate.serving.ingest;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Decides whether it is worth waiting for the broker.
 *
 * <p>Open, so that requests are refused at once instead of piling up for the whole delivery timeout:
 *
 * <ul>
 *   <li>after a send has failed, until any record is acknowledged again;
 *   <li>while something is pending and nothing has been acknowledged for {@code stallAfter}.
 * </ul>
 *
 * <p>Ticks go on being sent while it is open: they are the probe that closes it. Safe for use by several threads.
 */
final class LogCircuit {

    private final long stallAfterNanos;
    private final LongSupplier nanoTime;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile long progressAt;
    private volatile boolean failed;

    LogCircuit(Duration stallAfter, LongSupplier nanoTime) {
        this.stallAfterNanos = stallAfter.toNanos();
        this.nanoTime = nanoTime;
        this.progressAt = nanoTime.getAsLong();
    }

    /** Something is on its way. */
    void sent() {
        if (pending.getAndIncrement() == 0) {
            // Silence counts from the first thing that waits, not from the end of the last busy time.
            progressAt = nanoTime.getAsLong();
        }
    }

    void acknowledged() {
        progressAt = nanoTime.getAsLong();
        failed = false;
        pending.decrementAndGet();
    }

    /**
     * @param brokerAtFault false for a failure that says nothing about the broker, such as a full buffer
     */
    void failed(boolean brokerAtFault) {
        if (brokerAtFault) {
            failed = true;
        }
        pending.decrementAndGet();
    }

    boolean isOpen() {
        return failed || pending.get() > 0 && nanoTime.getAsLong() - progressAt > stallAfterNanos;
    }
}
