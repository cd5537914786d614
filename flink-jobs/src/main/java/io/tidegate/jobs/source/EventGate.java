package io.tidegate.jobs.source;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Event.BodyCase;
import java.nio.charset.StandardCharsets;
import org.apache.flink.util.Collector;

/**
 * Drops ticks, whose only message is their timestamp, and turns away what isn't an event after all: bytes that happen to
 * parse, types of a future version, fields that every event has and the gateway would have insisted on.
 */
final class EventGate extends RecordGate<Event> {

    private static final long serialVersionUID = 1L;

    /** 2100-01-01: beyond what the gateway lets through, within what every table can hold. */
    private static final long OCCURRED_AT_LIMIT_MS = 4_102_444_800_000L;

    @Override
    void pass(SourceRecord<Event> record, Context context, Collector<SourceRecord<Event>> out) {
        Event event = record.message();
        if (event.getBodyCase() == BodyCase.TICK) {
            return;
        }
        if (event.getBodyCase() == BodyCase.BODY_NOT_SET) {
            reject(letter(record, DeadLetter.UNKNOWN_TYPE, "no event type that this version knows"), context);
        } else if (event.getEventId().isEmpty()) {
            reject(letter(record, DeadLetter.MISSING_FIELD, "event_id"), context);
        } else if (event.getUserId().isEmpty()) {
            reject(letter(record, DeadLetter.MISSING_FIELD, "user_id"), context);
        } else if (!ScopedId.isPlain(event.getUserId()) || !ScopedId.isPlain(event.getTenant())) {
            reject(letter(record, DeadLetter.MISSING_FIELD, "user_id and tenant without NUL"), context);
        } else if (event.getOccurredAtMs() <= 0 || event.getOccurredAtMs() >= OCCURRED_AT_LIMIT_MS) {
            reject(letter(record, DeadLetter.MISSING_FIELD, "occurred_at_ms within 1970 to 2100"), context);
        } else {
            out.collect(record);
        }
    }

    private static DeadLetter letter(SourceRecord<Event> record, String reason, String detail) {
        // The key is the user id by contract; the record's own was dropped when it was decoded.
        Event event = record.message();
        return new DeadLetter(
                Topics.EVENTS,
                record.partition(),
                record.offset(),
                event.getUserId().getBytes(StandardCharsets.UTF_8),
                event.toByteArray(),
                reason,
                detail);
    }
}
