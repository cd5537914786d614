package io.tidegate.jobs.aggregation.bets;

/** What bets are grouped by. */
public record BetDimensions(String gameId, String city, String deviceType, String betType, String currency) {

    /** Spelled out, for the reason that {@link io.tidegate.jobs.aggregation.pane.PaneKey} gives. */
    @Override
    public int hashCode() {
        int hash = gameId.hashCode() * 31 + city.hashCode();
        hash = hash * 31 + deviceType.hashCode();
        hash = hash * 31 + betType.hashCode();
        return hash * 31 + currency.hashCode();
    }
}
