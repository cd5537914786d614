package io.tidegate.jobs.source;

import io.tidegate.contracts.ScopedId;

/** What de-duplication needs to know of an event. */
public interface Identified {

    /** Within its tenant, see {@link ScopedId}: what another tenant sends is never a repeat. */
    String userId();

    /** Unique within the user. */
    String eventId();

    /** The broker's append time, epoch milliseconds. */
    long appendedAtMs();
}
