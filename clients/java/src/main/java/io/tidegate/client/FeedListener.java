package io.tidegate.client;

/**
 * Hears a feed. Calls come one after the other, never two at a time. The next message is read from the socket when the call has
 * returned: a listener that takes long is disconnected by the gateway, and the subscription goes on where it was.
 *
 * @param <M> what the channel carries
 */
@FunctionalInterface
public interface FeedListener<M extends FeedMessage> {

    /** A message, once, in the order of its subject. An exception ends the subscription. */
    void onMessage(M message);

    /** Something may have been missed. {@link TidegateClient#alerts} has the alerts of that time. */
    default void onGap(Gap gap) {}

    /** The subscription is live (again). */
    default void onLive() {}

    /** The connection is gone; the subscription comes back by itself. */
    default void onInterrupted(String reason) {}

    /** It is over, and not because it was closed here: the channel isn't allowed or doesn't exist, or the listener failed. */
    default void onEnd(TidegateException reason) {}
}
