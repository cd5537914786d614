package io.tidegate.jobs.fraud;

/**
 * What a user has bet since a first deposit.
 *
 * @param wageredE4 ten-thousandths; saturates, and a total at its limit is far beyond any share of a deposit
 * @param lastDepositMs detection time of the latest deposit
 * @param starts the deposits that a match may begin with
 */
public record WageredTotal(long wageredE4, long lastDepositMs, MatchStarts starts) {

    /** How many deposits of a user in a window may each begin a match, see {@link MatchStarts}. */
    private static final int FREE_DEPOSITS = 50;

    WageredTotal plusBet(long amountE4) {
        long sum = wageredE4 + amountE4;
        return new WageredTotal(sum < wageredE4 ? Long.MAX_VALUE : sum, lastDepositMs, starts);
    }

    /** @param before null for the first deposit */
    static WageredTotal withDeposit(WageredTotal before, long timeMs, long windowMs) {
        return before == null
                ? new WageredTotal(0, timeMs, MatchStarts.next(null, timeMs, windowMs, FREE_DEPOSITS))
                : new WageredTotal(
                        before.wageredE4,
                        Math.max(before.lastDepositMs, timeMs),
                        MatchStarts.next(before.starts, timeMs, windowMs, FREE_DEPOSITS));
    }
}
