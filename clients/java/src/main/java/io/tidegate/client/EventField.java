package io.tidegate.client;

/** The optional and type-specific fields of an event. Which type takes which is in the API's documentation; the gateway checks. */
public enum EventField {
    POST_ID("postId"),
    AUTHOR_ID("authorId"),
    COMMENT_ID("commentId"),
    GAME_ID("gameId"),
    BET_ID("betId"),
    /** A decimal with at most four digits after the point. */
    AMOUNT("amount"),
    /** Three letters. */
    CURRENCY("currency"),
    /** A decimal with at most four digits after the point. */
    ODDS("odds"),
    BET_TYPE("betType"),
    CHANNEL("channel"),
    CITY("city"),
    DEVICE_TYPE("deviceType"),
    /** {@code win}, {@code loss} or {@code void}. */
    RESULT("result"),
    /** A decimal with at most four digits after the point. */
    PAYOUT("payout"),
    METHOD("method"),
    IP("ip"),
    DEVICE_ID("deviceId"),
    /** Two letters. */
    COUNTRY("country");

    private final String wireName;

    EventField(String wireName) {
        this.wireName = wireName;
    }

    /** As on the wire: camelCase. */
    public String wireName() {
        return wireName;
    }
}
