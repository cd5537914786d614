package io.tidegate.jobs.aggregation.counts;

import io.tidegate.jobs.aggregation.KeyedStage;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

/** The two stages of {@link EventCounts}, for pipelines under a clock of the test. */
public final class CountStages {

    private CountStages() {}

    public static KeyedStage<EventShardKey, EventSighting, ShardCount> shards(
            PaneGrid grid, OperatorSubtaskState restored, long nowMs, Consumer<ShardCount> downstream)
            throws Exception {
        return KeyedStage.start(
                new EventCounts.Shards(grid, Duration.ofMillis(500)),
                EventSighting::shardKey,
                EventShardKey.class,
                restored,
                nowMs,
                downstream);
    }

    public static KeyedStage<EventCountKey, ShardCount, EventCountRow> totals(
            PaneGrid grid, OperatorSubtaskState restored, long nowMs, Consumer<EventCountRow> downstream)
            throws Exception {
        return KeyedStage.start(
                new EventCounts.Totals(grid, Duration.ofMillis(500)),
                ShardCount::countKey,
                EventCountKey.class,
                restored,
                nowMs,
                downstream);
    }
}
