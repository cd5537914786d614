package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.source.SourceRecord;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Keeps of each event what the rules look at. The record's timestamp is the detection time. */
final class FraudEvents extends ProcessFunction<SourceRecord<Event>, FraudEvent> {

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(SourceRecord<Event> record, Context context, Collector<FraudEvent> out) {
        Long timeMs = context.timestamp();
        if (timeMs == null) {
            throw new IllegalStateException("events come without detection time");
        }
        out.collect(FraudEvent.of(record, timeMs));
    }
}
