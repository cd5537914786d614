package io.tidegate.serving.push;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a listener that is slower than its channels still has to get. Bounded in count and bytes.
 *
 * <p>In order: everything but state events. Of a state channel only the newest value waits, behind the rest.
 */
final class Backlog {

    /** What a notice, or what goes around an event's data, takes at most. */
    private static final int ENVELOPE_BYTES = 128;

    private record Waiting(Subscription subscription, FeedEvent event, int channelIndex, String cursor, Notice notice) {
        private int bytes() {
            return ENVELOPE_BYTES + (event == null ? 0 : event.data().length);
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

    /** False: the bound is reached, nothing was added. State events always find room: one for each subscription. */
    boolean addEvent(Subscription subscription, FeedEvent event, int channelIndex, String cursor) {
        Waiting waiting = new Waiting(subscription, event, channelIndex, cursor, null);
        if (subscription.channel().family().isState()) {
            if (newest == null) {
                newest = new LinkedHashMap<>();
            }
            newest.put(subscription, waiting);
            return true;
        }
        return add(waiting);
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

    /** What waits for it is no longer wanted. */
    void forget(Subscription subscription) {
        if (newest != null) {
            newest.remove(subscription);
        }
        if (ordered != null) {
            for (Iterator<Waiting> i = ordered.iterator(); i.hasNext(); ) {
                Waiting waiting = i.next();
                if (waiting.subscription == subscription) {
                    orderedBytes -= waiting.bytes();
                    i.remove();
                }
            }
        }
        shrink();
    }

    void clear() {
        ordered = null;
        newest = null;
        orderedBytes = 0;
    }
}
