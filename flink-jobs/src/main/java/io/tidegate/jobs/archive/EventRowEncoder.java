package io.tidegate.jobs.archive;

import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Deposit;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Withdrawal;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.source.SourceRecord;

/**
 * Rows of table {@code events}: the columns of {@code sql/clickhouse/001_events.sql} in its order, and the tenant once more for
 * the sorting key. What a type of event doesn't have, and what a client didn't give, is {@code ''} or 0.
 */
public final class EventRowEncoder implements RowEncoder<ArchivedEvent> {

    private static final long serialVersionUID = 1L;

    private final TableSchema table;

    public EventRowEncoder(String database) {
        table = TableSchema.append(
                database,
                "events",
                "event_id",
                "type",
                "user_id",
                "tenant",
                "post_id",
                "author_id",
                "comment_id",
                "bet_id",
                "game_id",
                "amount",
                "currency",
                "odds",
                "bet_type",
                "channel",
                "city",
                "device_type",
                "result",
                "payout",
                "method",
                "ip",
                "device_id",
                "country",
                "attributes",
                "occurred_at",
                "ingested_at",
                "appended_at",
                "kafka_partition",
                "kafka_offset",
                "key_tenant");
    }

    @Override
    public TableSchema table() {
        return table;
    }

    @Override
    public long partitionTimeMs(ArchivedEvent row) {
        return row.source().message().getOccurredAtMs();
    }

    @Override
    public String shardingColumn() {
        return "user_id";
    }

    @Override
    public String shardingKey(ArchivedEvent row) {
        return row.source().message().getUserId();
    }

    @Override
    public void encode(ArchivedEvent row, RowBinaryWriter out) {
        SourceRecord<Event> source = row.source();
        Event event = source.message();
        out.string(event.getEventId());
        switch (event.getBodyCase()) {
            case POST -> body(event, out, "post", event.getPost().getPostId(), "", "");
            case LIKE ->
                body(
                        event,
                        out,
                        "like",
                        event.getLike().getPostId(),
                        event.getLike().getAuthorId(),
                        "");
            case UNLIKE ->
                body(
                        event,
                        out,
                        "unlike",
                        event.getUnlike().getPostId(),
                        event.getUnlike().getAuthorId(),
                        "");
            case SHARE ->
                body(
                        event,
                        out,
                        "share",
                        event.getShare().getPostId(),
                        event.getShare().getAuthorId(),
                        "");
            case COMMENT -> {
                Comment comment = event.getComment();
                body(event, out, "comment", comment.getPostId(), comment.getAuthorId(), comment.getCommentId());
            }
            case BET -> body(event, out, event.getBet());
            case BET_OUTCOME -> body(event, out, event.getBetOutcome());
            case DEPOSIT -> {
                Deposit deposit = event.getDeposit();
                body(event, out, "deposit", deposit.getAmountE4(), deposit.getCurrency(), deposit.getMethod());
            }
            case WITHDRAWAL -> {
                Withdrawal withdrawal = event.getWithdrawal();
                body(
                        event,
                        out,
                        "withdrawal",
                        withdrawal.getAmountE4(),
                        withdrawal.getCurrency(),
                        withdrawal.getMethod());
            }
            case LOGIN -> body(event, out, "login", "", "", "");
            case TICK, BODY_NOT_SET ->
                throw new IllegalArgumentException("the source's gate lets no " + event.getBodyCase() + " through");
        }
        out.string(event.getIp());
        out.string(event.getDeviceId());
        out.string(event.getCountry());
        if (event.getAttributesCount() == 0) {
            out.varInt(0);
        } else {
            out.stringMap(event.getAttributesMap());
        }
        out.dateTime64Ms(event.getOccurredAtMs());
        out.dateTime64Ms(StoredTime.orElse(event.getIngestedAtMs(), source.appendedAtMs()));
        out.dateTime64Ms(source.appendedAtMs());
        out.uint32(source.partition());
        out.int64(source.offset());
        out.string(event.getTenant());
    }

    private static void body(
            Event event, RowBinaryWriter out, String type, String postId, String authorId, String commentId) {
        body(event, out, type, postId, authorId, commentId, "", "", 0, "", 0, "", "", "", "", "", 0, "");
    }

    private static void body(
            Event event, RowBinaryWriter out, String type, long amount, String currency, String method) {
        body(event, out, type, "", "", "", "", "", amount, currency, 0, "", "", "", "", "", 0, method);
    }

    private static void body(Event event, RowBinaryWriter out, Bet bet) {
        body(
                event,
                out,
                "bet",
                "",
                "",
                "",
                bet.getBetId(),
                bet.getGameId(),
                bet.getAmountE4(),
                bet.getCurrency(),
                bet.getOddsE4(),
                bet.getBetType(),
                bet.getChannel(),
                bet.getCity(),
                bet.getDeviceType(),
                "",
                0,
                "");
    }

    private static void body(Event event, RowBinaryWriter out, BetOutcome outcome) {
        body(
                event,
                out,
                "bet_outcome",
                "",
                "",
                "",
                outcome.getBetId(),
                outcome.getGameId(),
                0,
                outcome.getCurrency(),
                0,
                "",
                "",
                "",
                "",
                word(outcome.getResult()),
                outcome.getPayoutE4(),
                "");
    }

    /** Columns {@code type} to {@code method}. */
    private static void body(
            Event event,
            RowBinaryWriter out,
            String type,
            String postId,
            String authorId,
            String commentId,
            String betId,
            String gameId,
            long amount,
            String currency,
            long odds,
            String betType,
            String channel,
            String city,
            String deviceType,
            String result,
            long payout,
            String method) {
        out.string(type);
        out.string(event.getUserId());
        out.string(event.getTenant());
        out.string(postId);
        out.string(authorId);
        out.string(commentId);
        out.string(betId);
        out.string(gameId);
        out.decimal4(amount);
        out.string(currency);
        out.decimal4(odds);
        out.string(betType);
        out.string(channel);
        out.string(city);
        out.string(deviceType);
        out.string(result);
        out.decimal4(payout);
        out.string(method);
    }

    private static String word(BetResult result) {
        return switch (result) {
            case BET_RESULT_WIN -> "win";
            case BET_RESULT_LOSS -> "loss";
            case BET_RESULT_VOID -> "void";
            // A result of a later version: the row is worth more than the word.
            case BET_RESULT_UNSPECIFIED, UNRECOGNIZED -> "";
        };
    }
}
