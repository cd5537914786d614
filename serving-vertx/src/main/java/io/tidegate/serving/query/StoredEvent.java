package io.tidegate.serving.query;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.serving.push.DataJson;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * An event as ClickHouse has it.
 *
 * @param texts by the order of {@link Text}; empty where not given
 * @param amounts by the order of {@link Amount}; 0 where not given
 * @param attributesJson an object
 */
record StoredEvent(
        String eventId,
        String type,
        String userId,
        long occurredAtMs,
        long ingestedAtMs,
        long appendedAtMs,
        List<String> texts,
        List<BigDecimal> amounts,
        String attributesJson) {

    private enum Text {
        POST_ID("postId"),
        AUTHOR_ID("authorId"),
        COMMENT_ID("commentId"),
        BET_ID("betId"),
        GAME_ID("gameId"),
        CURRENCY("currency"),
        BET_TYPE("betType"),
        CHANNEL("channel"),
        CITY("city"),
        DEVICE_TYPE("deviceType"),
        RESULT("result"),
        METHOD("method"),
        IP("ip"),
        DEVICE_ID("deviceId"),
        COUNTRY("country");

        private final String field;

        Text(String field) {
            this.field = field;
        }
    }

    private enum Amount {
        AMOUNT,
        ODDS,
        PAYOUT
    }

    private static final int FIRST_TEXT = 8;
    private static final int FIRST_AMOUNT = FIRST_TEXT + Text.values().length;

    /** What {@link #read} reads. */
    static final String COLUMNS = "event_id, type, user_id, toUnixTimestamp64Milli(occurred_at),"
            + " toUnixTimestamp64Milli(ingested_at), toUnixTimestamp64Milli(appended_at), toJSONString(attributes), "
            + Arrays.stream(Text.values()).map(StoredEvent::column).collect(Collectors.joining(", "))
            + ", "
            + Arrays.stream(Amount.values()).map(StoredEvent::column).collect(Collectors.joining(", "));

    private static String column(Enum<?> field) {
        return field.name().toLowerCase(Locale.ROOT);
    }

    static StoredEvent read(ResultSet row) throws SQLException {
        String[] texts = new String[Text.values().length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = row.getString(FIRST_TEXT + i);
        }
        BigDecimal[] amounts = new BigDecimal[Amount.values().length];
        for (int i = 0; i < amounts.length; i++) {
            amounts[i] = row.getBigDecimal(FIRST_AMOUNT + i);
        }
        return new StoredEvent(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                List.of(texts),
                List.of(amounts),
                row.getString(7));
    }

    /** As an object with the names of ingest; what isn't given is left out. */
    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("eventId", eventId);
        json.writeStringField("type", type);
        json.writeStringField("userId", userId);
        json.writeStringField("occurredAt", DataJson.time(occurredAtMs));
        json.writeStringField("ingestedAt", DataJson.time(ingestedAtMs));
        json.writeStringField("appendedAt", DataJson.time(appendedAtMs));
        for (Text field : Text.values()) {
            String value = texts.get(field.ordinal());
            if (!value.isEmpty()) {
                json.writeStringField(field.field, value);
            }
        }
        for (Amount field : Amount.values()) {
            BigDecimal value = amounts.get(field.ordinal());
            if (value.signum() != 0) {
                json.writeNumberField(column(field), BetsQuery.plain(value));
            }
        }
        if (!attributesJson.equals("{}")) {
            json.writeFieldName("attributes");
            json.writeRawValue(attributesJson);
        }
        json.writeEndObject();
    }
}
