package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.replay.oracle.OracleEvent;
import java.util.List;
import java.util.function.Function;

/** One rule with what is around it in the pipeline, without a cluster, in one of its forms. Time moves by watermark. */
abstract class PatternHarness implements AutoCloseable {

    /**
     * Brings the events in, in their order of arrival, the watermark as close behind as equal times allow, and then moves it to
     * the last one.
     */
    final PatternHarness feed(List<OracleEvent> events) throws Exception {
        for (SourceRecord<Event> record : Arrivals.records(events)) {
            long timeMs = record.appendedAtMs();
            watermark(timeMs - 1);
            arrive(FraudEvent.of(record, timeMs));
        }
        watermark(events.get(events.size() - 1).timeMs());
        return this;
    }

    final PatternHarness feed(OracleEvent... events) throws Exception {
        return feed(List.of(events));
    }

    /** Brings one event in and leaves time alone. */
    abstract void arrive(FraudEvent event) throws Exception;

    abstract void watermark(long timeMs) throws Exception;

    /** So far, suppression included. */
    abstract List<Alert> alerts();

    /** The event ids of each alert so far. */
    final List<List<String>> matches() {
        return alertsAs(alert -> List.copyOf(alert.getEventIdsList()));
    }

    final <T> List<T> alertsAs(Function<Alert, T> view) {
        return alerts().stream().map(view).toList();
    }

    abstract List<FraudEvent> late();

    /** Entries of state and timers, over all stages. */
    abstract int held();
}
