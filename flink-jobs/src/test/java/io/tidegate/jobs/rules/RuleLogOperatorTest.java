package io.tidegate.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.v1.Severity;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class RuleLogOperatorTest {

    private static final RuleSet DEFAULTS = RuleSet.defaults();
    private static final int ALL = DEFAULTS.all().size();

    @Test
    void allRulesComeFirstAndThenEachChange() throws Exception {
        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness = harness(DEFAULTS, null)) {
            assertThat(harness.extractOutputValues()).containsExactlyElementsOf(DEFAULTS.all());

            put(harness, rapidBets(2, 5));

            assertThat(last(harness)).isEqualTo(rapidBets(2, 5));
        }
    }

    @Test
    void anOlderOrEqualVersionChangesNothing() throws Exception {
        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness = harness(DEFAULTS, null)) {
            put(harness, rapidBets(3, 5));
            put(harness, rapidBets(3, 6));
            put(harness, rapidBets(2, 7));

            assertThat(harness.extractOutputValues()).hasSize(ALL + 1);
            assertThat(last(harness)).isEqualTo(rapidBets(3, 5));
        }
    }

    @Test
    void aRecordThatMeansNothingLeavesTheRuleInForce() throws Exception {
        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness = harness(DEFAULTS, null)) {
            put(harness, rapidBets(2, 5));

            // When: no protobuf, no such rule, out of bounds, an unknown threshold, no window, another's key, no key
            raw(harness, "rapid-bets", "poison".getBytes(StandardCharsets.UTF_8));
            put(harness, new Rule("rapid-fire", 9, true, Severity.SEVERITY_INFO, Duration.ofSeconds(1), Map.of()));
            put(harness, rapidBets(9, 201));
            put(harness, with(rapidBets(9, 5), Duration.ofSeconds(10), Map.of("bet", BigDecimal.TEN)));
            put(harness, with(rapidBets(9, 5), Duration.ZERO, Map.of()));
            put(harness, with(rapidBets(9, 5), Duration.ofDays(2), Map.of()));
            raw(harness, "like-burst", bytes(rapidBets(9, 5)));
            raw(harness, "", bytes(rapidBets(9, 5)));
            raw(harness, "rapid-fire", new byte[0]);

            // Then
            assertThat(harness.extractOutputValues()).hasSize(ALL + 1);

            // And the next change counts
            put(harness, rapidBets(3, 6));
            assertThat(last(harness)).isEqualTo(rapidBets(3, 6));
        }
    }

    @Test
    void aTombstoneIsTheDefaultAsTheNextVersion() throws Exception {
        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness = harness(DEFAULTS, null)) {
            put(harness, rapidBets(4, 5));

            raw(harness, "rapid-bets", new byte[0]);
            raw(harness, "rapid-bets", new byte[0]);

            assertThat(harness.extractOutputValues()).hasSize(ALL + 2);
            assertThat(last(harness)).isEqualTo(rapidBets(5, 20));
        }
    }

    @Test
    void aRestoredJobHasWhatWasInForceAndTakesANewerRulesFile() throws Exception {
        OperatorSubtaskState state;
        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> before = harness(DEFAULTS, null)) {
            put(before, rapidBets(4, 5));
            state = before.snapshot(1, 1);
        }
        Rule filed = with(
                DEFAULTS.rule("like-burst").withVersion(2), Duration.ofSeconds(20), Map.of("likes", BigDecimal.TEN));

        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> after =
                harness(DEFAULTS.with(filed), state)) {

            assertThat(after.extractOutputValues())
                    .hasSize(ALL)
                    .contains(rapidBets(4, 5), filed)
                    .contains(DEFAULTS.rule("country-hop"));
        }
    }

    @Test
    void whatIsTakenOutOfTheRulesFileDoesntComeBackFromState() throws Exception {
        Rule filed = with(
                DEFAULTS.rule("like-burst").withVersion(2), Duration.ofSeconds(20), Map.of("likes", BigDecimal.TEN));
        OperatorSubtaskState state;
        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> before =
                harness(DEFAULTS.with(filed), null)) {
            put(before, rapidBets(4, 5));
            state = before.snapshot(1, 1);
        }

        try (OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> after = harness(DEFAULTS, state)) {

            assertThat(after.extractOutputValues()).hasSize(ALL).contains(rapidBets(4, 5), DEFAULTS.rule("like-burst"));
        }
    }

    @Test
    void aRuleSurvivesItsSerializer() throws Exception {
        for (Rule rule : DEFAULTS.all()) {
            DataOutputSerializer out = new DataOutputSerializer(64);
            RuleSerializer.INSTANCE.serialize(rule, out);

            Rule back = RuleSerializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));

            assertThat(back).isEqualTo(rule);
        }
        assertThat(TypeInformation.of(Rule.class)).isInstanceOf(RuleTypeInfo.class);
    }

    private static OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness(
            RuleSet start, OperatorSubtaskState state) throws Exception {
        OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness =
                new OneInputStreamOperatorTestHarness<>(new RuleLogOperator(start, start));
        harness.setup(RuleSerializer.INSTANCE);
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    private static Rule last(OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness) {
        List<Rule> rules = harness.extractOutputValues();
        return rules.get(rules.size() - 1);
    }

    private static void put(OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness, Rule rule)
            throws Exception {
        raw(harness, rule.id(), bytes(rule));
    }

    private static void raw(
            OneInputStreamOperatorTestHarness<Tuple2<String, byte[]>, Rule> harness, String key, byte[] value)
            throws Exception {
        harness.processElement(new StreamRecord<>(Tuple2.of(key, value)));
    }

    private static byte[] bytes(Rule rule) {
        return RuleRecords.encode(rule.definition()).build().toByteArray();
    }

    private static Rule rapidBets(int version, int bets) {
        return with(
                DEFAULTS.rule("rapid-bets").withVersion(version),
                Duration.ofSeconds(10),
                Map.of("bets", BigDecimal.valueOf(bets)));
    }

    private static Rule with(Rule rule, Duration window, Map<String, BigDecimal> thresholds) {
        return new Rule(rule.id(), rule.version(), rule.enabled(), rule.severity(), window, thresholds);
    }
}
