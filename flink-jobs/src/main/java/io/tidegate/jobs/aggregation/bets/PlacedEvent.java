package io.tidegate.jobs.aggregation.bets;

/** A bet or an outcome under the dimensions that it counts for. */
public record PlacedEvent(
        long windowStartMs, long paneMs, BetDimensions dimensions, boolean outcome, long amountE4, long oddsE4) {

    static PlacedEvent of(BetEvent event, BetDimensions dimensions) {
        return new PlacedEvent(
                event.windowStartMs(), event.paneMs(), dimensions, event.outcome(), event.amountE4(), event.oddsE4());
    }

    BetStatsKey statsKey() {
        return new BetStatsKey(windowStartMs, paneMs, dimensions);
    }
}
