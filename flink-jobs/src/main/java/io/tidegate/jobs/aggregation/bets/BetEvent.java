package io.tidegate.jobs.aggregation.bets;

/**
 * A bet or an outcome in its pane. Texts that weren't given are empty; an outcome has no city, device type or bet type.
 *
 * @param amountE4 stake of a bet, payout of an outcome; ten-thousandths
 * @param oddsE4 ten-thousandths; 0 where not given
 */
public record BetEvent(
        long windowStartMs,
        long paneMs,
        long appendedAtMs,
        boolean outcome,
        String userId,
        String betId,
        String gameId,
        String city,
        String deviceType,
        String betType,
        String currency,
        long amountE4,
        long oddsE4) {

    BetDimensions dimensions() {
        return new BetDimensions(gameId, city, deviceType, betType, currency);
    }

    BetIdentity identity() {
        return new BetIdentity(userId, betId);
    }
}
