package io.tidegate.jobs.aggregation.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.jobs.aggregation.EventKind;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The life of a pane, shown by the simplest of the three tables. Window and pane start at the epoch, for small numbers. */
class PostActivityTest {

    private static final PaneGrid GRID = new PaneGrid(Duration.ofHours(1));
    private static final long END = GRID.lastMs(0);

    @Test
    void theRowIsWrittenAnIntervalAfterTheFirstEvent() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);

            harness.setProcessingTime(10_999);
            assertThat(harness.extractOutputValues()).isEmpty();
            harness.setProcessingTime(11_000);
            assertThat(harness.extractOutputValues()).containsExactly(row(tally(1, 0, 0, 0), 11_000, 11_000));
        }
    }

    @Test
    void manyEventsInAnIntervalAreOneRow() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.setProcessingTime(10_500);
            harness.processElement(action(EventKind.UNLIKE), 0);
            harness.processElement(action(EventKind.COMMENT), 0);
            harness.processElement(action(EventKind.SHARE), 0);
            harness.setProcessingTime(11_000);
            harness.setProcessingTime(20_000);

            assertThat(harness.extractOutputValues()).containsExactly(row(tally(2, 1, 1, 1), 11_000, 11_000));
        }
    }

    @Test
    void aLateEventCorrectsTheRow() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.setProcessingTime(11_000);
            harness.setProcessingTime(2_000_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.setProcessingTime(2_001_000);

            assertThat(harness.extractOutputValues())
                    .containsExactly(
                            row(tally(1, 0, 0, 0), 11_000, 11_000), row(tally(2, 0, 0, 0), 2_001_000, 2_001_000));
        }
    }

    @Test
    void aVersionGrowsEvenWhereTheClockFallsBack() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(1_000_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.setProcessingTime(1_001_000);
            snapshot = harness.snapshot(1, 1);
        }

        // given a machine whose clock is behind the one that wrote the row
        try (var harness = harness()) {
            harness.setProcessingTime(500_000);
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(action(EventKind.LIKE), 0);
            harness.setProcessingTime(501_000);

            assertThat(harness.extractOutputValues()).containsExactly(row(tally(2, 0, 0, 0), 1_001_001, 501_000));
        }
    }

    @Test
    void aRowThatWasDueIsWrittenAfterARestore() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);
            snapshot = harness.snapshot(1, 1);
        }

        try (var harness = harness()) {
            harness.setProcessingTime(10_100);
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(action(EventKind.LIKE), 0);
            harness.setProcessingTime(11_000);
            harness.setProcessingTime(60_000);

            // The timer of before the failure, one row
            assertThat(harness.extractOutputValues()).containsExactly(row(tally(2, 0, 0, 0), 11_000, 11_000));
        }
    }

    @Test
    void thePaneEndsWithItsLastRowAndNothingIsLeft() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.processWatermark(END - 1);
            assertThat(harness.numKeyedStateEntries()).isEqualTo(1);

            harness.processWatermark(END);

            assertThat(harness.extractOutputValues()).containsExactly(row(tally(1, 0, 0, 0), 10_000, 10_000));
            assertThat(harness.numKeyedStateEntries()).isZero();
            assertThat(harness.numEventTimeTimers()).isZero();
            assertThat(harness.numProcessingTimeTimers()).isZero();
        }
    }

    @Test
    void aPaneThatHasNothingNewEndsSilently() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.setProcessingTime(11_000);
            harness.processWatermark(END);

            assertThat(harness.extractOutputValues()).hasSize(1);
            assertThat(harness.numKeyedStateEntries()).isZero();
        }
    }

    @Test
    void panesOfOneWindowAreRowsOfTheirOwn() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.processElement(new PostAction(0, 3_600_000, "p1", EventKind.LIKE), 0);
            harness.setProcessingTime(11_000);

            assertThat(harness.extractOutputValues())
                    .extracting(row -> row.key().paneMs(), row -> row.tally().likes())
                    .containsExactlyInAnyOrder(tuple(0L, 1L), tuple(3_600_000L, 1L));
        }
    }

    @Test
    void theEndOfABoundedInputWritesWhatIsDue() throws Exception {
        try (var harness = harness()) {
            harness.open();
            harness.setProcessingTime(10_000);
            harness.processElement(action(EventKind.LIKE), 0);
            harness.processWatermark(Long.MAX_VALUE);

            assertThat(harness.extractOutputValues())
                    .extracting(PostActivityRow::tally)
                    .isEqualTo(List.of(tally(1, 0, 0, 0)));
        }
    }

    private static PostAction action(EventKind kind) {
        return new PostAction(0, 0, "p1", kind);
    }

    private static PostTally tally(long likes, long unlikes, long comments, long shares) {
        return new PostTally(likes, unlikes, comments, shares);
    }

    private static PostActivityRow row(PostTally tally, long version, long updatedAtMs) {
        return new PostActivityRow(new PostActivityKey(0, 0, "p1"), tally, version, updatedAtMs);
    }

    private static KeyedOneInputStreamOperatorTestHarness<PostActivityKey, PostAction, PostActivityRow> harness()
            throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new PostActivity(GRID, Duration.ofSeconds(1))),
                PostAction::activityKey,
                TypeInformation.of(PostActivityKey.class));
    }
}
