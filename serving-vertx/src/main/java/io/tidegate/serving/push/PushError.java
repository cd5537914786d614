package io.tidegate.serving.push;

/** What an error frame can say. The code is part of the contract; the message is for people. */
public enum PushError {
    UNAUTHENTICATED("unauthenticated", "the first message must be {\"op\":\"auth\",\"token\":\"…\"}"),
    AUTH_TIMEOUT("auth_timeout", "no token in time"),
    INVALID_TOKEN("invalid_token", "the token doesn't verify or has expired"),
    OTHER_SUBJECT("other_subject", "a token may be renewed only for the same subject"),
    TOKEN_EXPIRED("token_expired", "the token has expired: send auth with a new one, or be disconnected"),
    BAD_MESSAGE("bad_message", "not a JSON object of the documented shape"),
    UNKNOWN_OP("unknown_op", "op must be auth, subscribe, unsubscribe or ping"),
    BAD_CHANNEL("bad_channel", "no channel can have this name"),
    BAD_CURSOR("bad_cursor", "not a cursor of this channel"),
    BAD_FILTER("bad_filter", "filter takes severity, rule and subject, lists of at most 32 texts, on alerts channels"),
    /** The same for a channel that exists and one that doesn't. */
    FORBIDDEN("forbidden", "the token doesn't allow to read this channel"),
    TOO_MANY_SUBSCRIPTIONS("too_many_subscriptions", "too many subscriptions on one socket"),
    TOO_MANY_MESSAGES("too_many_messages", "too many frames in too short a time"),
    UNSUPPORTED_DATA("unsupported_data", "only text frames are understood"),
    TOO_BIG("too_big", "the message is above the size limit"),
    SLOW_CONSUMER("slow_consumer", "the listener doesn't read fast enough: connect again with the last cursor"),
    RESUME_BUSY("resume_busy", "too many listeners are catching up: connect again with the same cursor"),
    HISTORY_UNAVAILABLE("history_unavailable", "history can't be read: connect again with the same cursor"),
    INTERNAL("internal", "the gateway failed");

    private final String code;
    private final String message;

    PushError(String code, String message) {
        this.code = code;
        this.message = message;
    }

    public String code() {
        return code;
    }

    public String message() {
        return message;
    }
}
