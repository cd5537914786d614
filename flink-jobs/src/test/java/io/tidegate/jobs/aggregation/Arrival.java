package io.tidegate.jobs.aggregation;

import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Deposit;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.Post;
import io.tidegate.contracts.v1.Share;
import io.tidegate.contracts.v1.Unlike;
import io.tidegate.contracts.v1.Withdrawal;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.replay.oracle.OracleEvent;

/**
 * An event as the topic has it, and as the oracle reads it.
 *
 * @param partition of its user
 */
public record Arrival(int partition, long offset, long appendedAtMs, OracleEvent event) {

    public SourceRecord<Event> record() {
        return new SourceRecord<>(partition, offset, appendedAtMs, message(), null);
    }

    /** The oracle's event on the wire. */
    public Event message() {
        Event.Builder message = Event.newBuilder()
                .setEventId(event.eventId())
                .setUserId(event.userId())
                .setOccurredAtMs(event.timeMs())
                .setIngestedAtMs(appendedAtMs);
        switch (event.type()) {
            case POST -> message.setPost(Post.newBuilder().setPostId(event.postId()));
            case LIKE -> message.setLike(Like.newBuilder().setPostId(event.postId()));
            case UNLIKE -> message.setUnlike(Unlike.newBuilder().setPostId(event.postId()));
            case SHARE -> message.setShare(Share.newBuilder().setPostId(event.postId()));
            case COMMENT -> message.setComment(Comment.newBuilder().setPostId(event.postId()));
            case BET ->
                message.setBet(Bet.newBuilder()
                        .setGameId(event.gameId())
                        .setBetId(event.betId())
                        .setAmountE4(event.amountE4())
                        .setOddsE4(event.oddsE4())
                        .setCurrency(event.currency())
                        .setBetType(event.betType())
                        .setCity(event.city())
                        .setDeviceType(event.deviceType()));
            case BET_OUTCOME ->
                message.setBetOutcome(BetOutcome.newBuilder()
                        .setGameId(event.gameId())
                        .setBetId(event.betId())
                        .setPayoutE4(event.payoutE4())
                        .setCurrency(event.currency()));
            case DEPOSIT -> message.setDeposit(Deposit.newBuilder().setAmountE4(event.amountE4()));
            case WITHDRAWAL -> message.setWithdrawal(Withdrawal.newBuilder().setAmountE4(event.amountE4()));
            case LOGIN -> message.setLogin(Login.getDefaultInstance());
        }
        return message.build();
    }
}
