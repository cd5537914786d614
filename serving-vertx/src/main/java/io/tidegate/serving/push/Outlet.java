package io.tidegate.serving.push;

/** The writing side of one connection, in the words of its transport. Only for its event loop. */
interface Outlet {

    /** Whether what is written now would only pile up in memory. Once false again, {@link FeedSession#drained} is called. */
    boolean isFull();

    /** Sends a notice; one that the transport has no words for is left out. */
    void write(Notice notice);

    /**
     * Sends an event. Its encoding is shared with other connections, so it isn't copied and must never change.
     *
     * @param channelIndex which of the event's channels the listener gets it for
     * @param cursor where this listener continues, if that isn't the event's own cursor; else null
     */
    void write(FeedEvent event, int channelIndex, String cursor);

    /** Sends something that carries nothing, so that proxies don't take a quiet connection for a dead one. */
    void heartbeat();

    /** Whether a living peer answers each heartbeat. */
    default boolean isHeartbeatAnswered() {
        return false;
    }

    /** Says goodbye; if the peer doesn't take it within the closing time-limit, cuts the connection. */
    void close(CloseCode code, String reason);
}
