package io.tidegate.replay.oracle;

/** A row of {@code event_counts_1m}, panes added up. {@code windowStartMs}: start of the minute, epoch milliseconds. */
public record EventCount(long windowStartMs, EventType type, long events, long users) {}
