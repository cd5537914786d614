package io.tidegate.serving.ingest;

import static io.tidegate.serving.ingest.EventField.AMOUNT;
import static io.tidegate.serving.ingest.EventField.AUTHOR_ID;
import static io.tidegate.serving.ingest.EventField.BET_ID;
import static io.tidegate.serving.ingest.EventField.BET_TYPE;
import static io.tidegate.serving.ingest.EventField.CHANNEL;
import static io.tidegate.serving.ingest.EventField.CITY;
import static io.tidegate.serving.ingest.EventField.COMMENT_ID;
import static io.tidegate.serving.ingest.EventField.COUNTRY;
import static io.tidegate.serving.ingest.EventField.CURRENCY;
import static io.tidegate.serving.ingest.EventField.DEVICE_ID;
import static io.tidegate.serving.ingest.EventField.DEVICE_TYPE;
import static io.tidegate.serving.ingest.EventField.EVENT_ID;
import static io.tidegate.serving.ingest.EventField.GAME_ID;
import static io.tidegate.serving.ingest.EventField.IP;
import static io.tidegate.serving.ingest.EventField.METHOD;
import static io.tidegate.serving.ingest.EventField.OCCURRED_AT;
import static io.tidegate.serving.ingest.EventField.ODDS;
import static io.tidegate.serving.ingest.EventField.PAYOUT;
import static io.tidegate.serving.ingest.EventField.POST_ID;
import static io.tidegate.serving.ingest.EventField.RESULT;
import static io.tidegate.serving.ingest.EventField.TENANT;
import static io.tidegate.serving.ingest.EventField.TYPE;
import static io.tidegate.serving.ingest.EventField.USER_ID;

import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Deposit;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.Post;
import io.tidegate.contracts.v1.Share;
import io.tidegate.contracts.v1.Unlike;
import io.tidegate.contracts.v1.Withdrawal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The second half of accepting an event: the contract's table of required and optional fields per type, the bounds of
 * {@code occurredAt}, what the server fills in; then the bytes for the topic.
 */
final class EventAssembler {

    private EventAssembler() {}

    /** Puts the event that was read, or what is wrong with it, into its batch. */
    static void finish(EventDraft draft, IngestTerms terms, EventBatch batch) {
        if (check(draft, terms)) {
            String eventId = eventId(draft, terms, batch.size());
            batch.accept(eventId, encode(draft, terms, eventId));
        } else {
            batch.reject(draft.rejection(batch.size()));
        }
    }

    /** Judges the event as a whole. False if the draft is, or has thereby become, rejected. */
    static boolean check(EventDraft draft, IngestTerms terms) {
        return !draft.rejected() && isComplete(draft) && isWithinTerms(draft, terms);
    }

    /**
     * The record for the topic.
     *
     * @param draft has passed {@link #check}
     */
    static EncodedEvent encode(EventDraft draft, IngestTerms terms, String eventId) {
        Event.Builder event = Event.newBuilder()
                .setEventId(eventId)
                .setUserId(draft.text(USER_ID))
                .setOccurredAtMs(draft.has(OCCURRED_AT) ? draft.number(OCCURRED_AT) : terms.nowMs())
                .setIngestedAtMs(terms.nowMs())
                .setTenant(terms.tenant())
                .setIp(draft.text(IP))
                .setDeviceId(draft.text(DEVICE_ID))
                .setCountry(draft.text(COUNTRY));
        if (!draft.attributes().isEmpty()) {
            event.putAllAttributes(draft.attributes());
        }
        body(event, draft);
        return new EncodedEvent(
                draft.text(USER_ID).getBytes(StandardCharsets.UTF_8),
                event.build().toByteArray(),
                draft.has(EVENT_ID) ? draft.identity(terms.tenant()) : 0,
                draft.has(EVENT_ID) ? draft.content() : 0);
    }

    /** The sender's id, or one made from the request's key and the event's index in it, or a new one. */
    private static String eventId(EventDraft draft, IngestTerms terms, int index) {
        return draft.has(EVENT_ID) ? draft.text(EVENT_ID) : newEventId(terms, index);
    }

    /** For an event that came without one. */
    static String newEventId(IngestTerms terms, int index) {
        return terms.repeatKey().isPresent() ? terms.repeatKey().get().eventId(index) : EventIds.next(terms.nowMs());
    }

