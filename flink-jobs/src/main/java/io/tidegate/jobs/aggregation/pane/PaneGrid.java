package io.tidegate.jobs.aggregation.pane;

import java.io.Serializable;
import java.time.Duration;

/**
 * Which window and which pane of it an event belongs to. A window is a minute of event time; its pane number {@code n} takes
 * the events that the broker appended in {@code [windowStart + n * length, windowStart + (n + 1) * length)}, and pane 0 also
 * those appended earlier, whose clock was ahead. So the pane is a function of the event alone: whatever the order, and however
 * often the topic is read again, an event lands in the same row.
 *
 * <p>A pane is named by the append time at which it begins. All times are epoch milliseconds.
 *
 * @param length how long after its window a live event may arrive and still correct the window's first row; whole minutes
 */
public record PaneGrid(Duration length) implements Serializable {

    public static final long WINDOW_MS = 60_000;

    public PaneGrid {
        if (length == null || length.toMillis() < WINDOW_MS || length.toMillis() % WINDOW_MS != 0) {
            throw new IllegalArgumentException("length: whole minutes expected, got " + length);
        }
    }

    public static long windowStartMs(long occurredAtMs) {
        return Math.floorDiv(occurredAtMs, WINDOW_MS) * WINDOW_MS;
    }

    /** The pane of the window that takes what was appended at {@code appendedAtMs}. */
    public long paneMs(long windowStartMs, long appendedAtMs) {
        long late = appendedAtMs - windowStartMs;
        long lengthMs = length.toMillis();
        return late < lengthMs ? windowStartMs : windowStartMs + late / lengthMs * lengthMs;
    }

    /** The last append time that belongs to the pane. */
    public long lastMs(long paneMs) {
        return paneMs + length.toMillis() - 1;
    }
}
