package io.tidegate.jobs.aggregation.bets;

import io.tidegate.jobs.aggregation.pane.Saturating;

/**
 * Sums over bets and outcomes, money and odds in ten-thousandths.
 *
 * @param oddsSumE4 over the bets that gave odds
 * @param oddsCount the bets that gave odds
 */
public record BetTally(long bets, long turnoverE4, long outcomes, long payoutE4, long oddsSumE4, long oddsCount) {

    static final BetTally NONE = new BetTally(0, 0, 0, 0, 0, 0);

    BetTally plus(PlacedEvent event) {
        if (event.outcome()) {
            return new BetTally(
                    bets, turnoverE4, outcomes + 1, Saturating.add(payoutE4, event.amountE4()), oddsSumE4, oddsCount);
        }
        return new BetTally(
                bets + 1,
                Saturating.add(turnoverE4, event.amountE4()),
                outcomes,
                payoutE4,
                Saturating.add(oddsSumE4, event.oddsE4()),
                oddsCount + (event.oddsE4() == 0 ? 0 : 1));
    }
}
