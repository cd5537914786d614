package io.tidegate.serving.push;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a listener that is slower than its channels still has to get. Bounded in count and bytes.
 *
 * <p>In order: everything but the values of channels that conflate. Of such a channel only the newest value waits, behind the rest.
 */
final class Backlog {

    /** What a notice, or what goes around an event's data, takes at most. */
    private static final int ENVELOPE_BYTES = 128;

    private record Waiting(Subscription subscription, FeedEvent event, int channelIndex, String cursor, Notice notice) {
        private int bytes() {
            return ENVELOPE_BYTES + (event == null ? 0 : event.data().length);
        }

        /** Null for a value of a state channel, which has no time. */
        private Instant since() {
            if (notice instanceof Notice.Gap gap) {
                return gap.from();
            }
            return event == null || event.place() == null
                    ? null
                    : Instant.ofEpochMilli(event.place().atMs());
        }
    }

    private final int maxFrames;
    private final long maxBytes;
    /** Null while nothing waits, which is nearly always. */
    private ArrayDeque<Waiting> ordered;

    private Map<Subscription, Waiting> newest;
    private long orderedBytes;

    Backlog(int maxFrames, long maxBytes) {
        this.maxFrames = maxFrames;
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return ordered == null && newest == null;
    }

    /** False: the bound is reached, nothing was added. */
    boolean addNotice(Notice notice) {
        return add(new Waiting(null, null, 0, null, notice));
    }

    /** False: the bound is reached, nothing was added. */
    boolean addEvent(Subscription subscription, FeedEvent event, int channelIndex, String cursor) {
        return add(new Waiting(subscription, event, channelIndex, cursor, null));
    }

    /** In place of the value that waits for the same subscription, if one does. There is always room: one for each subscription. */
    void addNewest(Subscription subscription, FeedEvent event, int channelIndex, String cursor) {
        if (newest == null) {
            newest = new LinkedHashMap<>();
        }
        newest.put(subscription, new Waiting(subscription, event, channelIndex, cursor, null));
    }

    /**
     * Forgets what waits for a stream's subscription, tells a gap from the first of it until now instead, and adds the event behind it. False:
     * there is no room even so, because of what waits for others.
     */
    boolean addAfterGap(Subscription subscription, FeedEvent event, int channelIndex, String cursor, Instant now) {
        Waiting waiting = new Waiting(subscription, event, channelIndex, cursor, null);
        Instant from = forget(subscription)
                .or(() -> Optional.ofNullable(waiting.since()))
                .orElse(now);
        Instant to = from.isAfter(now) ? from : now;
        return add(new Waiting(subscription, null, 0, null, new Notice.Gap(subscription.channel(), from, to)))
                && add(waiting);
    }

    private boolean add(Waiting waiting) {
        if (ordered == null) {
            ordered = new ArrayDeque<>();
        }
        if (ordered.size() >= maxFrames || orderedBytes + waiting.bytes() > maxBytes) {
            return false;
        }
        ordered.addLast(waiting);
        orderedBytes += waiting.bytes();
        return true;
    }

    /** Writes until nothing waits or the outlet is full. */
    void drainTo(Outlet outlet) {
        while (ordered != null && !outlet.isFull()) {
            Waiting waiting = ordered.pollFirst();
            if (waiting == null) {
                ordered = null;
            } else {
                orderedBytes -= waiting.bytes();
                write(waiting, outlet);
            }
        }
        while (newest != null && !outlet.isFull()) {
            Iterator<Waiting> states = newest.values().iterator();
            if (states.hasNext()) {
                Waiting waiting = states.next();
                states.remove();
                write(waiting, outlet);
            } else {
                newest = null;
            }
        }
        shrink();
    }

    private void shrink() {
        if (ordered != null && ordered.isEmpty()) {
            ordered = null;
        }
        if (newest != null && newest.isEmpty()) {
            newest = null;
        }
    }

    private static void write(Waiting waiting, Outlet outlet) {
        if (waiting.event == null) {
            outlet.write(waiting.notice);
        } else {
            outlet.write(waiting.event, waiting.channelIndex, waiting.cursor);
            waiting.subscription.handedOver(waiting.event, waiting.cursor);
        }
    }

    /** What waits for it is no longer wanted. Returns the time of the oldest event of a stream, or gap, among it. */
    Optional<Instant> forget(Subscription subscription) {
        Instant oldest = null;
        if (newest != null) {
            newest.remove(subscription);
        }
        if (ordered != null) {
            for (Iterator<Waiting> i = ordered.iterator(); i.hasNext(); ) {
                Waiting waiting = i.next();
                if (waiting.subscription == subscription) {
                    if (oldest == null) {
                        oldest = waiting.since();
                    }
                    orderedBytes -= waiting.bytes();
                    i.remove();
                }
            }
        }
        shrink();
        return Optional.ofNullable(oldest);
    }

    void clear() {
        ordered = null;
        newest = null;
        orderedBytes = 0;
    }
}
