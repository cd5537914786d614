package io.tidegate.jobs.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.jobs.aggregation.bets.BetEvent;
import io.tidegate.jobs.aggregation.counts.EventSighting;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import io.tidegate.jobs.aggregation.posts.PostAction;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.time.Duration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class PaneAssignerTest {

    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private static final PaneGrid USER_PANES = new PaneGrid(Duration.ofHours(1));
    private static final PaneGrid SUM_PANES = new PaneGrid(Duration.ofMinutes(5));

    @Test
    void aSumHasShorterPanesThanTheUsers() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.processElement(
                    event(
                            OracleEvent.builder(EventType.LIKE, "e1", "u1", 0)
                                    .post("p1")
                                    .build(),
                            12 * MINUTE),
                    0);

            assertThat(harness.extractOutputValues())
                    .extracting(EventSighting::paneMs)
                    .containsExactly(0L);
            assertThat(harness.getSideOutput(PaneAssigner.POST_ACTIONS))
                    .extracting(element -> element.getValue().paneMs())
                    .containsExactly(10 * MINUTE);
        }
    }

    @Test
    void anEventGetsItsMinuteAndItsPane() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.processElement(login(5 * MINUTE + 1, 5 * MINUTE + 2), 0);
            harness.processElement(login(5 * MINUTE + 1, 3 * HOUR), 0);

            assertThat(harness.extractOutputValues())
                    .extracting(EventSighting::windowStartMs)
                    .containsExactly(5 * MINUTE, 5 * MINUTE);
            assertThat(harness.extractOutputValues())
                    .extracting(EventSighting::paneMs)
                    .containsExactly(5 * MINUTE, 2 * HOUR + 5 * MINUTE);
        }
    }

    @Test
    void anEventBehindTheWatermarkGetsAPaneThatIsNotForgotten() throws Exception {
        try (var harness = harness()) {
            harness.open();
            // given the watermark at the last millisecond of the pane, which ends it
            harness.processWatermark(HOUR - 1);

            harness.processElement(login(0, 30 * MINUTE), 0);

            assertThat(harness.extractOutputValues())
                    .extracting(EventSighting::paneMs)
                    .containsExactly(HOUR);
        }
    }

    @Test
    void theWatermarkOfBeforeARestartCountsStill() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness()) {
            harness.open();
            harness.processWatermark(HOUR - 1);
            harness.processElement(login(0, HOUR), 0);
            snapshot = harness.snapshot(1, 1);
        }

        try (var harness = harness()) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(login(0, 30 * MINUTE), 0);

            assertThat(harness.extractOutputValues())
                    .extracting(EventSighting::paneMs)
                    .containsExactly(HOUR);
        }
    }

    @Test
    void aWatermarkAfterTheLastEventIsRememberedToo() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness()) {
            harness.open();
            harness.processElement(login(0, 1), 0);
            // given that only ticks came after it
            harness.processWatermark(HOUR - 1);
            snapshot = harness.snapshot(1, 1);
        }

        try (var harness = harness()) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(login(0, 30 * MINUTE), 0);

            assertThat(harness.extractOutputValues())
                    .extracting(EventSighting::paneMs)
                    .containsExactly(HOUR);
        }
    }

    @Test
    void afterRescalingEveryInstanceKnowsTheHighestWatermarkOfAll() throws Exception {
        OperatorSubtaskState early;
        OperatorSubtaskState late;
        try (var harness = harness()) {
            harness.open();
            harness.processWatermark(1);
            early = harness.snapshot(1, 1);
        }
        try (var harness = harness()) {
            harness.open();
            harness.processWatermark(HOUR - 1);
            late = harness.snapshot(1, 1);
        }
        OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(early, late);

        for (int subtask = 0; subtask < 2; subtask++) {
            OperatorSubtaskState mine =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(both, 2, 2, 2, subtask);
            try (var harness = new OneInputStreamOperatorTestHarness<AggregationEvent, EventSighting>(
                    new PaneAssigner(USER_PANES, SUM_PANES), 2, 2, subtask)) {
                harness.initializeState(mine);
                harness.open();
                harness.processElement(login(0, 30 * MINUTE), 0);

                assertThat(harness.extractOutputValues())
                        .extracting(EventSighting::paneMs)
                        .containsExactly(HOUR);
            }
        }
    }

    @Test
    void eachAggregationGetsWhatItUses() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.processElement(
                    event(
                            OracleEvent.builder(EventType.LIKE, "e1", "u1", 0)
                                    .post("p1")
                                    .build(),
                            1),
                    0);
            harness.processElement(
                    event(
                            OracleEvent.builder(EventType.BET, "e2", "u1", 0)
                                    .bet("b1")
                                    .game("g1")
                                    .amount("12.5")
                                    .odds("1.85")
                                    .city("Oslo")
                                    .deviceType("mobile")
                                    .betType("line")
                                    .currency("EUR")
                                    .build(),
                            2),
                    0);
            harness.processElement(
                    event(
                            OracleEvent.builder(EventType.BET_OUTCOME, "e3", "u1", 0)
                                    .bet("b1")
                                    .game("g1")
                                    .payout("30")
                                    .build(),
                            3),
                    0);
            harness.processElement(
                    event(
                            OracleEvent.builder(EventType.POST, "e4", "u1", 0)
                                    .post("p2")
                                    .build(),
                            4),
                    0);

            assertThat(harness.extractOutputValues())
                    .extracting(EventSighting::kind)
                    .containsExactly(EventKind.LIKE, EventKind.BET, EventKind.BET_OUTCOME, EventKind.POST);
            assertThat(harness.getSideOutput(PaneAssigner.POST_ACTIONS))
                    .extracting(element -> element.getValue())
                    .containsExactly(new PostAction(0, 0, "p1", EventKind.LIKE));
            assertThat(harness.getSideOutput(PaneAssigner.BET_EVENTS))
                    .extracting(element -> element.getValue())
                    .containsExactly(
                            new BetEvent(
                                    0, 0, 2, false, "u1", "b1", "g1", "Oslo", "mobile", "line", "EUR", 125_000, 18_500),
                            new BetEvent(0, 0, 3, true, "u1", "b1", "g1", "", "", "", "", 300_000, 0));
        }
    }

    private static AggregationEvent login(long occurredAtMs, long appendedAtMs) {
        return event(
                OracleEvent.builder(EventType.LOGIN, "e", "u1", occurredAtMs).build(), appendedAtMs);
    }

    private static AggregationEvent event(OracleEvent event, long appendedAtMs) {
        return AggregationEvent.of(new Arrival(0, 0, appendedAtMs, event).record());
    }

    private static OneInputStreamOperatorTestHarness<AggregationEvent, EventSighting> harness() throws Exception {
        return new OneInputStreamOperatorTestHarness<>(new PaneAssigner(USER_PANES, SUM_PANES));
    }
}
