package io.tidegate.jobs.fraud;

/**
 * What a user has bet since a first deposit.
 *
 * @param wageredE4 ten-thousandths; saturates, and a total at its limit is far beyond any share of a deposit
 * @param lastDepositMs detection time of the latest deposit
 */
public record WageredTotal(long wageredE4, long lastDepositMs) {

    WageredTotal plusBet(long amountE4) {
        long sum = wageredE4 + amountE4;
        return new WageredTotal(sum < wageredE4 ? Long.MAX_VALUE : sum, lastDepositMs);
    }

    WageredTotal withDeposit(long timeMs) {
        return new WageredTotal(wageredE4, Math.max(lastDepositMs, timeMs));
    }
}
