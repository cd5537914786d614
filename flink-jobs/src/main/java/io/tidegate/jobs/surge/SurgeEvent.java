package io.tidegate.jobs.surge;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.source.Identified;
import io.tidegate.jobs.source.SourceRecord;
import java.util.Optional;

/**
 * What an event adds to the level of its subject.
 *
 * @param userId within its tenant, see {@link ScopedId}
 * @param subject {@code post:ID} or {@code game:ID} within its tenant
 * @param valueE4 ten-thousandths: 10,000 for a like, the amount of a bet
 */
public record SurgeEvent(String userId, String eventId, long appendedAtMs, String subject, long valueE4)
        implements Identified {

    static final long ONE_E4 = 10_000;

    /** Empty for events that no surge is made of. */
    static Optional<SurgeEvent> of(SourceRecord<Event> record) {
        Event event = record.message();
        return switch (event.getBodyCase()) {
            case LIKE ->
                Optional.of(of(record, SurgeSubject.POST, event.getLike().getPostId(), ONE_E4));
            case BET ->
                Optional.of(of(
                        record,
                        SurgeSubject.GAME,
                        event.getBet().getGameId(),
                        event.getBet().getAmountE4()));
            default -> Optional.empty();
        };
    }

    private static SurgeEvent of(SourceRecord<Event> record, SurgeSubject subject, String id, long valueE4) {
        return new SurgeEvent(
                ScopedId.of(record.message().getUserId(), record.message().getTenant()),
                record.message().getEventId(),
                record.appendedAtMs(),
                ScopedId.of(subject.of(id), record.message().getTenant()),
                valueE4);
    }
}
