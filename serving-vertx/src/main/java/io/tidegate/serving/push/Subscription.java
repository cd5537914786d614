package io.tidegate.serving.push;

/** One listener's interest in one channel. Belongs to the listener's event loop. */
final class Subscription {

    private final FeedSession session;
    private final Channel channel;
    /** Place in {@link PushShard}'s list. */
    int index;

    private Filter filter;
    private long lastSequence = -1;
    /** Where the listener has everything up to; null while the feed hasn't found its place. */
    private String cursor;
    /** While this isn't null, what comes live is left to it: it finds it in the journal. */
    private Replay replay;
    /**
     * What the listener has already, where that may be more than the feed here has read: another gateway was ahead. Null as soon
     * as the feed has passed it.
     */
    private Cursor floor;

    Subscription(FeedSession session, Channel channel) {
        this.session = session;
        this.channel = channel;
    }

    FeedSession session() {
        return session;
    }

    Channel channel() {
        return channel;
    }

    Filter filter() {
        return filter;
    }

    void filter(Filter wanted) {
        filter = wanted;
    }

    /** Cursor of the last event that was handed to the transport. */
    String cursor() {
        return cursor;
    }

    void beginsAt(Cursor place) {
        cursor = place == null ? null : place.encode();
    }

    Replay replay() {
        return replay;
    }

    void replaying(Replay by) {
        replay = by;
        floor = null;
    }

    /** The journal, and then the feed, go on from what this listener has. */
    void floor(Cursor place) {
        floor = place;
    }

    /**
     * The replay is over: from now on live.
     *
     * @param sequence of the newest event that the replay has looked at
     */
    void live(long sequence) {
        replay = null;
        lastSequence = sequence;
    }

    void handedOver(FeedEvent event, String otherCursor) {
        cursor = otherCursor == null ? event.cursor() : otherCursor;
    }

    /** Delivers the newest value of a state channel to a listener that asked for it, though it may have it already. */
    void deliverNewest(FeedEvent event) {
        if (event.sequence() >= lastSequence) {
            lastSequence = event.sequence();
            session.event(this, event, event.channels().indexOf(channel), null);
        }
    }

    void deliver(FeedEvent event, int channelIndex) {
        if (channel.family().isState()) {
            // The value sent on subscribing may be newer than one that was already on its way here.
            if (event.sequence() <= lastSequence) {
                return;
            }
            lastSequence = event.sequence();
            session.event(this, event, channelIndex, null);
        } else if (replay == null && event.sequence() > lastSequence && event.matches(filter)) {
            pass(event, channelIndex);
        }
    }

    /** Delivers an event of the journal or of the feed, unless the listener has it. */
    void pass(FeedEvent event, int channelIndex) {
        String otherCursor = null;
        if (floor != null) {
            Cursor place = event.place();
            if (place == null || !place.isOfSameLife(floor) || place.reaches(floor)) {
                floor = null;
            } else if (event.offset() < floor.next(event.partition())) {
                return;
            } else {
                otherCursor = place.max(floor).encode();
            }
        }
        session.event(this, event, channelIndex, otherCursor);
    }
}
