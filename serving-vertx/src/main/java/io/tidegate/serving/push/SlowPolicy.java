package io.tidegate.serving.push;

/** What becomes of a listener that takes less than its channel gives. */
public enum SlowPolicy {
    /**
     * Only the newest value waits for it; those in between are skipped. For channels of which only the newest value counts: counters and
     * the leaderboard.
     */
    CONFLATE,
    /**
     * Everything waits for it, in order. Above {@code push.maxBacklogFrames} or {@code push.maxBacklogSize} it is disconnected with 1013 and
     * the cursor of the last event that it was sent, so that it misses nothing.
     */
    DISCONNECT,
    /**
     * It stays connected: above the same bounds what waits is thrown away, the listener is told of the gap, and the feed goes on. For channels of
     * which every event counts, where a page that is up to date matters more than one that is complete.
     */
    GAP
}
