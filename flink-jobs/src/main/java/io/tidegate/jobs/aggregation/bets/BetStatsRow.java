package io.tidegate.jobs.aggregation.bets;

/** A row of {@code bet_stats_1m}. */
public record BetStatsRow(BetStatsKey key, BetTally tally, long version, long updatedAtMs) {}
