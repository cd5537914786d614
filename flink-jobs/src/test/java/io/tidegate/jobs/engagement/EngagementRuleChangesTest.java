package io.tidegate.jobs.engagement;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.ProtobufSerializer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Rules that change between a bet and its outcome, or among the bets of a player who should take a break. */
class EngagementRuleChangesTest {

    private static final long T = 1_700_000_000_000L;
    private static final Rule BIG_WIN = RuleSet.defaults().rule(BigWinFunction.RULE);
    private static final Rule BREAK = RuleSet.defaults().rule(TakeABreakFunction.RULE);

    private static KeyedBroadcastOperatorTestHarness<String, EngagementEvent, Rule, Notification> operator(
            RuleDrivenFunction<EngagementEvent, Notification> function) throws Exception {
        var harness = new KeyedBroadcastOperatorTestHarness<>(
                new CoBroadcastWithKeyedOperator<>(function, RuleDrivenFunction.broadcastState()),
                EngagementEvent::userId,
                Types.STRING,
                128,
                1,
                0);
        harness.setup(new ProtobufSerializer<>(Notification.class));
        return harness;
    }

    private static EngagementEvent event(EngagementEvent.Kind kind, String bet, long atMs, long amountE4) {
        return new EngagementEvent(kind, "u1", bet + kind, atMs, atMs, "", "", bet, "g1", amountE4, "EUR");
    }

    private static Rule factor(int version, boolean enabled, String factor) {
        return new Rule(
                BIG_WIN.id(),
                version,
                enabled,
                BIG_WIN.severity(),
                BIG_WIN.window(),
                Map.of("payoutFactor", new BigDecimal(factor)));
    }

    private static Rule bets(int version, boolean enabled, Duration window, int bets) {
        return new Rule(
                BREAK.id(), version, enabled, BREAK.severity(), window, Map.of("bets", BigDecimal.valueOf(bets)));
    }

    @Test
    void theFactorOfTheOutcomesMomentDecides() throws Exception {
        try (var operator = operator(new BigWinFunction(BIG_WIN))) {
            operator.open();
            // Given three bets of 1, each to be paid 10, where the factor is 20
            for (String bet : List.of("b1", "b2", "b3")) {
                operator.processElement(event(EngagementEvent.Kind.BET, bet, T, 10_000), T);
                if (bet.equals("b2")) {
                    operator.processBroadcastElement(factor(2, true, "10"), 0);
                }
                if (bet.equals("b3")) {
                    operator.processBroadcastElement(factor(3, false, "10"), 0);
                }
                operator.processElement(event(EngagementEvent.Kind.OUTCOME, bet, T + 1, 100_000), T + 1);
            }

            assertThat(operator.extractOutputValues())
                    .extracting(notification -> notification.getBigWin().getBetId())
                    .containsExactly("b2");
        }
    }

    @Test
    void fewerBetsAreEnoughFromTheNextBetOnAndThoseBeforeCount() throws Exception {
        try (var operator = operator(new TakeABreakFunction(bets(1, true, Duration.ofMinutes(5), 50)))) {
            operator.open();
            for (int i = 0; i < 9; i++) {
                operator.processElement(event(EngagementEvent.Kind.BET, "b" + i, T + i, 10_000), T + i);
            }
            operator.processBroadcastElement(bets(2, true, Duration.ofMinutes(5), 10), 0);
            assertThat(operator.extractOutputValues()).isEmpty();

            operator.processElement(event(EngagementEvent.Kind.BET, "b9", T + 9, 10_000), T + 9);

            assertThat(operator.extractOutputValues()).singleElement().satisfies(notification -> {
                assertThat(notification.getTakeABreak().getBets()).isEqualTo(10);
                assertThat(notification.getCreatedAtMs()).isEqualTo(T + 9);
            });
        }
    }

    @Test
    void moreBetsOrAShorterWindowAreNeededFromTheNextBetOn() throws Exception {
        try (var operator = operator(new TakeABreakFunction(bets(1, true, Duration.ofMinutes(5), 3)))) {
            operator.open();
            operator.processElement(event(EngagementEvent.Kind.BET, "b0", T, 10_000), T);
            operator.processElement(event(EngagementEvent.Kind.BET, "b1", T + 60_000, 10_000), T + 60_000);
            operator.processBroadcastElement(bets(2, true, Duration.ofMinutes(1), 3), 0);

            operator.processElement(event(EngagementEvent.Kind.BET, "b2", T + 61_000, 10_000), T + 61_000);
            assertThat(operator.extractOutputValues()).isEmpty();
            operator.processElement(event(EngagementEvent.Kind.BET, "b3", T + 62_000, 10_000), T + 62_000);

            assertThat(operator.extractOutputValues()).singleElement().satisfies(notification -> assertThat(
                            notification.getTakeABreak().getWindowMs())
                    .isEqualTo(60_000));
        }
    }

    @Test
    void aDisabledRuleIsQuietAndKnowsTheBetsWhenItIsEnabledAlsoAfterARestore() throws Exception {
        OperatorSubtaskState state;
        try (var operator = operator(new TakeABreakFunction(bets(1, true, Duration.ofMinutes(5), 3)))) {
            operator.open();
            operator.processBroadcastElement(bets(2, false, Duration.ofMinutes(5), 3), 0);
            for (int i = 0; i < 5; i++) {
                operator.processElement(event(EngagementEvent.Kind.BET, "b" + i, T + i, 10_000), T + i);
            }
            assertThat(operator.extractOutputValues()).isEmpty();
            state = operator.snapshot(1, 1);
        }
        try (var operator = operator(new TakeABreakFunction(bets(1, true, Duration.ofMinutes(5), 3)))) {
            operator.initializeState(state);
            operator.open();
            operator.processElement(event(EngagementEvent.Kind.BET, "b5", T + 5, 10_000), T + 5);
            // Still disabled: the change is in the state, the job was started with the rule before it
            assertThat(operator.extractOutputValues()).isEmpty();

            operator.processBroadcastElement(bets(3, true, Duration.ofMinutes(5), 3), 0);
            operator.processElement(event(EngagementEvent.Kind.BET, "b6", T + 6, 10_000), T + 6);

            assertThat(operator.extractOutputValues()).hasSize(1);
        }
    }
}
