package io.tidegate.jobs.aggregation.bets;

import io.tidegate.jobs.aggregation.KeyedStage;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** The two stages of {@link BetStats}, for pipelines under a clock of the test. */
public final class BetStages {

    private BetStages() {}

    public static KeyedStage<BetIdentity, BetEvent, PlacedEvent> outcomes(
            Duration retention, OperatorSubtaskState restored, long nowMs, Consumer<PlacedEvent> downstream)
            throws Exception {
        return KeyedStage.start(
                new BetOutcomeJoin(retention), BetEvent::identity, BetIdentity.class, restored, nowMs, downstream);
    }

    public static KeyedStage<BetStatsKey, PlacedEvent, BetStatsRow> stats(
            PaneGrid grid, OperatorSubtaskState restored, long nowMs, Consumer<BetStatsRow> downstream)
            throws Exception {
        return KeyedStage.start(
                new BetStats(grid, Duration.ofSeconds(1)),
                PlacedEvent::statsKey,
                BetStatsKey.class,
                restored,
                nowMs,
                downstream);
    }
}
