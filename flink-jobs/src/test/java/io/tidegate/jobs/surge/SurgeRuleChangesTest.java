package io.tidegate.jobs.surge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.alerting.RuleDrivenFunction;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import io.tidegate.jobs.source.ProtobufSerializer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules that change while surges are being looked for. A window is ten seconds where nothing else is said. */
class SurgeRuleChangesTest {

    private static final long T = 1_700_000_000_000L;
    private static final Rule POSTS = RuleSet.defaults().rule("post-surge");
    private static final Rule GAMES = RuleSet.defaults().rule("game-surge");
    private static final Duration WINDOW = POSTS.window();

    private KeyedBroadcastOperatorTestHarness<String, SurgeEvent, Rule, Alert> operator;
    private int sent;

    @BeforeEach
    void start() throws Exception {
        operator = operator();
        operator.open();
    }

    @AfterEach
    void stop() throws Exception {
        operator.close();
    }

    private static KeyedBroadcastOperatorTestHarness<String, SurgeEvent, Rule, Alert> operator() throws Exception {
        var harness = new KeyedBroadcastOperatorTestHarness<>(
                new CoBroadcastWithKeyedOperator<>(
                        new SurgeDetection(List.of(POSTS, GAMES)), RuleDrivenFunction.broadcastState()),
                SurgeEvent::subject,
                Types.STRING,
                128,
                1,
                0);
        harness.setup(new ProtobufSerializer<>(Alert.class));
        return harness;
    }

    private static Rule changed(int version, Duration window, Map<String, String> thresholds) {
        Map<String, BigDecimal> all = new HashMap<>(POSTS.thresholds());
        thresholds.forEach((name, value) -> all.put(name, new BigDecimal(value)));
        return new Rule(POSTS.id(), version, true, Severity.SEVERITY_CRITICAL, window, all);
    }

    private void rule(Rule rule) throws Exception {
        operator.processBroadcastElement(rule, 0);
    }

    /** Likes of post p1 from an offset of T on, a millisecond apart. */
    private void likes(Duration from, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            long atMs = T + from.toMillis() + i;
            operator.processElement(new SurgeEvent("u" + sent, "e" + sent++, atMs, "post:p1", SurgeEvent.ONE_E4), atMs);
        }
    }

    /** All that is before this offset of T has come. */
    private void passed(Duration time) throws Exception {
        operator.processBroadcastWatermark(Long.MAX_VALUE);
        operator.processWatermark(T + time.toMillis() - 1);
    }

    private void windowsOf(int likes, int first, int count) throws Exception {
        for (int window = first; window < first + count; window++) {
            likes(WINDOW.multipliedBy(window), likes);
            passed(WINDOW.multipliedBy(window + 1));
        }
    }

    private List<Alert> alerts() {
        return operator.extractOutputValues();
    }

    @Test
    void aLowerMinimumCountsFromTheNextWindowThatCloses() throws Exception {
        // Given ten likes a window, where twenty are the least
        windowsOf(10, 0, 1);
        likes(WINDOW, 10);

        rule(changed(2, WINDOW, Map.of("minimum", "10")));
        passed(WINDOW.multipliedBy(2));
        // One spike so far; the window before closed under the old rule
        assertThat(alerts()).isEmpty();
        windowsOf(60, 2, 1);

        assertThat(alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.getRuleVersion()).isEqualTo(2);
            assertThat(alert.getSeverity()).isEqualTo(Severity.SEVERITY_CRITICAL);
            assertThat(alert.getDetectedAtMs())
                    .isEqualTo(T + WINDOW.multipliedBy(3).toMillis());
        });
    }

    @Test
    void aHigherMinimumStopsWhatWasAboutToBeASurge() throws Exception {
        windowsOf(30, 0, 1);

        rule(changed(2, WINDOW, Map.of("minimum", "100")));
        windowsOf(60, 1, 2);

        assertThat(alerts()).isEmpty();
    }

    @Test
    void aSurgeThatIsOnEndsByTheRuleOfThen() throws Exception {
        windowsOf(30, 0, 2);
        assertThat(alerts()).extracting(Alert::getRuleId).containsExactly("post-surge");

        // Thirty are a multiple of nothing's baseline, and calm only by a factor beyond it
        rule(changed(2, WINDOW, Map.of("factor", "100", "endFactor", "100")));
        windowsOf(30, 2, 1);

        assertThat(alerts()).extracting(Alert::getRuleId).containsExactly("post-surge", "post-surge-ended");
        assertThat(alerts()).extracting(Alert::getRuleVersion).containsExactly(1, 2);
    }

    @Test
    void aLongerWindowBeginsAnewAndSeesWhatTheShorterOneDidNot() throws Exception {
        // Given twelve likes in ten seconds, time and again: too few
        windowsOf(12, 0, 1);
        Duration minute = Duration.ofMinutes(1);
        rule(changed(2, minute, Map.of()));

        // Then seventy-two in a minute are enough, twice in a row
        long startMs = Math.floorDiv(T, minute.toMillis()) * minute.toMillis() + minute.toMillis();
        Duration first = Duration.ofMillis(startMs - T);
        for (int i = 0; i < 12; i++) {
            likes(first.plus(WINDOW.multipliedBy(i)), 12);
        }
        passed(first.plusMinutes(2));

        assertThat(alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.getRuleVersion()).isEqualTo(2);
            assertThat(alert.getMessage()).contains("72 in 60 s");
        });
    }

    @Test
    void aDisabledRuleIsQuietAndBeginsAnewWhenItIsEnabled() throws Exception {
        windowsOf(30, 0, 1);
        rule(new Rule(POSTS.id(), 2, false, POSTS.severity(), WINDOW, POSTS.thresholds()));
        windowsOf(30, 1, 3);
        assertThat(alerts()).isEmpty();

        rule(new Rule(POSTS.id(), 3, true, POSTS.severity(), WINDOW, POSTS.thresholds()));
        windowsOf(30, 4, 1);
        assertThat(alerts()).isEmpty();
        windowsOf(30, 5, 1);

        assertThat(alerts()).extracting(Alert::getRuleVersion).containsExactly(3);
    }

    @Test
    void theOtherRuleAndWhatIsOlderOrCannotBeWorkedWithChangeNothing() throws Exception {
        rule(changed(5, WINDOW, Map.of()));
        rule(changed(4, WINDOW, Map.of("minimum", "1000")));
        rule(new Rule(POSTS.id(), 6, true, POSTS.severity(), WINDOW, Map.of()));
        rule(new Rule(GAMES.id(), 7, false, GAMES.severity(), WINDOW, GAMES.thresholds()));
        rule(RuleSet.defaults().rule("rapid-bets"));

        windowsOf(30, 0, 2);

        assertThat(alerts()).extracting(Alert::getRuleVersion).containsExactly(5);
    }

    @Test
    void aChangedRuleIsInForceAfterARestore() throws Exception {
        rule(changed(2, WINDOW, Map.of("minimum", "5")));
        windowsOf(10, 0, 1);
        OperatorSubtaskState state = operator.snapshot(1, 1);
        operator.close();

        operator = operator();
        operator.initializeState(state);
        operator.open();
        windowsOf(60, 1, 1);

        assertThat(alerts()).extracting(Alert::getRuleVersion).containsExactly(2);
    }
}
