package io.tidegate.jobs.fraud;

import java.io.IOException;
import java.util.ArrayDeque;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Events of a subject that the watermark hasn't reached yet, in the order of detection: {@link ArrivalOrder} among equal times. */
final class WaitingEvents {

    /** Of most subjects one at a time. */
    private final ArrayDeque<FraudEvent> events = new ArrayDeque<>(1);

    boolean isEmpty() {
        return events.isEmpty();
    }

    int size() {
        return events.size();
    }

    /** @return null where none waits */
    FraudEvent first() {
        return events.peekFirst();
    }

    FraudEvent removeFirst() {
        return events.removeFirst();
    }

    /** Nearly always at the end: only events of other partitions that ran ahead come after it. */
    void add(FraudEvent event) {
        ArrayDeque<FraudEvent> later = null;
        while (!events.isEmpty() && ArrivalOrder.byTime(events.peekLast(), event) > 0) {
            if (later == null) {
                later = new ArrayDeque<>();
            }
            later.addFirst(events.removeLast());
        }
        events.addLast(event);
        if (later != null) {
            events.addAll(later);
        }
    }

    WaitingEvents copy() {
        WaitingEvents copy = new WaitingEvents();
        copy.events.addAll(events);
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        target.writeInt(events.size());
        for (FraudEvent event : events) {
            FraudEventSerializer.INSTANCE.serialize(event, target);
        }
    }

    static WaitingEvents read(DataInputView source) throws IOException {
        WaitingEvents waiting = new WaitingEvents();
        int count = source.readInt();
        for (int i = 0; i < count; i++) {
            waiting.events.addLast(FraudEventSerializer.INSTANCE.deserialize(source));
        }
        return waiting;
    }
}
