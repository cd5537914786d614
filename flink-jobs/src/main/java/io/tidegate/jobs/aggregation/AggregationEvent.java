package io.tidegate.jobs.aggregation;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.source.Identified;
import io.tidegate.jobs.source.SourceRecord;

/**
 * What aggregation uses of an event. Text that the type doesn't have, or that wasn't given, is empty; such numbers are 0.
 *
 * @param userId within its tenant, see {@link ScopedId}; posts and games are those of all tenants together
 * @param amountE4 of a bet its stake, of an outcome its payout; ten-thousandths
 * @param oddsE4 ten-thousandths
 */
public record AggregationEvent(
        EventKind kind,
        String userId,
        String eventId,
        long appendedAtMs,
        long occurredAtMs,
        String postId,
        String betId,
        String gameId,
        String city,
        String deviceType,
        String betType,
        String currency,
        long amountE4,
        long oddsE4)
        implements Identified {

    /** @param record decoded, and an event: not a tick */
    static AggregationEvent of(SourceRecord<Event> record) {
        Event event = record.message();
        return switch (event.getBodyCase()) {
            case POST -> ofPost(record, event, event.getPost().getPostId());
            case LIKE -> ofPost(record, event, event.getLike().getPostId());
            case UNLIKE -> ofPost(record, event, event.getUnlike().getPostId());
            case SHARE -> ofPost(record, event, event.getShare().getPostId());
            case COMMENT -> ofPost(record, event, event.getComment().getPostId());
            case BET -> ofBet(record, event, event.getBet());
            case BET_OUTCOME -> ofOutcome(record, event, event.getBetOutcome());
            case DEPOSIT, WITHDRAWAL, LOGIN, TICK, BODY_NOT_SET -> ofPost(record, event, "");
        };
    }

    private static AggregationEvent ofPost(SourceRecord<Event> record, Event event, String postId) {
        return new AggregationEvent(
                EventKind.of(event.getBodyCase()),
                ScopedId.of(event.getUserId(), event.getTenant()),
                event.getEventId(),
                record.appendedAtMs(),
                event.getOccurredAtMs(),
                postId,
                "",
                "",
                "",
                "",
                "",
                "",
                0,
                0);
    }

    private static AggregationEvent ofBet(SourceRecord<Event> record, Event event, Bet bet) {
        return new AggregationEvent(
                EventKind.BET,
                ScopedId.of(event.getUserId(), event.getTenant()),
                event.getEventId(),
                record.appendedAtMs(),
                event.getOccurredAtMs(),
                "",
                bet.getBetId(),
                bet.getGameId(),
                bet.getCity(),
                bet.getDeviceType(),
                bet.getBetType(),
                bet.getCurrency(),
                bet.getAmountE4(),
                bet.getOddsE4());
    }

    private static AggregationEvent ofOutcome(SourceRecord<Event> record, Event event, BetOutcome outcome) {
        return new AggregationEvent(
                EventKind.BET_OUTCOME,
                ScopedId.of(event.getUserId(), event.getTenant()),
                event.getEventId(),
                record.appendedAtMs(),
                event.getOccurredAtMs(),
                "",
                outcome.getBetId(),
                outcome.getGameId(),
                "",
                "",
                "",
                outcome.getCurrency(),
                outcome.getPayoutE4(),
                0);
    }
}
