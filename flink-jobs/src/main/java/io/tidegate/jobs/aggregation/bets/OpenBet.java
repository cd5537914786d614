package io.tidegate.jobs.aggregation.bets;

/** A bet that waits for its outcome, until {@code expiresAtMs} (append time, epoch milliseconds). */
public record OpenBet(BetDimensions dimensions, long expiresAtMs) {}
