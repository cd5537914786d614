package io.tidegate.replay.oracle;

import java.util.Locale;

/** The event types of the contract; {@link #wireName()} is their name in JSON and in ClickHouse. */
public enum EventType {
    POST,
    LIKE,
    UNLIKE,
    SHARE,
    COMMENT,
    BET,
    BET_OUTCOME,
    DEPOSIT,
    WITHDRAWAL,
    LOGIN;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException where no type has that name */
    public static EventType ofWireName(String wireName) {
        for (EventType type : values()) {
            if (type.wireName().equals(wireName)) {
                return type;
            }
        }
        throw new IllegalArgumentException("no event type is called '" + wireName + "'");
    }
}
