package io.tidegate.contracts;

/** The Kafka topics, named in one place. Keys and values are described on the messages in {@code tidegate/v1/*.proto}. */
public final class Topics {

    /** Accepted events; key: user id; timestamps by the broker ({@code message.timestamp.type=LogAppendTime}). */
    public static final String EVENTS = "events";

    /** What a job could not decode or place, bytes kept, reason in the headers; key: as it came. */
    public static final String EVENTS_DLQ = "events.dlq";

    /** Raised alerts; key: subject; transactional. */
    public static final String ALERTS = "alerts";

    /** Pushes to one person; key: recipient; transactional. */
    public static final String NOTIFICATIONS = "notifications";

    /** Live numbers, absolute; key: metric and dimension; compacted. */
    public static final String COUNTERS = "counters";

    /** Detection rules; key: rule id; compacted, transactional, one partition. */
    public static final String RULES = "rules";

    /** Every change of a rule: who, when, from what to what; key: rule id; kept for ever, transactional, one partition. */
    public static final String RULES_AUDIT = "rules.audit";

    private Topics() {}
}
