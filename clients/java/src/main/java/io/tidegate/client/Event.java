package io.tidegate.client;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * An event to send. Immutable: each {@code with…} gives a new one.
 *
 * @param type what happened
 * @param userId whose event it is
 * @param eventId unique per user; an event with the same id counts once. Made here, not by the gateway, so that sending again is
 *     safe
 * @param occurredAt when it happened, to the millisecond
 * @param fields what the type has besides; amounts as text, exactly as they are sent
 * @param attributes whatever else is to be kept with it; at most 32
 */
public record Event(
        EventType type,
        String userId,
        String eventId,
        Instant occurredAt,
        Map<EventField, String> fields,
        Map<String, String> attributes) {

    public Event {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(userId, "userId");
        Objects.requireNonNull(eventId, "eventId");
        Objects.requireNonNull(occurredAt, "occurredAt");
        fields =
                Collections.unmodifiableMap(fields.isEmpty() ? new EnumMap<>(EventField.class) : new EnumMap<>(fields));
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** An event of now with a random id. */
    public static Event of(EventType type, String userId) {
        return new Event(type, userId, UUID.randomUUID().toString(), Instant.now(), Map.of(), Map.of());
    }

    public static Event post(String userId, String postId) {
        return of(EventType.POST, userId).with(EventField.POST_ID, postId);
    }

    public static Event like(String userId, String postId) {
        return of(EventType.LIKE, userId).with(EventField.POST_ID, postId);
    }

    public static Event unlike(String userId, String postId) {
        return of(EventType.UNLIKE, userId).with(EventField.POST_ID, postId);
    }

    public static Event share(String userId, String postId) {
        return of(EventType.SHARE, userId).with(EventField.POST_ID, postId);
    }

    public static Event comment(String userId, String postId) {
        return of(EventType.COMMENT, userId).with(EventField.POST_ID, postId);
    }

    public static Event bet(String userId, String gameId, BigDecimal amount) {
        return of(EventType.BET, userId).with(EventField.GAME_ID, gameId).with(EventField.AMOUNT, amount);
    }

    /**
     * @param result {@code win}, {@code loss} or {@code void}
     */
    public static Event betOutcome(String userId, String betId, String gameId, String result) {
        return of(EventType.BET_OUTCOME, userId)
                .with(EventField.BET_ID, betId)
                .with(EventField.GAME_ID, gameId)
                .with(EventField.RESULT, result);
    }

    public static Event deposit(String userId, BigDecimal amount) {
        return of(EventType.DEPOSIT, userId).with(EventField.AMOUNT, amount);
    }

    public static Event withdrawal(String userId, BigDecimal amount) {
        return of(EventType.WITHDRAWAL, userId).with(EventField.AMOUNT, amount);
    }

    public static Event login(String userId) {
        return of(EventType.LOGIN, userId);
    }

    public Event with(EventField field, String value) {
        Map<EventField, String> more = new EnumMap<>(EventField.class);
        more.putAll(fields);
        more.put(field, Objects.requireNonNull(value, field.wireName()));
        return new Event(type, userId, eventId, occurredAt, more, attributes);
    }

    public Event with(EventField field, BigDecimal value) {
        return with(field, value.toPlainString());
    }

    public Event withId(String id) {
        return new Event(type, userId, id, occurredAt, fields, attributes);
    }

    public Event at(Instant time) {
        return new Event(type, userId, eventId, time, fields, attributes);
    }

    public Event withAttribute(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(attributes);
        more.put(name, Objects.requireNonNull(value, name));
        return new Event(type, userId, eventId, occurredAt, fields, more);
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type.wireName());
        json.writeStringField("userId", userId);
        json.writeStringField("eventId", eventId);
        json.writeNumberField("occurredAt", occurredAt.toEpochMilli());
        for (Map.Entry<EventField, String> field : fields.entrySet()) {
            json.writeStringField(field.getKey().wireName(), field.getValue());
        }
        if (!attributes.isEmpty()) {
            json.writeObjectFieldStart("attributes");
            for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                json.writeStringField(attribute.getKey(), attribute.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
