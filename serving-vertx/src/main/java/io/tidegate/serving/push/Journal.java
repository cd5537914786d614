package io.tidegate.serving.push;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The newest events of a feed, in memory: who was away for a moment continues from here, and so does everybody at once after
 * another gateway has gone, without asking the broker.
 *
 * <p>Bounded in count and bytes; the oldest go first. Thread-safe: one feed writes, every event loop reads.
 */
final class Journal {

    /**
     * @param events in the order in which the feed read them
     * @param last sequence of the newest event that this read has looked at; -1 where there is none
     * @param lastPlace the place after that one; null where there is none
     * @param atEnd whether nothing newer is known
     */
    record Read(List<FeedEvent> events, long last, Cursor lastPlace, boolean atEnd) {}

    private final int maxEvents;
    private final long maxBytes;
    private FeedEvent[] ring = new FeedEvent[64];
    private int first;
    private int size;
    private long bytes;
    /** From here on everything is in the journal. Null until the feed has found its place. */
    private Cursor from;

    Journal(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /** Forgets everything; what is added next comes after this place. */
    synchronized void reset(Cursor place) {
        ring = new FeedEvent[64];
        first = 0;
        size = 0;
        bytes = 0;
        from = place;
    }

    synchronized void add(FeedEvent event) {
        while (size > 0 && (size >= maxEvents || bytes + event.weight() > maxBytes)) {
            evict();
        }
        if (size == ring.length) {
            FeedEvent[] larger = new FeedEvent[ring.length * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = at(i);
            }
            ring = larger;
            first = 0;
        }
        ring[(first + size++) % ring.length] = event;
        bytes += event.weight();
    }

    private void evict() {
        FeedEvent oldest = ring[first];
        ring[first] = null;
        first = (first + 1) % ring.length;
        size--;
        bytes -= oldest.weight();
        from = oldest.place();
    }

    private FeedEvent at(int index) {
        return ring[(first + index) % ring.length];
    }

    /** Whether everything after the place is here. */
    synchronized boolean covers(Cursor place) {
        return from != null && place.isOfSameLife(from) && place.reaches(from);
    }

    /**
     * The events of a channel after a place, or after a sequence number where that is further on.
     *
     * @param after sequence number of the last event that an earlier read has looked at; -1 for the first read
     * @param max events to return
     * @return null where the journal doesn't reach back so far
     */
    synchronized Read read(Cursor place, long after, Channel channel, Filter filter, int max) {
        int index;
        if (from == null || !place.isOfSameLife(from)) {
            return null;
        }
        if (after >= 0) {
            OptionalInt next = indexAfter(after);
            if (next.isEmpty()) {
                return null;
            }
            index = next.getAsInt();
        } else if (!place.reaches(from)) {
            return null;
        } else {
            index = firstBeyond(place);
        }
        List<FeedEvent> events = new ArrayList<>();
        for (; index < size; index++) {
            FeedEvent event = at(index);
            if (event.offset() >= place.next(event.partition())
                    && event.channels().contains(channel)
                    && event.matches(filter)) {
                if (events.size() == max) {
                    FeedEvent last = at(index - 1);
                    return new Read(events, last.sequence(), last.place(), false);
                }
                events.add(event);
            }
        }
        if (size == 0) {
            return new Read(events, after, null, true);
        }
        FeedEvent newest = at(size - 1);
        return new Read(events, newest.sequence(), newest.place(), true);
    }

    private OptionalInt indexAfter(long sequence) {
        if (size == 0 || at(size - 1).sequence() <= sequence) {
            return size == 0 ? OptionalInt.empty() : OptionalInt.of(size);
        }
        long distance = sequence + 1 - at(0).sequence();
        // Sequence numbers of a journal are without holes.
        return distance < 0 ? OptionalInt.empty() : OptionalInt.of((int) distance);
    }

    /** Places only grow, so those that the listener has passed altogether are found by halving. */
    private int firstBeyond(Cursor place) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (place.reaches(at(middle).place())) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    synchronized int size() {
        return size;
    }
}
