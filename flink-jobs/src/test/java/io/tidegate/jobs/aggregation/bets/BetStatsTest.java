package io.tidegate.jobs.aggregation.bets;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.jobs.aggregation.KeyedStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

class BetStatsTest {

    private static final Duration RETENTION = Duration.ofHours(24);
    private static final BetDimensions OSLO = new BetDimensions("g1", "Oslo", "mobile", "line", "EUR");
    private static final BetDimensions UNKNOWN = new BetDimensions("g1", "", "", "", "NOK");

    private final List<PlacedEvent> placed = new ArrayList<>();

    @Test
    void anOutcomeCountsUnderItsOwnMinuteAndTheDimensionsOfItsBet() throws Exception {
        try (var stage = stage(null)) {
            stage.process(bet("b1", 0));
            stage.process(outcome("b1", 120_000, 130_000));

            assertThat(placed)
                    .containsExactly(
                            new PlacedEvent(0, 0, OSLO, false, 100, 18_500),
                            new PlacedEvent(120_000, 120_000, OSLO, true, 250, 0));
        }
    }

    @Test
    void anOutcomeOfAnUnknownBetCountsForItsGameAndCurrencyAlone() throws Exception {
        try (var stage = stage(null)) {
            stage.process(outcome("b1", 0, 0));

            assertThat(placed).extracting(PlacedEvent::dimensions).containsExactly(UNKNOWN);
        }
    }

    @Test
    void anotherUsersBetOfTheSameIdIsAnotherBet() throws Exception {
        try (var stage = stage(null)) {
            stage.process(bet("b1", 0));
            stage.process(new BetEvent(0, 0, 1, true, "u2", "b1", "g1", "", "", "", "NOK", 250, 0));

            assertThat(placed).extracting(PlacedEvent::dimensions).containsExactly(OSLO, UNKNOWN);
        }
    }

    @Test
    void aSettledBetLeavesNothingBehind() throws Exception {
        try (var stage = stage(null)) {
            stage.process(bet("b1", 0));
            assertThat(stage.leftovers()).isEqualTo(2);
            stage.process(outcome("b1", 0, 1));

            assertThat(stage.leftovers()).isZero();
        }
    }

    @Test
    void anOpenBetIsForgottenADayAfterItWasAppended() throws Exception {
        try (var stage = stage(null)) {
            stage.process(bet("b1", 1_000));
            stage.process(bet("b2", 1_000));
            stage.watermark(RETENTION.toMillis() + 999);
            stage.process(outcome("b1", 0, RETENTION.toMillis() + 1_000));
            stage.watermark(RETENTION.toMillis() + 1_000);
            assertThat(stage.leftovers()).isZero();
            stage.process(outcome("b2", 0, RETENTION.toMillis() + 2_000));

            assertThat(placed).extracting(PlacedEvent::dimensions).containsExactly(OSLO, OSLO, OSLO, UNKNOWN);
        }
    }

    @Test
    void anOutcomeFindsItsBetAfterARestore() throws Exception {
        OperatorSubtaskState snapshot;
        try (var stage = stage(null)) {
            stage.process(bet("b1", 0));
            snapshot = stage.snapshot(1);
        }
        try (var stage = stage(snapshot)) {
            stage.process(outcome("b1", 0, 1));

            assertThat(placed).extracting(PlacedEvent::dimensions).containsExactly(OSLO, OSLO);
        }
    }

    @Test
    void aBetWithoutAnIdIsCountedAndNotRemembered() throws Exception {
        try (var stage = stage(null)) {
            stage.process(bet("", 0));

            assertThat(placed).hasSize(1);
            assertThat(stage.leftovers()).isZero();
        }
    }

    @Test
    void ofTwoBetsWithOneIdTheFirstIsMeant() throws Exception {
        try (var stage = stage(null)) {
            stage.process(bet("b1", 0));
            stage.process(new BetEvent(0, 0, 5, false, "u1", "b1", "g2", "Rio", "", "", "BRL", 100, 0));
            stage.process(outcome("b1", 0, 6));

            assertThat(placed.get(2).dimensions()).isEqualTo(OSLO);
        }
    }

    @Test
    void sumsOfMoneyStopAtTheLargestNumber() {
        PlacedEvent absurd = new PlacedEvent(0, 0, OSLO, false, Long.MAX_VALUE - 1, Long.MAX_VALUE);

        BetTally tally = BetTally.NONE.plus(absurd).plus(absurd);

        assertThat(tally).isEqualTo(new BetTally(2, Long.MAX_VALUE, 0, 0, Long.MAX_VALUE, 2));
    }

    @Test
    void oddsAreCountedWhereGiven() {
        BetTally tally = BetTally.NONE
                .plus(new PlacedEvent(0, 0, OSLO, false, 100, 18_500))
                .plus(new PlacedEvent(0, 0, OSLO, false, 100, 0))
                .plus(new PlacedEvent(0, 0, OSLO, true, 40, 0));

        assertThat(tally).isEqualTo(new BetTally(2, 200, 1, 40, 18_500, 1));
    }

    private static BetEvent bet(String betId, long appendedAtMs) {
        return new BetEvent(0, 0, appendedAtMs, false, "u1", betId, "g1", "Oslo", "mobile", "line", "EUR", 100, 18_500);
    }

    private static BetEvent outcome(String betId, long windowStartMs, long appendedAtMs) {
        return new BetEvent(
                windowStartMs, windowStartMs, appendedAtMs, true, "u1", betId, "g1", "", "", "", "NOK", 250, 0);
    }

    private KeyedStage<BetIdentity, BetEvent, PlacedEvent> stage(OperatorSubtaskState restored) throws Exception {
        return BetStages.outcomes(RETENTION, restored, 0, placed::add);
    }
}
