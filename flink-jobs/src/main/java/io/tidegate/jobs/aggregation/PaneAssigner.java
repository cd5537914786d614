package io.tidegate.jobs.aggregation;

import io.tidegate.jobs.aggregation.bets.BetEvent;
import io.tidegate.jobs.aggregation.counts.EventSighting;
import io.tidegate.jobs.aggregation.counts.UserHash;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import io.tidegate.jobs.aggregation.posts.PostAction;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Gives each event its window and pane and splits it into what the aggregations need of it.
 *
 * <p>The pane follows from the broker's append time ({@link PaneGrid}). The stages behind forget a pane once the watermark has
 * passed it. An event that comes behind the watermark all the same (its partition was taken for idle) is treated as appended
 * just after the watermark: it gets a pane that nobody has forgotten, and so never overwrites a row with less than the row had.
 * The highest watermark is part of the state, since after a restart Flink's own begins anew.
 */
final class PaneAssigner extends ProcessFunction<AggregationEvent, EventSighting> implements CheckpointedFunction {

    private static final long serialVersionUID = 1L;

    static final OutputTag<PostAction> POST_ACTIONS =
            new OutputTag<>("post-actions", TypeInformation.of(PostAction.class));
    static final OutputTag<BetEvent> BET_EVENTS = new OutputTag<>("bet-events", TypeInformation.of(BetEvent.class));

    private final PaneGrid grid;

    private transient ListState<Long> watermarkState;
    private transient long restoredWatermarkMs;
    private transient long lastWatermarkMs;
    private transient Counter behindWatermark;

    PaneAssigner(PaneGrid grid) {
        this.grid = Objects.requireNonNull(grid, "grid");
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        // Every instance gets what all instances knew: the stages behind are keyed, and theirs is the minimum of all.
        watermarkState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("highest-watermark", Types.LONG));
        restoredWatermarkMs = Long.MIN_VALUE;
        for (Long watermarkMs : watermarkState.get()) {
            restoredWatermarkMs = Math.max(restoredWatermarkMs, watermarkMs);
        }
        lastWatermarkMs = restoredWatermarkMs;
        behindWatermark = getRuntimeContext().getMetricGroup().counter("eventsBehindWatermark");
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        watermarkState.update(List.of(lastWatermarkMs));
    }

    @Override
    public void processElement(AggregationEvent event, Context context, Collector<EventSighting> out) {
        long windowStartMs = PaneGrid.windowStartMs(event.occurredAtMs());
        long paneMs = grid.paneMs(windowStartMs, appendedAtMs(event, context));
        out.collect(new EventSighting(windowStartMs, paneMs, event.kind(), UserHash.of(event.userId())));
        switch (event.kind()) {
            case LIKE, UNLIKE, COMMENT, SHARE ->
                context.output(POST_ACTIONS, new PostAction(windowStartMs, paneMs, event.postId(), event.kind()));
            case BET, BET_OUTCOME ->
                context.output(
                        BET_EVENTS,
                        new BetEvent(
                                windowStartMs,
                                paneMs,
                                event.appendedAtMs(),
                                event.kind() == EventKind.BET_OUTCOME,
                                event.userId(),
                                event.betId(),
                                event.gameId(),
                                event.city(),
                                event.deviceType(),
                                event.betType(),
                                event.currency(),
                                event.amountE4(),
                                event.oddsE4()));
            case POST, DEPOSIT, WITHDRAWAL, LOGIN -> {
                // Counted as an event, and nothing more.
            }
        }
    }

    private long appendedAtMs(AggregationEvent event, Context context) {
        lastWatermarkMs = Math.max(lastWatermarkMs, context.timerService().currentWatermark());
        if (event.appendedAtMs() > lastWatermarkMs) {
            return event.appendedAtMs();
        }
        behindWatermark.inc();
        return lastWatermarkMs + 1;
    }
}
