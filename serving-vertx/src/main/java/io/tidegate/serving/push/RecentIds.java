package io.tidegate.serving.push;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Remembers ids for a while, so that a record that is read twice is delivered once.
 *
 * <p>Why that happens: the fast lane reads {@code read_uncommitted}. When a job fails, its open transaction is aborted and
 * the same alert, with the same deterministic id, is written again after the restart; both copies are seen here.
 *
 * <p>Bounded twice: an id is forgotten after {@code horizon}, or when {@code capacity} newer ones came. Not thread-safe.
 */
final class RecentIds {

    private record Entry(String id, long atNanos) {}

    private final long horizonNanos;
    private final int capacity;
    private final ArrayDeque<Entry> byAge = new ArrayDeque<>();
    private final Set<String> ids = new HashSet<>();

    RecentIds(Duration horizon, int capacity) {
        this.horizonNanos = horizon.toNanos();
        this.capacity = capacity;
    }

    /**
     * Whether the id is new; if so it is remembered.
     *
     * @param nowNanos a monotonic clock
     */
    boolean add(String id, long nowNanos) {
        while (!byAge.isEmpty() && nowNanos - byAge.peekFirst().atNanos > horizonNanos) {
            ids.remove(byAge.pollFirst().id);
        }
        if (!ids.add(id)) {
            return false;
        }
        byAge.addLast(new Entry(id, nowNanos));
        if (byAge.size() > capacity) {
            ids.remove(byAge.pollFirst().id);
        }
        return true;
    }

    int size() {
        return byAge.size();
    }
}
