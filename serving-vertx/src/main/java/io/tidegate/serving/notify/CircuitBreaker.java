package io.tidegate.serving.notify;

import java.time.Duration;

/**
 * Spares a target that fails all the time: after some failures in a row nothing is sent for a while, then one attempt decides.
 * Each failed one doubles the pause. Times are epoch milliseconds. Not thread-safe.
 */
final class CircuitBreaker {

    static final int FAILURES = 5;
    private static final long LONGEST_PAUSE_MS = Duration.ofMinutes(10).toMillis();

    private final long firstPauseMs;
    private int failures;
    private long pauseMs;
    private long closedUntilMs;
    private boolean probing;

    CircuitBreaker(Duration firstPause) {
        this.firstPauseMs = firstPause.toMillis();
    }

    /** How long to wait before the next attempt; 0: go. What is sent must be told by success, failure or neither. */
    long waitMs(long nowMs) {
        if (nowMs < closedUntilMs) {
            return closedUntilMs - nowMs;
        }
        // While the one attempt is out, its end decides.
        return isOpen() && probing ? Long.MAX_VALUE : 0;
    }

    void sent() {
        probing = isOpen();
    }

    void success() {
        failures = 0;
        pauseMs = 0;
        closedUntilMs = 0;
        probing = false;
    }

    void failure(long nowMs) {
        failures++;
        if (isOpen() && (probing || pauseMs == 0)) {
            pauseMs = pauseMs == 0 ? firstPauseMs : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
            pauseUntil(nowMs + pauseMs);
        }
        probing = false;
    }

    /** An attempt that says nothing about the target. */
    void neither() {
        probing = false;
    }

    /** The target asked for a pause. */
    void pauseUntil(long ms) {
        closedUntilMs = Math.max(closedUntilMs, ms);
    }

    boolean isOpen() {
        return failures >= FAILURES;
    }
}
