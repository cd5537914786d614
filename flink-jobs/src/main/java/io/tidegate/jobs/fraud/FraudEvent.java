package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.source.Identified;
import io.tidegate.jobs.source.SourceRecord;

/**
 * What the rules look at of an event. Text that isn't given is empty; for {@link FraudEventType#OTHER} everything is that only
 * some type needs.
 *
 * @param timeMs detection time, epoch milliseconds
 * @param amountE4 of a bet, deposit or withdrawal in ten-thousandths
 * @param postId of a like
 * @param partition of topic events
 * @param offset with the partition the order of arrival
 */
public record FraudEvent(
        FraudEventType type,
        String userId,
        String eventId,
        long timeMs,
        long amountE4,
        String postId,
        String ip,
        String deviceId,
        String country,
        int partition,
        long offset,
        long appendedAtMs)
        implements Identified {

    static FraudEvent of(SourceRecord<Event> record, long timeMs) {
        Event event = record.message();
        return switch (event.getBodyCase()) {
            case BET -> of(FraudEventType.BET, record, timeMs, event.getBet().getAmountE4(), "");
            case DEPOSIT ->
                of(FraudEventType.DEPOSIT, record, timeMs, event.getDeposit().getAmountE4(), "");
            case WITHDRAWAL ->
                of(
                        FraudEventType.WITHDRAWAL,
                        record,
                        timeMs,
                        event.getWithdrawal().getAmountE4(),
                        "");
            case LIKE ->
                of(FraudEventType.LIKE, record, timeMs, 0, event.getLike().getPostId());
            case LOGIN -> of(FraudEventType.LOGIN, record, timeMs, 0, "");
            default -> of(FraudEventType.OTHER, record, timeMs, 0, "");
        };
    }

    private static FraudEvent of(
            FraudEventType type, SourceRecord<Event> record, long timeMs, long amountE4, String postId) {
        Event event = record.message();
        boolean located = type == FraudEventType.LIKE || type == FraudEventType.LOGIN;
        return new FraudEvent(
                type,
                event.getUserId(),
                event.getEventId(),
                timeMs,
                amountE4,
                postId,
                located ? event.getIp() : "",
                located ? event.getDeviceId() : "",
                located ? event.getCountry() : "",
                record.partition(),
                record.offset(),
                record.appendedAtMs());
    }
}
