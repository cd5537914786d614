package io.tidegate.jobs.source;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Event.BodyCase;

/**
 * Turns away what isn't an event after all: bytes that happen to parse, types of a future version, fields that every event has
 * and the gateway would have insisted on.
 */
final class EventCheck implements RecordCheck<Event> {

    private static final long serialVersionUID = 1L;

    /** 2100-01-01: beyond what the gateway lets through, within what every table can hold. */
    private static final long OCCURRED_AT_LIMIT_MS = 4_102_444_800_000L;

    @Override
    public Refusal refusalOf(Event event) {
        if (event.getBodyCase() == BodyCase.TICK) {
            return null;
        }
        if (event.getBodyCase() == BodyCase.BODY_NOT_SET) {
            return new Refusal(DeadLetter.UNKNOWN_TYPE, "no event type that this version knows");
        }
        if (event.getEventId().isEmpty()) {
            return new Refusal(DeadLetter.MISSING_FIELD, "event_id");
        }
        if (event.getUserId().isEmpty()) {
            return new Refusal(DeadLetter.MISSING_FIELD, "user_id");
        }
        if (!ScopedId.isPlain(event.getUserId()) || !ScopedId.isPlain(event.getTenant())) {
            return new Refusal(DeadLetter.MISSING_FIELD, "user_id and tenant without NUL");
        }
        if (event.getOccurredAtMs() <= 0 || event.getOccurredAtMs() >= OCCURRED_AT_LIMIT_MS) {
            return new Refusal(DeadLetter.MISSING_FIELD, "occurred_at_ms within 1970 to 2100");
        }
        return null;
    }
}
