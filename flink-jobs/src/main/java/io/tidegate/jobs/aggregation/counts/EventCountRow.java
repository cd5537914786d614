package io.tidegate.jobs.aggregation.counts;

/** A row of {@code event_counts_1m}. */
public record EventCountRow(EventCountKey key, long events, long users, long version, long updatedAtMs) {}
