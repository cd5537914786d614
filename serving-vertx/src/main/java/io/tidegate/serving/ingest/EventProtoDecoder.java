package io.tidegate.serving.ingest;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.PublishRequest;
import java.io.IOException;
import java.util.Map;

/**
 * {@code tidegate.v1.PublishRequest} bytes to records for the topic, by the same rules as {@link EventJsonDecoder}: the same checks,
 * the same codes, and fields called by their JSON names.
 *
 * <p>As usual with protobuf a field that isn't known is skipped, and 0 or an empty text is no value. {@code ingested_at_ms} is the
 * server's and ignored. The request is read event by event: what a message of five megabytes could hold of empty events
 * would fill a heap.
 *
 * <p>Safe for use by several threads.
 */
final class EventProtoDecoder {

    /** Above what the longest permitted texts and attributes can need. */
    static final int MAX_EVENT_BYTES = 128 * 1024;

    private static final int BATCH_ID =
            PublishRequest.BATCH_ID_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int EVENTS = PublishRequest.EVENTS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    private final int maxEvents;

    EventProtoDecoder(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    PublishBatch decode(byte[] message, IngestTerms terms) throws BodyRefusedException {
        EventBatch batch = new EventBatch();
        EventDraft draft = new EventDraft();
        String batchId = "";
        try {
            CodedInputStream in = CodedInputStream.newInstance(message);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == BATCH_ID) {
                    batchId = in.readStringRequireUtf8();
                } else if (tag == EVENTS) {
                    checkCount(batch);
                    readEvent(message, in, draft, terms, batch);
                } else if (!in.skipField(tag)) {
                    throw invalid("there is an end of a group without its beginning");
                }
            }
        } catch (IOException e) {
            throw invalid(e.getMessage());
        }
        if (batchId.length() > EventDraft.MAX_ID_LENGTH) {
            throw new BodyRefusedException(
                    400,
                    RejectionCode.TOO_LONG.wireName(),
                    "'batchId' is longer than " + EventDraft.MAX_ID_LENGTH + " characters.");
        }
        return new PublishBatch(batchId, batch);
    }

    private static void readEvent(
            byte[] message, CodedInputStream in, EventDraft draft, IngestTerms terms, EventBatch batch)
            throws IOException {
        int length = in.readRawVarint32();
        int start = in.getTotalBytesRead();
        // Fails if there isn't that much, or a negative length.
        in.skipRawBytes(length);
        draft.clear();
        if (length > MAX_EVENT_BYTES) {
            draft.reject(RejectionCode.TOO_LONG, "", "The event is longer than " + MAX_EVENT_BYTES / 1024 + " KiB.");
        } else {
            read(Event.parser().parseFrom(message, start, length), draft);
        }
        EventAssembler.finish(draft, terms, batch);
    }

    private static void read(Event event, EventDraft draft) {
        text(draft, EventField.EVENT_ID, event.getEventId());
        text(draft, EventField.USER_ID, event.getUserId());
        if (event.getOccurredAtMs() != 0 && draft.give(EventField.OCCURRED_AT)) {
            draft.putEpochMillis(EventField.OCCURRED_AT, event.getOccurredAtMs());
        }
        text(draft, EventField.TENANT, event.getTenant());
        text(draft, EventField.IP, event.getIp());
        text(draft, EventField.DEVICE_ID, event.getDeviceId());
        text(draft, EventField.COUNTRY, event.getCountry());
        if (event.getAttributesCount() > 0 && draft.give(EventField.ATTRIBUTES)) {
            for (Map.Entry<String, String> attribute : event.getAttributesMap().entrySet()) {
                if (draft.rejected()) {
                    break;
                }
                draft.putAttribute(attribute.getKey(), attribute.getValue());
            }
        }
        body(event, draft);
    }

    private static void body(Event event, EventDraft draft) {
        switch (event.getBodyCase()) {
            case POST -> {
                type(draft, EventType.POST);
                text(draft, EventField.POST_ID, event.getPost().getPostId());
            }
            case LIKE ->
                post(
                        draft,
                        EventType.LIKE,
                        event.getLike().getPostId(),
                        event.getLike().getAuthorId());
            case UNLIKE ->
                post(
                        draft,
                        EventType.UNLIKE,
                        event.getUnlike().getPostId(),
                        event.getUnlike().getAuthorId());
            case SHARE ->
                post(
                        draft,
                        EventType.SHARE,
                        event.getShare().getPostId(),
                        event.getShare().getAuthorId());
            case COMMENT -> {
                Comment comment = event.getComment();
                post(draft, EventType.COMMENT, comment.getPostId(), comment.getAuthorId());
                text(draft, EventField.COMMENT_ID, comment.getCommentId());
            }
            case BET -> bet(event.getBet(), draft);
            case BET_OUTCOME -> outcome(event.getBetOutcome(), draft);
            case DEPOSIT ->
                payment(
                        draft,
                        EventType.DEPOSIT,
                        event.getDeposit().getAmountE4(),
                        event.getDeposit().getCurrency(),
                        event.getDeposit().getMethod());
            case WITHDRAWAL ->
                payment(
                        draft,
                        EventType.WITHDRAWAL,
                        event.getWithdrawal().getAmountE4(),
                        event.getWithdrawal().getCurrency(),
                        event.getWithdrawal().getMethod());
            case LOGIN -> type(draft, EventType.LOGIN);
            case TICK -> draft.reject(RejectionCode.UNKNOWN_TYPE, EventField.TYPE, "names no type of event");
            case BODY_NOT_SET -> {
                // No type: the check of the whole says so.
            }
        }
    }

    private static void post(EventDraft draft, EventType type, String postId, String authorId) {
        type(draft, type);
        text(draft, EventField.POST_ID, postId);
        text(draft, EventField.AUTHOR_ID, authorId);
    }

    private static void bet(Bet bet, EventDraft draft) {
        type(draft, EventType.BET);
        text(draft, EventField.GAME_ID, bet.getGameId());
        e4(draft, EventField.AMOUNT, bet.getAmountE4());
        text(draft, EventField.BET_ID, bet.getBetId());
        text(draft, EventField.CURRENCY, bet.getCurrency());
        e4(draft, EventField.ODDS, bet.getOddsE4());
        text(draft, EventField.BET_TYPE, bet.getBetType());
        text(draft, EventField.CHANNEL, bet.getChannel());
        text(draft, EventField.CITY, bet.getCity());
        text(draft, EventField.DEVICE_TYPE, bet.getDeviceType());
    }

    private static void outcome(BetOutcome outcome, EventDraft draft) {
        type(draft, EventType.BET_OUTCOME);
        text(draft, EventField.BET_ID, outcome.getBetId());
        text(draft, EventField.GAME_ID, outcome.getGameId());
        text(draft, EventField.RESULT, result(outcome.getResult()));
        e4(draft, EventField.PAYOUT, outcome.getPayoutE4());
        text(draft, EventField.CURRENCY, outcome.getCurrency());
    }

    private static void payment(EventDraft draft, EventType type, long amountE4, String currency, String method) {
        type(draft, type);
        e4(draft, EventField.AMOUNT, amountE4);
        text(draft, EventField.CURRENCY, currency);
        text(draft, EventField.METHOD, method);
    }

    private static String result(BetResult result) {
        return switch (result) {
            case BET_RESULT_WIN -> "win";
            case BET_RESULT_LOSS -> "loss";
            case BET_RESULT_VOID -> "void";
            case BET_RESULT_UNSPECIFIED -> "";
            // What a newer client knows; refused like any other word.
            case UNRECOGNIZED -> "unrecognized";
        };
    }

    private static void type(EventDraft draft, EventType type) {
        text(draft, EventField.TYPE, type.wireName());
    }

    private static void text(EventDraft draft, EventField field, String value) {
        if (!value.isEmpty() && draft.give(field)) {
            draft.putText(field, value);
        }
    }

    private static void e4(EventDraft draft, EventField field, long value) {
        if (value != 0 && draft.give(field)) {
            draft.putTenThousandths(field, value);
        }
    }

    private void checkCount(EventBatch batch) throws BodyRefusedException {
        if (batch.size() == maxEvents) {
            throw new BodyRefusedException(
                    413, "too_many_events", "One request may hold at most " + maxEvents + " events.");
        }
    }

    private static BodyRefusedException invalid(String why) {
        return new BodyRefusedException(400, "invalid_protobuf", "The message is no valid PublishRequest: " + why);
    }
}
