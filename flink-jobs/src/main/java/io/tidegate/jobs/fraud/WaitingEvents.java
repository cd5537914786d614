package io.tidegate.jobs.fraud;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Events of a subject that the watermark hasn't reached yet, in the order of detection: {@link ArrivalOrder} among equal times. */
final class WaitingEvents {

    /** Null while {@link #lone} is all there is. */
    private ArrayDeque<FraudEvent> events;

    /**
     * A single event as {@link FraudEventSerializer} writes it, or null. Most subjects have one that waits for a second for as long as they
     * are remembered, and are written with each checkpoint: so it is encoded once, and is one object in memory instead of ten.
     */
    private byte[] lone;

    /** What an event that nobody may ask for again is kept as. */
    static WaitingEvents ofLone(FraudEvent event) {
        WaitingEvents waiting = new WaitingEvents();
        waiting.lone = SmallWrites.bytes(target -> FraudEventSerializer.INSTANCE.serialize(event, target));
        return waiting;
    }

    boolean isEmpty() {
        return size() == 0;
    }

    int size() {
        if (lone != null) {
            return 1;
        }
        return events == null ? 0 : events.size();
    }

    /** @return null where none waits */
    FraudEvent first() {
        return events().peekFirst();
    }

    FraudEvent removeFirst() {
        return events().removeFirst();
    }

    /** Nearly always at the end: only events of other partitions that ran ahead come after it. */
    void add(FraudEvent event) {
        ArrayDeque<FraudEvent> earlier = events();
        ArrayDeque<FraudEvent> later = null;
        while (!earlier.isEmpty() && ArrivalOrder.byTime(earlier.peekLast(), event) > 0) {
            if (later == null) {
                later = new ArrayDeque<>();
            }
            later.addFirst(earlier.removeLast());
        }
        earlier.addLast(event);
        if (later != null) {
            earlier.addAll(later);
        }
    }

    private ArrayDeque<FraudEvent> events() {
        if (events == null) {
            events = new ArrayDeque<>(1);
            if (lone != null) {
                events.add(decoded(lone));
                lone = null;
            }
        }
        return events;
    }

    private static FraudEvent decoded(byte[] event) {
        try {
            return FraudEventSerializer.INSTANCE.deserialize(new DataInputDeserializer(event));
        } catch (IOException e) {
            throw new UncheckedIOException("bytes of its own making", e);
        }
    }

    WaitingEvents copy() {
        WaitingEvents copy = new WaitingEvents();
        copy.events = events == null ? null : new ArrayDeque<>(events);
        // Never changed.
        copy.lone = lone;
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        target.writeInt(size());
        if (lone != null) {
            target.write(lone);
        } else if (events != null) {
            for (FraudEvent event : events) {
                FraudEventSerializer.INSTANCE.serialize(event, target);
            }
        }
    }

    static WaitingEvents read(DataInputView source) throws IOException {
        int count = source.readInt();
        if (count == 1) {
            return ofLone(FraudEventSerializer.INSTANCE.deserialize(source));
        }
        WaitingEvents waiting = new WaitingEvents();
        for (int i = 0; i < count; i++) {
            waiting.events().addLast(FraudEventSerializer.INSTANCE.deserialize(source));
        }
        return waiting;
    }
}
