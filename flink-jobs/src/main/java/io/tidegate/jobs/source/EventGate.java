package io.tidegate.jobs.source;

import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Event.BodyCase;
import org.apache.flink.util.Collector;

/** Drops ticks too, whose only message is their timestamp. */
final class EventGate extends RecordGate<Event> {

    private static final long serialVersionUID = 1L;

    @Override
    void pass(SourceRecord<Event> record, Collector<SourceRecord<Event>> out) {
        if (record.message().getBodyCase() != BodyCase.TICK) {
            out.collect(record);
        }
    }
}
