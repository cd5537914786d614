package io.tidegate.serving.ingest;

import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import java.util.List;

/** Where accepted events go: topic {@code events}, or a stand-in in tests. Safe for use from every event loop; never blocks. */
interface EventLog {

    /** What became of a batch. */
    enum Outcome {
        /** Every event is on every in-sync replica. */
        STORED,
        /** The log is away or didn't acknowledge in time. Some of the events may be stored nevertheless. */
        UNAVAILABLE,
        /** The log takes events, but not as fast as they come. Some may be stored. */
        OVERLOADED
    }

    /** Told once per batch, on any thread, possibly before {@link #append} returns. */
    @FunctionalInterface
    interface Completion {
        void completed(Outcome outcome);
    }

    /** Appends all events of a batch. */
    void append(List<EncodedEvent> events, Completion completion);

    /** False while appending would be refused anyway, so that nobody reads a body in vain. */
    boolean available();

    Future<Void> start();

    /** Sends what is buffered, within limits, and closes. */
    Future<Void> stop();

    HealthCheck healthCheck();
}
