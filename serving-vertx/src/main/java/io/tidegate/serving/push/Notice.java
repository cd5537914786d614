package io.tidegate.serving.push;

import java.time.Instant;

/** What the server says besides events; each transport has its own words for it, or none. */
sealed interface Notice {

    /** A token was accepted. */
    record Ready() implements Notice {}

    /** The answer to a ping of the application. */
    record Pong() implements Notice {}

    /**
     * @param cursor where the subscription begins; null where that isn't known, or was said by the client
     */
    record Subscribed(Channel channel, String cursor) implements Notice {}

    /** What happened on the channel between the two times may not have been delivered. */
    record Gap(Channel channel, Instant from, Instant to) implements Notice {}

    /** The token ends at this time: a new one keeps the connection open. */
    record Expiring(Instant at) implements Notice {}

    /**
     * @param channel what it is about; null where it isn't about one
     * @param cursor where to go on; null where there is no place to tell
     */
    record Error(PushError error, String channel, String cursor) implements Notice {
        Error(PushError error) {
            this(error, null, null);
        }
    }
}
