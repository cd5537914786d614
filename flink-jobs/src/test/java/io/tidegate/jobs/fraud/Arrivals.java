package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Deposit;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.Withdrawal;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.replay.oracle.OracleEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Events on their way to the topic: which partition and offset each gets, and how they look there. */
final class Arrivals {

    private static final int PARTITIONS = 4;

    private Arrivals() {}

    /** An event of the oracle as the topic has it, with its detection time as the append time. */
    static Event event(OracleEvent event) {
        Event.Builder builder = Event.newBuilder()
                .setEventId(event.eventId())
                .setUserId(event.userId())
                .setOccurredAtMs(event.timeMs())
                .setIp(event.ip())
                .setDeviceId(event.deviceId())
                .setCountry(event.country());
        switch (event.type()) {
            case BET -> builder.setBet(Bet.newBuilder().setGameId("g1").setAmountE4(event.amountE4()));
            case DEPOSIT -> builder.setDeposit(Deposit.newBuilder().setAmountE4(event.amountE4()));
            case WITHDRAWAL -> builder.setWithdrawal(Withdrawal.newBuilder().setAmountE4(event.amountE4()));
            case LIKE -> builder.setLike(Like.newBuilder().setPostId(event.postId()));
            case LOGIN -> builder.setLogin(Login.getDefaultInstance());
            case COMMENT -> builder.setComment(Comment.newBuilder().setPostId(event.postId()));
            default -> throw new IllegalArgumentException("not needed by any test: " + event.type());
        }
        return builder.build();
    }

    static int partition(String userId) {
        return Math.floorMod(userId.hashCode(), PARTITIONS);
    }

    /** In the order of detection: by time, and where that is equal as {@link ArrivalOrder} has it. */
    static List<OracleEvent> inOrder(List<OracleEvent> events) {
        List<OracleEvent> ordered = new ArrayList<>(events);
        ordered.sort(
                Comparator.comparingLong(OracleEvent::timeMs).thenComparingInt(event -> partition(event.userId())));
        return ordered;
    }

    /** {@code ordered} as records of the topic: a user's events in one partition, in their order. */
    static List<SourceRecord<Event>> records(List<OracleEvent> ordered) {
        long[] offsets = new long[PARTITIONS];
        List<SourceRecord<Event>> records = new ArrayList<>();
        for (OracleEvent event : ordered) {
            int partition = partition(event.userId());
            records.add(new SourceRecord<>(partition, offsets[partition]++, event.timeMs(), event(event), null));
        }
        return records;
    }
}
