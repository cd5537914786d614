package io.tidegate.serving.ingest;

import java.util.HashMap;
import java.util.Map;

/** Every field that an event may have in JSON, with the form of its value. */
enum EventField {
    TYPE("type", Kind.TYPE),
    USER_ID("userId", Kind.ID),
    EVENT_ID("eventId", Kind.ID),
    OCCURRED_AT("occurredAt", Kind.TIME),
    IP("ip", Kind.IP),
    DEVICE_ID("deviceId", Kind.ID),
    COUNTRY("country", Kind.COUNTRY),
    ATTRIBUTES("attributes", Kind.ATTRIBUTES),
    TENANT("tenant", Kind.ID),
    POST_ID("postId", Kind.ID),
    AUTHOR_ID("authorId", Kind.ID),
    COMMENT_ID("commentId", Kind.ID),
    BET_ID("betId", Kind.ID),
    GAME_ID("gameId", Kind.ID),
    AMOUNT("amount", Kind.MONEY),
    CURRENCY("currency", Kind.CURRENCY),
    ODDS("odds", Kind.ODDS),
    BET_TYPE("betType", Kind.ID),
    CHANNEL("channel", Kind.ID),
    CITY("city", Kind.ID),
    DEVICE_TYPE("deviceType", Kind.ID),
    RESULT("result", Kind.RESULT),
    PAYOUT("payout", Kind.MONEY),
    METHOD("method", Kind.ID);

    /** What a value must look like; see {@link EventDraft} for the rules. */
    enum Kind {
        TYPE,
        /** An identifier or a short name: 1 to 128 characters, none of them a control character. */
        ID,
        TIME,
        IP,
        COUNTRY,
        CURRENCY,
        MONEY,
        ODDS,
        RESULT,
        ATTRIBUTES
    }

    private static final EventField[] VALUES = values();
    static final int COUNT = VALUES.length;

    private static final Map<String, EventField> BY_NAME = new HashMap<>();

    static {
        for (EventField field : values()) {
            BY_NAME.put(field.jsonName, field);
        }
    }

    private final String jsonName;
    private final Kind kind;
    private final long bit = 1L << ordinal();

    EventField(String jsonName, Kind kind) {
        this.jsonName = jsonName;
        this.kind = kind;
    }

    String jsonName() {
        return jsonName;
    }

    Kind kind() {
        return kind;
    }

    /** This field in a set that is kept in a long. */
    long bit() {
        return bit;
    }

    static long mask(EventField... fields) {
        long mask = 0;
        for (EventField field : fields) {
            mask |= field.bit;
        }
        return mask;
    }

    static EventField byOrdinal(int ordinal) {
        return VALUES[ordinal];
    }

    /** Null if there is no such field. */
    static EventField ofJsonName(String name) {
        return BY_NAME.get(name);
    }
}
