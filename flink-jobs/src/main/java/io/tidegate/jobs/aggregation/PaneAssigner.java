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
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Gives each event its window and pane and splits it into what the aggregations need of it.
 *
 * <p>The pane follows from the broker's append time ({@link PaneGrid}). The stages behind forget a pane once the watermark has
 * passed it. An event that comes behind the watermark all the same (its partition was taken for idle) is treated as appended
 * just after the watermark: it gets a pane that nobody has forgotten, and so never overwrites a row with less than the row had.
 * The highest watermark is part of the state, since after a restart Flink's own begins anew.
 *
 * <p>An operator of its own and no function, because a function sees the watermark only when an event comes.
 */
final class PaneAssigner extends AbstractStreamOperator<EventSighting>
        implements OneInputStreamOperator<AggregationEvent, EventSighting> {

    private static final long serialVersionUID = 1L;

    static final OutputTag<PostAction> POST_ACTIONS =
            new OutputTag<>("post-actions", TypeInformation.of(PostAction.class));
    static final OutputTag<BetEvent> BET_EVENTS = new OutputTag<>("bet-events", TypeInformation.of(BetEvent.class));

    private final PaneGrid userPanes;
    private final PaneGrid sumPanes;

    private transient ListState<Long> watermarkState;
    private transient long highestWatermarkMs;
    private transient Counter behindWatermark;

    /**
     * @param userPanes of the event counts
     * @param sumPanes of the other tables
     */
    PaneAssigner(PaneGrid userPanes, PaneGrid sumPanes) {
        this.userPanes = Objects.requireNonNull(userPanes, "userPanes");
        this.sumPanes = Objects.requireNonNull(sumPanes, "sumPanes");
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        // Every instance gets what all instances knew, so that it holds for whatever partitions are read here now.
        watermarkState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("highest-watermark", Types.LONG));
        highestWatermarkMs = Long.MIN_VALUE;
        for (Long watermarkMs : watermarkState.get()) {
            highestWatermarkMs = Math.max(highestWatermarkMs, watermarkMs);
        }
        behindWatermark = getMetricGroup().counter("eventsBehindWatermark");
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        watermarkState.update(List.of(highestWatermarkMs));
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // The last one of a bounded input is no time.
        if (mark.getTimestamp() != Watermark.MAX_WATERMARK.getTimestamp()) {
            highestWatermarkMs = Math.max(highestWatermarkMs, mark.getTimestamp());
        }
        super.processWatermark(mark);
    }

    @Override
    public void processElement(StreamRecord<AggregationEvent> element) {
        AggregationEvent event = element.getValue();
        long windowStartMs = PaneGrid.windowStartMs(event.occurredAtMs());
        long appendedAtMs = appendedAtMs(event);
        output.collect(new StreamRecord<>(new EventSighting(
                windowStartMs,
                userPanes.paneMs(windowStartMs, appendedAtMs),
                event.kind(),
                UserHash.of(event.userId()))));
        long paneMs = sumPanes.paneMs(windowStartMs, appendedAtMs);
        switch (event.kind()) {
            case LIKE, UNLIKE, COMMENT, SHARE ->
                output.collect(
                        POST_ACTIONS,
                        new StreamRecord<>(new PostAction(windowStartMs, paneMs, event.postId(), event.kind())));
            case BET, BET_OUTCOME ->
                output.collect(BET_EVENTS, new StreamRecord<>(betEvent(event, windowStartMs, paneMs)));
            case POST, DEPOSIT, WITHDRAWAL, LOGIN -> {
                // Counted as an event, and nothing more.
            }
        }
    }

    private long appendedAtMs(AggregationEvent event) {
        if (event.appendedAtMs() > highestWatermarkMs) {
            return event.appendedAtMs();
        }
        behindWatermark.inc();
        return highestWatermarkMs + 1;
    }

    private static BetEvent betEvent(AggregationEvent event, long windowStartMs, long paneMs) {
        return new BetEvent(
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
                event.oddsE4());
    }
}
