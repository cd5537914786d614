package io.tidegate.client;

import java.util.Optional;

/** A feed that is being listened to. */
public interface Subscription extends AutoCloseable {

    /** The place right after the last message that the listener has heard. To go on there later, after a restart for instance. */
    Optional<String> cursor();

    /** Whether messages come at the moment. */
    boolean isLive();

    /** Hears no more; a call of the listener that is under way ends normally. */
    @Override
    void close();
}
