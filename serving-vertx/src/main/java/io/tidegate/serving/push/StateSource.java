package io.tidegate.serving.push;

import java.util.Optional;

/** Knows the newest value of state channels, for a listener that has just subscribed. Thread-safe, and never blocks. */
@FunctionalInterface
public interface StateSource {

    /** The newest value of a channel whose family is state; empty while it isn't known yet. */
    Optional<FeedEvent> latest(Channel channel);
}
