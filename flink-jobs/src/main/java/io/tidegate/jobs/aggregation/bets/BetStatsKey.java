package io.tidegate.jobs.aggregation.bets;

import io.tidegate.jobs.aggregation.pane.PaneKey;

/** The key of a row of {@code bet_stats_1m}. */
public record BetStatsKey(long windowStartMs, long paneMs, BetDimensions dimensions) implements PaneKey {

    /** Spelled out, see {@link PaneKey}. */
    @Override
    public int hashCode() {
        return (Long.hashCode(windowStartMs) * 31 + Long.hashCode(paneMs)) * 31 + dimensions.hashCode();
    }
}
