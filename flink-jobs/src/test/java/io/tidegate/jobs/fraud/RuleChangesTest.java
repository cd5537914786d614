package io.tidegate.jobs.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Rules that change while the compiled operators run, and the state of these over a change of parallelism. */
class RuleChangesTest {

    private static final long T = 1_700_000_000_000L;
    private static final long SECOND = 1_000;

    @Test
    void aLowerThresholdCountsFromTheNextEventOn() throws Exception {
        Rule bets = rule("rapid-bets", 1, Map.of("bets", "20"));
        try (CompiledHarness harness = CompiledHarness.of(bets)) {
            // Given nine bets, which are too few
            harness.feed(bets("u1", 0, 9, T));

            // When ten will do, and a tenth comes
            harness.rule(rule("rapid-bets", 2, Map.of("bets", "10")));
            harness.feed(bets("u1", 9, 10, T + 900));

            // Then all ten are the match, and the alert says by which rule
            assertThat(harness.alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.getEventIdsList()).hasSize(10).startsWith("e0").endsWith("e9");
                assertThat(alert.getRuleVersion()).isEqualTo(2);
            });
        }
    }

    @Test
    void aHigherThresholdKnowsWhatTheLowerOneKept() throws Exception {
        Rule bets = rule("rapid-bets", 1, Map.of("bets", "5"));
        try (CompiledHarness harness = CompiledHarness.of(bets)) {
            // Given twenty bets that the rule was silent about after the first five, of which it keeps four
            harness.feed(bets("u1", 0, 20, T));
            harness.rule(rule("rapid-bets", 2, Map.of("bets", "10")));

            // When the silence is over, and six more come within a window that has four of the old ones
            harness.feed(bets("u1", 20, 25, T + 2_000));
            harness.feed(bets("u1", 25, 26, T + 11_500));

            // Then they are a match together
            assertThat(harness.alertsAs(Alert::getRuleVersion)).containsExactly(1, 2);
            assertThat(harness.matches().get(1)).hasSize(10).startsWith("e16").endsWith("e25");
        }
    }

    @Test
    void aWiderWindowCountsFromTheNextEventOn() throws Exception {
        Rule hop = rule("country-hop", 1, Map.of());
        try (CompiledHarness harness = CompiledHarness.of(withWindow(hop, 1, Duration.ofSeconds(10)))) {
            harness.feed(login("a", T, "DE"), login("b", T + 11 * SECOND, "FR"));
            assertThat(harness.alerts()).isEmpty();

            harness.rule(withWindow(hop, 2, Duration.ofSeconds(30)));
            harness.feed(login("c", T + 20 * SECOND, "DE"));

            // The login at T is out of what was kept; the one from France isn't.
            assertThat(harness.matches()).containsExactly(List.of("b", "c"));
        }
    }

    @Test
    void aNarrowerWindowCountsFromTheNextEventOn() throws Exception {
        Rule device = rule("shared-device", 1, Map.of("users", "3"));
        try (CompiledHarness harness = CompiledHarness.of(device)) {
            harness.feed(loginOn("a", "u1", T), loginOn("b", "u2", T + SECOND));

            harness.rule(withWindow(device, 2, Duration.ofSeconds(5)));
            harness.feed(loginOn("c", "u3", T + 5 * SECOND + 1), loginOn("d", "u1", T + 5 * SECOND + 2));

            assertThat(harness.matches()).containsExactly(List.of("b", "c", "d"));
        }
    }

    @Test
    void moreUsersOrFewerCountFromTheNextEventOn() throws Exception {
        try (CompiledHarness harness = CompiledHarness.of(rule("shared-device", 1, Map.of("users", "4")))) {
            harness.feed(loginOn("a", "u1", T), loginOn("b", "u2", T + 1), loginOn("c", "u3", T + 2));
            assertThat(harness.alerts()).isEmpty();

            harness.rule(rule("shared-device", 2, Map.of("users", "3")));
            harness.feed(loginOn("d", "u4", T + 3));

            assertThat(harness.matches()).containsExactly(List.of("b", "c", "d"));
        }
    }

    @Test
    void aFactorChangesAtOnce() throws Exception {
        try (CompiledHarness harness =
                CompiledHarness.of(rule("bet-escalation", 1, Map.of("bets", "3", "factor", "2")))) {
            harness.feed(bet("e0", T, 100), bet("e1", T + 1, 150));

            harness.rule(rule("bet-escalation", 2, Map.of("bets", "3", "factor", "1.5")));
            harness.feed(bet("e2", T + 2, 225));

            assertThat(harness.matches()).containsExactly(List.of("e0", "e1", "e2"));
        }
    }

    @Test
    void aSeverityChangesAtOnce() throws Exception {
        Rule hop = rule("country-hop", 1, Map.of());
        try (CompiledHarness harness = CompiledHarness.of(hop)) {
            harness.feed(login("a", T, "DE"));
            harness.rule(new Rule(hop.id(), 2, true, Severity.SEVERITY_INFO, hop.window(), Map.of()));
            harness.feed(login("b", T + 1, "FR"));

            assertThat(harness.alertsAs(Alert::getSeverity)).containsExactly(Severity.SEVERITY_INFO);
        }
    }

    @Test
    void aDisabledRuleIsQuietAndKnowsThePastWhenItIsEnabledAgain() throws Exception {
        Rule hop = rule("country-hop", 1, Map.of());
        try (CompiledHarness harness = CompiledHarness.of(hop)) {
            harness.rule(new Rule(hop.id(), 2, false, hop.severity(), hop.window(), Map.of()));
            harness.feed(login("a", T, "DE"), login("b", T + 1, "FR"));
            assertThat(harness.alerts()).isEmpty();

            harness.rule(new Rule(hop.id(), 3, true, hop.severity(), hop.window(), Map.of()));
            harness.feed(login("c", T + 2, "PL"));

            assertThat(harness.matches()).containsExactly(List.of("a", "c"));
        }
    }

    @Test
    void anOlderVersionThatComesLateIsIgnored() throws Exception {
        try (CompiledHarness harness = CompiledHarness.of(rule("rapid-bets", 5, Map.of("bets", "20")))) {
            harness.rule(rule("rapid-bets", 7, Map.of("bets", "3")));
            harness.rule(rule("rapid-bets", 6, Map.of("bets", "2")));

            harness.feed(bets("u1", 0, 3, T));

            assertThat(harness.alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.getRuleVersion()).isEqualTo(7);
                assertThat(alert.getEventIdsList()).hasSize(3);
            });
        }
    }

    @Test
    void aRuleThatCannotBeWorkedWithLeavesTheOneBeforeInForce() throws Exception {
        try (CompiledHarness harness = CompiledHarness.of(rule("rapid-bets", 1, Map.of("bets", "3")))) {
            harness.rule(rule("rapid-bets", 2, Map.of()));
            harness.rule(rule("rapid-bets", 3, Map.of("bets", "2.5")));

            harness.feed(bets("u1", 0, 3, T));

            assertThat(harness.alertsAs(Alert::getRuleVersion)).containsExactly(1);
        }
    }

    @Test
    void rulesHistoriesAndSilencesSurviveAChangeOfParallelism() throws Exception {
        // Given twenty users of whom each has bet nineteen times, under a rule that came by the stream
        Rule asStarted = rule("rapid-bets", 1, Map.of("bets", "7"));
        Rule changed = rule("rapid-bets", 2, Map.of("bets", "20"));
        List<OracleEvent> first = new ArrayList<>();
        List<OracleEvent> second = new ArrayList<>();
        for (int user = 0; user < 20; user++) {
            first.addAll(bets("u" + user, 0, 19, T));
            second.addAll(bets("u" + user, 19, 20, T + 2_000));
        }
        OperatorSubtaskState one;
        try (var operator = operator(asStarted, 1, 0)) {
            operator.open();
            operator.processBroadcastElement(changed, 0);
            feed(operator, first);
            one = operator.snapshot(1, 1);
        }

        // When two go on with it, each with the users of its own, and then one
        List<Alert> alerts = new ArrayList<>();
        List<OperatorSubtaskState> halves = new ArrayList<>();
        for (int index = 0; index < 2; index++) {
            try (var operator = operator(asStarted, 2, index)) {
                operator.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(one, MAX_PARALLELISM, 1, 2, index));
                operator.open();
                int own = index;
                feed(
                        operator,
                        second.stream()
                                .filter(event -> KeyGroupRangeAssignment.assignKeyToParallelOperator(
                                                event.userId(), MAX_PARALLELISM, 2)
                                        == own)
                                .toList());
                alerts.addAll(operator.extractOutputValues());
                halves.add(operator.snapshot(2, 2));
            }
        }

        // Then each user's twentieth bet has raised the alert of the changed rule
        assertThat(alerts).hasSize(20).allSatisfy(alert -> {
            assertThat(alert.getRuleVersion()).isEqualTo(2);
            assertThat(alert.getEventIdsList()).hasSize(20);
        });
        try (var operator = operator(asStarted, 1, 0)) {
            operator.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    AbstractStreamOperatorTestHarness.repackageState(halves.toArray(OperatorSubtaskState[]::new)),
                    MAX_PARALLELISM,
                    2,
                    1,
                    0));
            operator.open();
            for (int user = 0; user < 20; user++) {
                feed(operator, bets("u" + user, 20, 21, T + 3_000));
            }
            // And the silence after it is known to the one that goes on
            assertThat(operator.extractOutputValues()).isEmpty();
            feed(operator, bets("u3", 21, 41, T + 20_000));
            assertThat(operator.extractOutputValues()).hasSize(1);
        }
    }

    private static final int MAX_PARALLELISM = 128;

    private static KeyedBroadcastOperatorTestHarness<String, FraudEvent, Rule, Alert> operator(
            Rule rule, int parallelism, int index) throws Exception {
        return CompiledHarness.harness(
                new UserDetection(SubjectDetection.Order.ARRIVAL, List.of(rule)),
                FraudEvent::userId,
                parallelism,
                index);
    }

    private static void feed(
            KeyedBroadcastOperatorTestHarness<String, FraudEvent, Rule, Alert> operator, List<OracleEvent> events)
            throws Exception {
        for (var record : Arrivals.records(events)) {
            operator.processElement(FraudEvent.of(record, record.appendedAtMs()), record.appendedAtMs());
        }
    }

    private static Rule rule(String id, int version, Map<String, String> thresholds) {
        Rule rule = RuleSet.defaults().rule(id);
        Map<String, BigDecimal> numbers = new HashMap<>();
        thresholds.forEach((name, number) -> numbers.put(name, new BigDecimal(number)));
        return new Rule(id, version, true, rule.severity(), rule.window(), numbers);
    }

    private static Rule withWindow(Rule rule, int version, Duration window) {
        return new Rule(rule.id(), version, true, rule.severity(), window, rule.thresholds());
    }

    private static List<OracleEvent> bets(String user, int from, int to, long firstMs) {
        List<OracleEvent> bets = new ArrayList<>();
        for (int i = from; i < to; i++) {
            bets.add(OracleEvent.builder(EventType.BET, "e" + i, user, firstMs + 100L * (i - from))
                    .amountE4(1)
                    .build());
        }
        return bets;
    }

    private static OracleEvent bet(String id, long atMs, long amountE4) {
        return OracleEvent.builder(EventType.BET, id, "u1", atMs)
                .amountE4(amountE4)
                .build();
    }

    private static OracleEvent login(String id, long atMs, String country) {
        return OracleEvent.builder(EventType.LOGIN, id, "u1", atMs)
                .country(country)
                .build();
    }

    private static OracleEvent loginOn(String id, String user, long atMs) {
        return OracleEvent.builder(EventType.LOGIN, id, user, atMs).device("d1").build();
    }
}
