package io.tidegate.serving.push;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a socket that is slower than its channels still has to get. Bounded in count and bytes.
 *
 * <p>In order: everything but state events. Of a state channel only the newest value waits, behind the rest.
 */
final class Backlog {

    private record Waiting(Subscription subscription, FeedEvent event, byte[] frame) {}

    private final int maxFrames;
    private final long maxBytes;
    private final ArrayDeque<Waiting> ordered = new ArrayDeque<>();
    private final Map<Subscription, Waiting> newest = new LinkedHashMap<>();
    private long orderedBytes;

    Backlog(int maxFrames, long maxBytes) {
        this.maxFrames = maxFrames;
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return ordered.isEmpty() && newest.isEmpty();
    }

    int size() {
        return ordered.size() + newest.size();
    }

    /** Adds a frame that is no event. False: the bound is reached, nothing was added. */
    boolean addControl(byte[] frame) {
        return add(new Waiting(null, null, frame));
    }

    /** False: the bound is reached, nothing was added. State events always find room: one for each subscription. */
    boolean addEvent(Subscription subscription, FeedEvent event, int channelIndex) {
        Waiting waiting = new Waiting(subscription, event, event.frame(channelIndex));
        if (subscription.channel().family().isState()) {
            newest.put(subscription, waiting);
            return true;
        }
        return add(waiting);
    }

    private boolean add(Waiting waiting) {
        if (ordered.size() >= maxFrames || orderedBytes + waiting.frame.length > maxBytes) {
            return false;
        }
        ordered.addLast(waiting);
        orderedBytes += waiting.frame.length;
        return true;
    }

    /** Writes until nothing waits or the outlet is full. */
    void drainTo(Outlet outlet) {
        while (!ordered.isEmpty() && !outlet.isFull()) {
            Waiting waiting = ordered.pollFirst();
            orderedBytes -= waiting.frame.length;
            write(waiting, outlet);
        }
        Iterator<Waiting> states = newest.values().iterator();
        while (states.hasNext() && !outlet.isFull()) {
            Waiting waiting = states.next();
            states.remove();
            write(waiting, outlet);
        }
    }

    private static void write(Waiting waiting, Outlet outlet) {
        outlet.write(waiting.frame);
        if (waiting.subscription != null) {
            waiting.subscription.handedOver(waiting.event);
        }
    }

    /** What waits for it is no longer wanted. */
    void forget(Subscription subscription) {
        newest.remove(subscription);
        for (Iterator<Waiting> i = ordered.iterator(); i.hasNext(); ) {
            Waiting waiting = i.next();
            if (waiting.subscription == subscription) {
                orderedBytes -= waiting.frame.length;
                i.remove();
            }
        }
    }

    void clear() {
        ordered.clear();
        newest.clear();
        orderedBytes = 0;
    }
}
