package io.tidegate.serving.push;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What became of the alerts that were shown before their transaction committed. The fast lane tells what it shows, the committed
 * lane what has committed and how far it has come.
 *
 * <p>An alert whose transaction was aborted is normally written again, with the same id, when its job has restarted: then it commits
 * after all. One that isn't within the horizon was shown for nothing, and is counted.
 *
 * <p>Bounded: at most {@code capacity} alerts are watched, and what is committed before it is shown is remembered for the horizon, as
 * many again. Thread-safe, since the two lanes have a thread each.
 */
final class CommitWatch {

    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    /**
     * @param live shown to listeners just now, and not read again from before the gateway's start
     */
    private record Shown(int partition, long offset, long atNanos, boolean live) {}

    /** How far the committed lane has read a partition: what is before it has committed, or never will. */
    @FunctionalInterface
    interface Progress {
        long next(int partition);
    }

    private final FeedLaneMetrics metrics;
    private final long horizonNanos;
    private final int capacity;
    private final LongSupplier nanoTime;
    /** Shown and not committed, longest ago first. */
    private final LinkedHashMap<String, Shown> waiting = new LinkedHashMap<>();
    /** Committed and not shown yet, with the time of it: the fast lane needn't be the faster one. */
    private final LinkedHashMap<String, Long> early = new LinkedHashMap<>();

    private long checkedNanos;

    CommitWatch(FeedLaneMetrics metrics, Duration horizon, int capacity, LongSupplier nanoTime) {
        this.metrics = metrics;
        this.horizonNanos = horizon.toNanos();
        this.capacity = capacity;
        this.nanoTime = nanoTime;
        this.checkedNanos = nanoTime.getAsLong();
    }

    /** The first appearance of an id. */
    synchronized void shown(String id, int partition, long offset, boolean live) {
        if (early.remove(id) != null) {
            if (live) {
                metrics.committedAfter(Duration.ZERO);
            }
            return;
        }
        waiting.put(id, new Shown(partition, offset, nanoTime.getAsLong(), live));
        shrink(waiting);
        metrics.waiting(waiting.size());
    }

    synchronized void committed(String id) {
        Shown shown = waiting.remove(id);
        if (shown == null) {
            early.put(id, nanoTime.getAsLong());
            shrink(early);
            return;
        }
        if (shown.live()) {
            metrics.committedAfter(Duration.ofNanos(nanoTime.getAsLong() - shown.atNanos()));
        }
        metrics.waiting(waiting.size());
    }

    /** Looks after those that have waited for long. Cheap when called often. */
    synchronized void check(Progress committedLane) {
        long now = nanoTime.getAsLong();
        if (now - checkedNanos < CHECK_INTERVAL.toNanos()) {
            return;
        }
        checkedNanos = now;
        int withdrawn = 0;
        Iterator<Shown> all = waiting.values().iterator();
        while (all.hasNext()) {
            Shown shown = all.next();
            if (committedLane.next(shown.partition()) <= shown.offset()) {
                continue; // its transaction is still open
            }
            if (now - shown.atNanos() > horizonNanos) {
                all.remove();
                metrics.neverCommitted();
            } else {
                withdrawn++;
            }
        }
        metrics.waiting(waiting.size());
        metrics.withdrawn(withdrawn);
        Iterator<Long> oldest = early.values().iterator();
        while (oldest.hasNext() && now - oldest.next() > horizonNanos) {
            oldest.remove();
        }
    }

    /** The topic isn't what it was: nothing that was seen says anything about what comes. */
    synchronized void reset() {
        waiting.clear();
        early.clear();
        metrics.waiting(0);
        metrics.withdrawn(0);
    }

    private void shrink(Map<String, ?> map) {
        if (map.size() > capacity) {
            Iterator<String> oldest = map.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }
}
