package io.tidegate.serving.push;

/** One socket's interest in one channel. Belongs to the socket's event loop. */
final class Subscription {

    private final PushSocket socket;
    private final Channel channel;
    /** Place in {@link PushShard}'s list. */
    int index;

    private long lastSequence = -1;
    /** Where the listener has everything up to; null while the feed hasn't found its place. */
    private String cursor;

    Subscription(PushSocket socket, Channel channel, String cursor) {
        this.socket = socket;
        this.channel = channel;
        this.cursor = cursor;
    }

    PushSocket socket() {
        return socket;
    }

    Channel channel() {
        return channel;
    }

    /** Cursor of the last event that was handed to the transport. */
    String cursor() {
        return cursor;
    }

    void handedOver(FeedEvent event) {
        cursor = event.cursor();
    }

    /** Delivers the newest value of a state channel to a listener that asked for it, though it may have it already. */
    void deliverNewest(FeedEvent event) {
        if (event.sequence() >= lastSequence) {
            lastSequence = event.sequence();
            socket.event(this, event, event.channels().indexOf(channel));
        }
    }

    void deliver(FeedEvent event, int channelIndex) {
        if (channel.family().isState()) {
            // The value sent on subscribing may be newer than one that was already on its way here.
            if (event.sequence() <= lastSequence) {
                return;
            }
            lastSequence = event.sequence();
        }
        socket.event(this, event, channelIndex);
    }
}