    private static boolean isComplete(EventDraft draft) {
        EventType type = draft.type();
        if (type == null) {
            draft.reject(RejectionCode.MISSING_FIELD, TYPE, "is missing");
            return false;
        }
        long foreign = draft.given() & ~type.allowed();
        if (foreign != 0) {
            draft.reject(
                    RejectionCode.UNKNOWN_FIELD, first(foreign), "is no field of an event of type " + type.wireName());
            return false;
        }
        long missing = type.required() & ~draft.present();
        if (missing != 0) {
            draft.reject(
                    RejectionCode.MISSING_FIELD, first(missing), "is required for an event of type " + type.wireName());
            return false;
        }
        if ((type.required() & AMOUNT.bit()) != 0 && draft.number(AMOUNT) == 0) {
            draft.reject(RejectionCode.INVALID_AMOUNT, AMOUNT, "must be greater than 0");
            return false;
        }
        return true;
    }

    private static boolean isWithinTerms(EventDraft draft, IngestTerms terms) {
        if (draft.has(OCCURRED_AT)) {
            long occurredAt = draft.number(OCCURRED_AT);
            if (occurredAt < terms.earliestMs() || occurredAt > terms.latestMs()) {
                draft.reject(
                        RejectionCode.TIMESTAMP_OUT_OF_BOUNDS,
                        OCCURRED_AT,
                        "must lie between " + Instant.ofEpochMilli(terms.earliestMs()) + " and "
                                + Instant.ofEpochMilli(terms.latestMs()));
                return false;
            }
        }
        if (draft.has(TENANT) && !draft.text(TENANT).equals(terms.tenant())) {
            draft.reject(RejectionCode.FORBIDDEN_TENANT, TENANT, "isn't the tenant of the token");
            return false;
        }
        return true;
    }

    private static void body(Event.Builder event, EventDraft draft) {
        switch (draft.type()) {
            case POST -> event.setPost(Post.newBuilder().setPostId(draft.text(POST_ID)));
            case LIKE ->
                event.setLike(Like.newBuilder().setPostId(draft.text(POST_ID)).setAuthorId(draft.text(AUTHOR_ID)));
            case UNLIKE ->
                event.setUnlike(
                        Unlike.newBuilder().setPostId(draft.text(POST_ID)).setAuthorId(draft.text(AUTHOR_ID)));
            case SHARE ->
                event.setShare(Share.newBuilder().setPostId(draft.text(POST_ID)).setAuthorId(draft.text(AUTHOR_ID)));
            case COMMENT ->
                event.setComment(Comment.newBuilder()
                        .setPostId(draft.text(POST_ID))
                        .setAuthorId(draft.text(AUTHOR_ID))
                        .setCommentId(draft.text(COMMENT_ID)));
            case BET ->
                event.setBet(Bet.newBuilder()
                        .setGameId(draft.text(GAME_ID))
                        .setAmountE4(draft.number(AMOUNT))
                        .setBetId(draft.text(BET_ID))
                        .setCurrency(draft.text(CURRENCY))
                        .setOddsE4(draft.number(ODDS))
                        .setBetType(draft.text(BET_TYPE))
                        .setChannel(draft.text(CHANNEL))
                        .setCity(draft.text(CITY))
                        .setDeviceType(draft.text(DEVICE_TYPE)));
            case BET_OUTCOME ->
                event.setBetOutcome(BetOutcome.newBuilder()
                        .setBetId(draft.text(BET_ID))
                        .setGameId(draft.text(GAME_ID))
                        .setResult(result(draft.text(RESULT)))
                        .setPayoutE4(draft.number(PAYOUT))
                        .setCurrency(draft.text(CURRENCY)));
            case DEPOSIT ->
                event.setDeposit(Deposit.newBuilder()
                        .setAmountE4(draft.number(AMOUNT))
                        .setCurrency(draft.text(CURRENCY))
                        .setMethod(draft.text(METHOD)));
            case WITHDRAWAL ->
                event.setWithdrawal(Withdrawal.newBuilder()
                        .setAmountE4(draft.number(AMOUNT))
                        .setCurrency(draft.text(CURRENCY))
                        .setMethod(draft.text(METHOD)));
            case LOGIN -> event.setLogin(Login.getDefaultInstance());
        }
    }

    private static BetResult result(String text) {
        return switch (text) {
            case "win" -> BetResult.BET_RESULT_WIN;
            case "loss" -> BetResult.BET_RESULT_LOSS;
            default -> BetResult.BET_RESULT_VOID;
        };
    }

    private static EventField first(long set) {
        return EventField.values()[Long.numberOfTrailingZeros(set)];
    }
}
