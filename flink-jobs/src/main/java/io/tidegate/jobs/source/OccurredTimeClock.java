package io.tidegate.jobs.source;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * The watermark of a replay of history.
 *
 * <p>A replay sends events in the order in which they occurred, spread over the partitions. Between partitions that order
 * shows only in the append time, and only roughly: a batch reaches its partitions at slightly different moments, or much
 * later where part of it had to be sent again. So an event counts as seen once every partition's append time is past it (ticks
 * see to that where a partition is quiet), then settles for a while, and only then may the watermark reach it. At any time
 *
 * <pre>watermark = min(latest occurred_at of the settled events, earliest occurred_at of the others − 1 ms)</pre>
 *
 * <p>so it stops exactly at the last event of a replay, however long the silence after it, and the next file, of later date,
 * isn't late. Settling is measured in append time while records or ticks flow: a gap in both, say a restart of everything,
 * counts for no more than {@link #LONGEST_STEP_MS}.
 *
 * <p>All times are epoch milliseconds.
 */
final class OccurredTimeClock {

    /** Twice the tick interval: a longer step of the append time is a gap. */
    static final long LONGEST_STEP_MS = 200;

    /** An event this little behind the watermark is moved to just after it: equal seconds, torn apart by an interruption. */
    static final long TIE_TOLERANCE_MS = 1_000;

    private static final long UNKNOWN = Long.MIN_VALUE;

    private record Pending(long atMs, long occurredAtMs) {}

    private final long settlingMs;
    private final long[] lastAppendedMs;

    /** Append time that every partition is past. */
    private long alignedMs = UNKNOWN;
    /** Advances with {@link #alignedMs}, but for gaps. */
    private long activeMs;

    /** Events that some partition's append time is not past yet, by append time. */
    private final PriorityQueue<Pending> ahead = new PriorityQueue<>(Comparator.comparingLong(Pending::atMs));
    /** Events that settle, by the active time at which they began to. */
    private final ArrayDeque<Pending> settling = new ArrayDeque<>();
    /** How many pending events have this occurred_at. */
    private final TreeMap<Long, Integer> pendingOccurredMs = new TreeMap<>();

    private long settledMs = UNKNOWN;
    private long watermarkMs = UNKNOWN;

    OccurredTimeClock(int partitions, Duration settling) {
        this.lastAppendedMs = new long[partitions];
        Arrays.fill(lastAppendedMs, UNKNOWN);
        this.settlingMs = settling.toMillis();
    }

    void tick(int partition, long appendedAtMs) {
        advance(partition, appendedAtMs);
    }

    /** Takes note of an event and returns the timestamp it is to have: its own, or just after the watermark for a tie. */
    long event(int partition, long appendedAtMs, long occurredAtMs) {
        boolean tie =
                watermarkMs != UNKNOWN && occurredAtMs <= watermarkMs && occurredAtMs > watermarkMs - TIE_TOLERANCE_MS;
        long timestampMs = tie ? watermarkMs + 1 : occurredAtMs;
        ahead.add(new Pending(appendedAtMs, timestampMs));
        pendingOccurredMs.merge(timestampMs, 1, Integer::sum);
        advance(partition, appendedAtMs);
        return timestampMs;
    }

    /** Never falls; {@link Long#MIN_VALUE} while nothing is known. */
    long watermarkMs() {
        return watermarkMs;
    }

    private void advance(int partition, long appendedAtMs) {
        if (partition >= lastAppendedMs.length) {
            throw new IllegalStateException("partition " + partition + " is new: restart the job to take it up");
        }
        if (appendedAtMs > lastAppendedMs[partition]) {
            boolean heldBack = lastAppendedMs[partition] == UNKNOWN || lastAppendedMs[partition] <= alignedMs;
            lastAppendedMs[partition] = appendedAtMs;
            if (heldBack) {
                align();
            }
        }
        settle();
        long candidateMs = settledMs;
        if (!pendingOccurredMs.isEmpty()) {
            candidateMs = Math.min(candidateMs, pendingOccurredMs.firstKey() - 1);
        }
        watermarkMs = Math.max(watermarkMs, candidateMs);
    }

    private void align() {
        long minimumMs = Long.MAX_VALUE;
        for (long lastMs : lastAppendedMs) {
            minimumMs = Math.min(minimumMs, lastMs);
        }
        if (minimumMs == UNKNOWN || minimumMs <= alignedMs) {
            return;
        }
        activeMs += alignedMs == UNKNOWN ? 0 : Math.min(minimumMs - alignedMs, LONGEST_STEP_MS);
        alignedMs = minimumMs;
    }

    private void settle() {
        while (!ahead.isEmpty() && ahead.peek().atMs() <= alignedMs) {
            settling.add(new Pending(activeMs, ahead.poll().occurredAtMs()));
        }
        while (!settling.isEmpty() && activeMs - settling.peek().atMs() >= settlingMs) {
            long occurredAtMs = settling.poll().occurredAtMs();
            settledMs = Math.max(settledMs, occurredAtMs);
            pendingOccurredMs.merge(occurredAtMs, -1, (count, one) -> count + one == 0 ? null : count + one);
        }
    }

    /** Everything that {@link #restore} needs, as numbers. */
    long[] snapshot() {
        int header = 5 + lastAppendedMs.length;
        long[] snapshot = new long[header + 2 * (ahead.size() + settling.size())];
        snapshot[0] = alignedMs;
        snapshot[1] = activeMs;
        snapshot[2] = settledMs;
        snapshot[3] = lastAppendedMs.length;
        snapshot[4] = ahead.size();
        System.arraycopy(lastAppendedMs, 0, snapshot, 5, lastAppendedMs.length);
        int at = header;
        for (Pending pending : ahead) {
            snapshot[at++] = pending.atMs();
            snapshot[at++] = pending.occurredAtMs();
        }
        for (Pending pending : settling) {
            snapshot[at++] = pending.atMs();
            snapshot[at++] = pending.occurredAtMs();
        }
        return snapshot;
    }

    /** Puts a fresh clock back to a {@link #snapshot}; partitions that were added since start out unknown. */
    void restore(long[] snapshot) {
        alignedMs = snapshot[0];
        activeMs = snapshot[1];
        settledMs = snapshot[2];
        int partitions = (int) snapshot[3];
        int aheadSize = (int) snapshot[4];
        System.arraycopy(snapshot, 5, lastAppendedMs, 0, Math.min(partitions, lastAppendedMs.length));
        for (int at = 5 + partitions, index = 0; at < snapshot.length; at += 2, index++) {
            Pending pending = new Pending(snapshot[at], snapshot[at + 1]);
            if (index < aheadSize) {
                ahead.add(pending);
            } else {
                settling.add(pending);
            }
            pendingOccurredMs.merge(pending.occurredAtMs(), 1, Integer::sum);
        }
        // The watermark itself is not kept: it would have to be re-emitted anyway, and min(settled, pending) gives it
        // back.
        watermarkMs = UNKNOWN;
        long candidateMs = settledMs;
        if (!pendingOccurredMs.isEmpty()) {
            candidateMs = Math.min(candidateMs, pendingOccurredMs.firstKey() - 1);
        }
        watermarkMs = candidateMs;
    }
}
