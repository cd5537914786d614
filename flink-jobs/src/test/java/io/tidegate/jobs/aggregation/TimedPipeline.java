package io.tidegate.jobs.aggregation;

import io.tidegate.jobs.aggregation.bets.BetEvent;
import io.tidegate.jobs.aggregation.bets.BetIdentity;
import io.tidegate.jobs.aggregation.bets.BetStages;
import io.tidegate.jobs.aggregation.bets.BetStatsKey;
import io.tidegate.jobs.aggregation.bets.BetStatsRow;
import io.tidegate.jobs.aggregation.bets.PlacedEvent;
import io.tidegate.jobs.aggregation.counts.CountStages;
import io.tidegate.jobs.aggregation.counts.EventCountKey;
import io.tidegate.jobs.aggregation.counts.EventCountRow;
import io.tidegate.jobs.aggregation.counts.EventShardKey;
import io.tidegate.jobs.aggregation.counts.EventSighting;
import io.tidegate.jobs.aggregation.counts.ShardCount;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import io.tidegate.jobs.aggregation.posts.PostAction;
import io.tidegate.jobs.aggregation.posts.PostActivityKey;
import io.tidegate.jobs.aggregation.posts.PostActivityRow;
import io.tidegate.jobs.aggregation.posts.PostStages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** The windows of the pipeline, behind de-duplication, in one thread and under clocks that the test holds. */
final class TimedPipeline implements AutoCloseable {

    /** The state of every stage. */
    record Snapshot(List<OperatorSubtaskState> stages) {}

    private final OneInputStreamOperatorTestHarness<AggregationEvent, EventSighting> panes;
    private final KeyedStage<EventShardKey, EventSighting, ShardCount> shards;
    private final KeyedStage<EventCountKey, ShardCount, EventCountRow> counts;
    private final KeyedStage<PostActivityKey, PostAction, PostActivityRow> posts;
    private final KeyedStage<BetIdentity, BetEvent, PlacedEvent> outcomes;
    private final KeyedStage<BetStatsKey, PlacedEvent, BetStatsRow> bets;

    private TimedPipeline(Snapshot from, long nowMs, Consumer<Runnable> rows, WindowTables tables) throws Exception {
        PaneGrid users = AggregationSettings.DEFAULTS.userPanes();
        PaneGrid sums = AggregationSettings.DEFAULTS.sumPanes();
        panes = new OneInputStreamOperatorTestHarness<>(new PaneAssigner(users, sums));
        if (from != null) {
            panes.initializeState(from.stages().get(0));
        }
        panes.open();
        counts = CountStages.totals(users, state(from, 1), nowMs, row -> rows.accept(() -> tables.insert(row)));
        shards = CountStages.shards(users, state(from, 2), nowMs, unchecked(counts::process));
        posts = PostStages.activity(sums, state(from, 3), nowMs, row -> rows.accept(() -> tables.insert(row)));
        bets = BetStages.stats(sums, state(from, 4), nowMs, row -> rows.accept(() -> tables.insert(row)));
        outcomes = BetStages.outcomes(Duration.ofHours(24), state(from, 5), nowMs, unchecked(bets::process));
    }

    /**
     * @param from null for a fresh start
     * @param rows takes what inserts a row into {@code tables}
     */
    static TimedPipeline start(Snapshot from, long nowMs, Consumer<Runnable> rows, WindowTables tables)
            throws Exception {
        return new TimedPipeline(from, nowMs, rows, tables);
    }

    void process(Arrival arrival) throws Exception {
        panes.processElement(AggregationEvent.of(arrival.record()), 0);
        for (EventSighting sighting : panes.extractOutputValues()) {
            shards.process(sighting);
        }
        panes.getOutput().clear();
        forward(PaneAssigner.POST_ACTIONS, posts);
        forward(PaneAssigner.BET_EVENTS, outcomes);
    }

    private <T> void forward(OutputTag<T> tag, KeyedStage<?, T, ?> stage) throws Exception {
        var elements = panes.getSideOutput(tag);
        while (elements != null && !elements.isEmpty()) {
            stage.process(elements.poll().getValue());
        }
    }

    void clock(long nowMs) throws Exception {
        for (KeyedStage<?, ?, ?> stage : stages()) {
            stage.clock(nowMs);
        }
    }

    void watermark(long appendedMs) throws Exception {
        panes.processWatermark(appendedMs);
        panes.getOutput().clear();
        for (KeyedStage<?, ?, ?> stage : stages()) {
            stage.watermark(appendedMs);
        }
    }

    Snapshot snapshot(long checkpoint) throws Exception {
        return new Snapshot(List.of(
                panes.snapshot(checkpoint, 0),
                counts.snapshot(checkpoint),
                shards.snapshot(checkpoint),
                posts.snapshot(checkpoint),
                bets.snapshot(checkpoint),
                outcomes.snapshot(checkpoint)));
    }

    /** Keys with state, and timers, of all stages. */
    int leftovers() {
        return stages().stream().mapToInt(KeyedStage::leftovers).sum();
    }

    /** Upstream first. */
    private List<KeyedStage<?, ?, ?>> stages() {
        List<KeyedStage<?, ?, ?>> stages = new ArrayList<>();
        stages.add(shards);
        stages.add(counts);
        stages.add(posts);
        stages.add(outcomes);
        stages.add(bets);
        return stages;
    }

    private static OperatorSubtaskState state(Snapshot from, int stage) {
        return from == null ? null : from.stages().get(stage);
    }

    private interface ThrowingConsumer<T> {
        void accept(T value) throws Exception;
    }

    private static <T> Consumer<T> unchecked(ThrowingConsumer<T> consumer) {
        return value -> {
            try {
                consumer.accept(value);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @Override
    public void close() throws Exception {
        panes.close();
        for (KeyedStage<?, ?, ?> stage : stages()) {
            stage.close();
        }
    }
}
