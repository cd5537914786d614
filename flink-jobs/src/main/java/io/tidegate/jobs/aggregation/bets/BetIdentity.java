package io.tidegate.jobs.aggregation.bets;

/** Bet ids are unique per user. */
public record BetIdentity(String userId, String betId) {

    /** Spelled out, for the reason that {@link io.tidegate.jobs.aggregation.pane.PaneKey} gives. */
    @Override
    public int hashCode() {
        return userId.hashCode() * 31 + betId.hashCode();
    }
}
