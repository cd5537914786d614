package io.tidegate.jobs.aggregation;

import io.tidegate.contracts.v1.Event.BodyCase;

/** The event types. Part of checkpointed state: constants are only ever added, at the end. */
public enum EventKind {
    POST("post"),
    LIKE("like"),
    UNLIKE("unlike"),
    SHARE("share"),
    COMMENT("comment"),
    BET("bet"),
    BET_OUTCOME("bet_outcome"),
    DEPOSIT("deposit"),
    WITHDRAWAL("withdrawal"),
    LOGIN("login");

    private final String wireName;

    EventKind(String wireName) {
        this.wireName = wireName;
    }

    /** The name in JSON and in ClickHouse. */
    public String wireName() {
        return wireName;
    }

    /** @throws IllegalArgumentException for what is no event: ticks and bodies that this version doesn't know */
    static EventKind of(BodyCase body) {
        return switch (body) {
            case POST -> POST;
            case LIKE -> LIKE;
            case UNLIKE -> UNLIKE;
            case SHARE -> SHARE;
            case COMMENT -> COMMENT;
            case BET -> BET;
            case BET_OUTCOME -> BET_OUTCOME;
            case DEPOSIT -> DEPOSIT;
            case WITHDRAWAL -> WITHDRAWAL;
            case LOGIN -> LOGIN;
            case TICK, BODY_NOT_SET -> throw new IllegalArgumentException("not an event: " + body);
        };
    }
}
