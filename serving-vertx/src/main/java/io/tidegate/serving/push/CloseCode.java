package io.tidegate.serving.push;

/** Why the gateway closes a WebSocket: the codes of RFC 6455 and one of its own. */
public enum CloseCode {
    /** The peer hasn't answered. */
    GOING_AWAY(1001),
    /** A binary frame: only text is spoken here. */
    UNSUPPORTED_DATA(1003),
    /** Too many subscriptions, or too many frames in too short a time. */
    POLICY_VIOLATION(1008),
    /** A frame or message above the limit. */
    TOO_BIG(1009),
    INTERNAL_ERROR(1011),
    /** The gateway is shutting down; connect again, with the last cursor. */
    SERVICE_RESTART(1012),
    /** The listener doesn't keep up; connect again, with the last cursor. */
    TRY_AGAIN_LATER(1013),
    /** No token in time, a token that doesn't verify, or one that has expired. */
    UNAUTHORIZED(4401);

    private final short code;

    CloseCode(int code) {
        this.code = (short) code;
    }

    public short code() {
        return code;
    }
}
