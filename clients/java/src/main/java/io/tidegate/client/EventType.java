package io.tidegate.client;

import java.util.Locale;

/** What an event may be. */
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

    /** As on the wire: lower snake case. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
