package io.tidegate.jobs.source;

/** What de-duplication needs to know of an event. */
public interface Identified {

    String userId();

    /** Unique within the user. */
    String eventId();

    /** The broker's append time, epoch milliseconds. */
    long appendedAtMs();
}
