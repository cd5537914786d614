package io.tidegate.jobs.source;

import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Event.BodyCase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Event time for a replay of history: stamps events with {@code occurred_at} and works out the watermark by
 * {@link OccurredTimeClock}. Runs with parallelism 1, before the ticks are dropped.
 */
final class OccurredTimeOperator extends AbstractStreamOperator<SourceRecord<Event>>
        implements OneInputStreamOperator<SourceRecord<Event>, SourceRecord<Event>> {

    private static final long serialVersionUID = 1L;

    /** How long, in time during which records or ticks flow, a batch may be delayed by retries and still be in order. */
    static final Duration SETTLING = Duration.ofSeconds(5);

    private final PartitionCount partitionCount;

    private transient OccurredTimeClock clock;
    private transient ListState<long[]> clockState;
    private transient long lastEmittedMs;

    OccurredTimeOperator(PartitionCount partitionCount) {
        this.partitionCount = Objects.requireNonNull(partitionCount, "partitionCount");
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        clockState = context.getOperatorStateStore()
                .getListState(
                        new ListStateDescriptor<>("clock", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        clock = new OccurredTimeClock(partitionCount.get(), SETTLING);
        for (long[] snapshot : clockState.get()) {
            clock.restore(snapshot);
        }
        lastEmittedMs = Long.MIN_VALUE;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        clockState.update(List.of(clock.snapshot()));
    }

    @Override
    public void processElement(StreamRecord<SourceRecord<Event>> element) {
        SourceRecord<Event> record = element.getValue();
        Event event = record.message();
        if (event == null || event.getBodyCase() == BodyCase.TICK || event.getOccurredAtMs() <= 0) {
            clock.tick(record.partition(), record.appendedAtMs());
            output.collect(element);
        } else {
            long timestampMs = clock.event(record.partition(), record.appendedAtMs(), event.getOccurredAtMs());
            output.collect(element.replace(record, timestampMs));
        }
        long watermarkMs = clock.watermarkMs();
        if (watermarkMs > lastEmittedMs) {
            lastEmittedMs = watermarkMs;
            output.emitWatermark(new Watermark(watermarkMs));
        }
    }

    /** The source's own say nothing here, but for the one that ends a bounded stream. */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
            super.processWatermark(mark);
        }
    }
}
