package io.tidegate.jobs.fraud;

import io.tidegate.contracts.ScopedId;
import java.util.Objects;

/**
 * An event as a rule sees it: with the subject that it counts for.
 *
 * @param subject what the rule's alerts are about: a user id, {@code device:ID}, {@code post:POST|device:DEVICE} or
 *     {@code post:POST|ip:IP}; within its tenant, see {@link ScopedId}
 * @param wageredBeforeE4 a running total of the user's bets before this event, in ten-thousandths: the difference of two is
 *     what was bet between them; 0 where the rule doesn't ask for it
 * @param mayBegin whether a match may begin with it, see {@link MatchStarts}
 */
public record SubjectEvent(String subject, FraudEvent event, long wageredBeforeE4, boolean mayBegin) {

    public SubjectEvent {
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(event, "event");
    }

    /** @param subject without a tenant: it is taken from the event's user */
    static SubjectEvent of(String subject, FraudEvent event) {
        return new SubjectEvent(ScopedId.of(subject, ScopedId.tenant(event.userId())), event, 0, true);
    }

    static SubjectEvent ofUser(FraudEvent event) {
        return new SubjectEvent(event.userId(), event, 0, true);
    }

    SubjectEvent withWagered(long totalE4) {
        return new SubjectEvent(subject, event, totalE4, mayBegin);
    }

    SubjectEvent withoutStart() {
        return new SubjectEvent(subject, event, wageredBeforeE4, false);
    }
}
