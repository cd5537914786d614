package io.tidegate.jobs.engagement;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.DetectionTime;
import io.tidegate.jobs.source.Identified;
import io.tidegate.jobs.source.SourceRecord;
import java.util.Optional;

/**
 * What engagement needs of an event; fields that don't belong to its kind are empty or 0.
 *
 * @param userId within its tenant, see {@link ScopedId}
 * @param atMs detection time
 * @param postId within its tenant
 * @param authorId of the post, as far as the event tells
 * @param amountE4 the stake of a bet, the payout of an outcome
 */
public record EngagementEvent(
        Kind kind,
        String userId,
        String eventId,
        long appendedAtMs,
        long atMs,
        String postId,
        String authorId,
        String betId,
        String gameId,
        long amountE4,
        String currency)
        implements Identified {

    /** What an event means here. */
    public enum Kind {
        POST,
        LIKE,
        UNLIKE,
        /** A comment or a share: it may tell the author. */
        MENTION,
        BET,
        OUTCOME
    }

    /** Empty for events that nothing here depends on. */
    static Optional<EngagementEvent> of(SourceRecord<Event> record, DetectionTime time) {
        Event event = record.message();
        return switch (event.getBodyCase()) {
            case POST ->
                Optional.of(ofPost(record, time, Kind.POST, event.getPost().getPostId(), event.getUserId()));
            case LIKE ->
                Optional.of(ofPost(
                        record,
                        time,
                        Kind.LIKE,
                        event.getLike().getPostId(),
                        event.getLike().getAuthorId()));
            case UNLIKE ->
                Optional.of(ofPost(
                        record,
                        time,
                        Kind.UNLIKE,
                        event.getUnlike().getPostId(),
                        event.getUnlike().getAuthorId()));
            case COMMENT ->
                mention(
                        record,
                        time,
                        event.getComment().getPostId(),
                        event.getComment().getAuthorId());
            case SHARE ->
                mention(
                        record,
                        time,
                        event.getShare().getPostId(),
                        event.getShare().getAuthorId());
            case BET ->
                Optional.of(ofBet(
                        record,
                        time,
                        Kind.BET,
                        event.getBet().getBetId(),
                        event.getBet().getGameId(),
                        event.getBet().getAmountE4(),
                        event.getBet().getCurrency()));
            case BET_OUTCOME ->
                Optional.of(ofBet(
                        record,
                        time,
                        Kind.OUTCOME,
                        event.getBetOutcome().getBetId(),
                        event.getBetOutcome().getGameId(),
                        event.getBetOutcome().getPayoutE4(),
                        event.getBetOutcome().getCurrency()));
            default -> Optional.empty();
        };
    }

    private static Optional<EngagementEvent> mention(
            SourceRecord<Event> record, DetectionTime time, String postId, String authorId) {
        return authorId.isEmpty()
                ? Optional.empty()
                : Optional.of(ofPost(record, time, Kind.MENTION, postId, authorId));
    }

    private static EngagementEvent ofPost(
            SourceRecord<Event> record, DetectionTime time, Kind kind, String postId, String authorId) {
        return new EngagementEvent(
                kind,
                ScopedId.of(record.message().getUserId(), record.message().getTenant()),
                record.message().getEventId(),
                record.appendedAtMs(),
                at(record, time),
                ScopedId.of(postId, record.message().getTenant()),
                authorId,
                "",
                "",
                0,
                "");
    }

    private static EngagementEvent ofBet(
            SourceRecord<Event> record,
            DetectionTime time,
            Kind kind,
            String betId,
            String gameId,
            long amountE4,
            String currency) {
        return new EngagementEvent(
                kind,
                ScopedId.of(record.message().getUserId(), record.message().getTenant()),
                record.message().getEventId(),
                record.appendedAtMs(),
                at(record, time),
                "",
                "",
                betId,
                gameId,
                amountE4,
                currency);
    }

    private static long at(SourceRecord<Event> record, DetectionTime time) {
        return time == DetectionTime.APPEND
                ? record.appendedAtMs()
                : record.message().getOccurredAtMs();
    }
}
