package io.tidegate.jobs.fraud;

import io.tidegate.contracts.ScopedId;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.source.Identified;
import io.tidegate.jobs.source.SerializerTypeInfo;
import io.tidegate.jobs.source.SourceRecord;
import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * What the rules look at of an event. Text that isn't given is empty; for {@link FraudEventType#OTHER} everything is that only
 * some type needs.
 *
 * @param userId within its tenant, see {@link ScopedId}
 * @param timeMs detection time, epoch milliseconds
 * @param amountE4 of a bet, deposit or withdrawal in ten-thousandths
 * @param postId of a like
 * @param partition of topic events
 * @param offset with the partition the order of arrival
 */
@TypeInfo(FraudEvent.Factory.class)
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

    /** For Flink: the hand-written serializer. */
    public static final class Factory extends TypeInfoFactory<FraudEvent> {
        @Override
        public TypeInformation<FraudEvent> createTypeInfo(
                Type type, Map<String, TypeInformation<?>> genericParameters) {
            return TYPE;
        }
    }

    static final TypeInformation<FraudEvent> TYPE =
            new SerializerTypeInfo<>(FraudEvent.class, FraudEventSerializer.INSTANCE);

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
                ScopedId.of(event.getUserId(), event.getTenant()),
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

    /** The same at another time. */
    FraudEvent at(long otherTimeMs) {
        return new FraudEvent(
                type,
                userId,
                eventId,
                otherTimeMs,
                amountE4,
                postId,
                ip,
                deviceId,
                country,
                partition,
                offset,
                appendedAtMs);
    }

    /** What counts of it for a subject that is a place: the others of its places would only be carried along. */
    FraudEvent withOnlyPlace(String onlyIp, String onlyDeviceId) {
        return new FraudEvent(
                type,
                userId,
                eventId,
                timeMs,
                amountE4,
                postId,
                onlyIp,
                onlyDeviceId,
                "",
                partition,
                offset,
                appendedAtMs);
    }

    /** The same without the tenant, for people to read. */
    FraudEvent withPlainUser() {
        return new FraudEvent(
                type,
                ScopedId.id(userId),
                eventId,
                timeMs,
                amountE4,
                postId,
                ip,
                deviceId,
                country,
                partition,
                offset,
                appendedAtMs);
    }

    /** An earlier event of the same user, as far as histories keep it. */
    FraudEvent earlier(
            FraudEventType otherType,
            String id,
            long atMs,
            long otherAmountE4,
            String otherPostId,
            String otherCountry) {
        return new FraudEvent(
                otherType, userId, id, atMs, otherAmountE4, otherPostId, "", "", otherCountry, partition, 0, 0);
    }

    /** An earlier event of another user about the same subject, as far as histories keep it. */
    FraudEvent earlierOf(String otherUserId, String id, long atMs) {
        return new FraudEvent(type, otherUserId, id, atMs, 0, postId, ip, deviceId, "", partition, 0, 0);
    }
}
