package io.tidegate.serving.push;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers ids for a while, so that a record that is written twice is delivered once.
 *
 * <p>Why that happens: the fast lane reads {@code read_uncommitted}. When a job fails, its open transaction is aborted and
 * the same alert, with the same deterministic id, is written again after the restart; both copies are seen here.
 *
 * <p>Bounded twice: an id is forgotten when it wasn't seen for {@code horizon}, or when {@code capacity} others were seen since.
 * The clock is the log's (append time), so that whoever reads the same records drops the same ones. Not thread-safe.
 */
final class RecentIds {

    private final long horizonNanos;
    private final int capacity;
    /** When each was last seen, longest ago first. */
    private final LinkedHashMap<String, Long> seen = new LinkedHashMap<>();
    /** How many were forgotten within the horizon. */
    private long forgottenEarly;

    RecentIds(Duration horizon, int capacity) {
        this.horizonNanos = horizon.toNanos();
        this.capacity = capacity;
    }

    /**
     * Whether the id is new; it is remembered from now on.
     *
     * @param nowNanos of a clock that hardly ever goes back
     */
    boolean add(String id, long nowNanos) {
        Iterator<Map.Entry<String, Long>> oldest = seen.entrySet().iterator();
        while (oldest.hasNext() && nowNanos - oldest.next().getValue() > horizonNanos) {
            oldest.remove();
        }
        boolean isNew = seen.remove(id) == null;
        seen.put(id, nowNanos);
        if (seen.size() > capacity) {
            Iterator<String> first = seen.keySet().iterator();
            first.next();
            first.remove();
            forgottenEarly++;
        }
        return isNew;
    }

    int size() {
        return seen.size();
    }

    /** How many had to make room for others before their time: a repeat of one of those counts as new. */
    long forgottenEarly() {
        return forgottenEarly;
    }
}
