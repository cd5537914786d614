package io.tidegate.jobs.aggregation.counts;

import java.util.Objects;

/** Events, and who caused them. Mutable. */
final class EventTally {

    long events;
    final LongHashSet users;

    EventTally(long events, LongHashSet users) {
        this.events = events;
        this.users = Objects.requireNonNull(users, "users");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EventTally that && events == that.events && users.equals(that.users);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(events) * 31 + users.hashCode();
    }
}
