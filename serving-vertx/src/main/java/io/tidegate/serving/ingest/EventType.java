package io.tidegate.serving.ingest;

import static io.tidegate.serving.ingest.EventField.AMOUNT;
import static io.tidegate.serving.ingest.EventField.ATTRIBUTES;
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
import static io.tidegate.serving.ingest.EventField.mask;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The types of the HTTP contract: which fields each must have and which it may have. */
enum EventType {
    POST(mask(POST_ID), 0),
    LIKE(mask(POST_ID), mask(AUTHOR_ID)),
    UNLIKE(mask(POST_ID), mask(AUTHOR_ID)),
    SHARE(mask(POST_ID), mask(AUTHOR_ID)),
    COMMENT(mask(POST_ID), mask(COMMENT_ID, AUTHOR_ID)),
    BET(mask(GAME_ID, AMOUNT), mask(BET_ID, CURRENCY, ODDS, BET_TYPE, CHANNEL, CITY, DEVICE_TYPE)),
    BET_OUTCOME(mask(BET_ID, GAME_ID, RESULT), mask(PAYOUT, CURRENCY)),
    DEPOSIT(mask(AMOUNT), mask(CURRENCY, METHOD)),
    WITHDRAWAL(mask(AMOUNT), mask(CURRENCY, METHOD)),
    LOGIN(0, 0);

    private static final Map<String, EventType> BY_NAME = new HashMap<>();

    static {
        for (EventType type : values()) {
            BY_NAME.put(type.wireName, type);
        }
    }

    private final String wireName = name().toLowerCase(Locale.ROOT);
    private final long required;
    private final long allowed;

    EventType(long required, long optional) {
        this.required = required | mask(TYPE, USER_ID);
        this.allowed =
                this.required | optional | mask(EVENT_ID, OCCURRED_AT, IP, DEVICE_ID, COUNTRY, ATTRIBUTES, TENANT);
    }

    String wireName() {
        return wireName;
    }

    /** Set of {@link EventField#bit}. */
    long required() {
        return required;
    }

    /** Set of {@link EventField#bit}, the required ones included. */
    long allowed() {
        return allowed;
    }

    /** Null if there is no such type. */
    static EventType ofWireName(String name) {
        return BY_NAME.get(name);
    }
}
