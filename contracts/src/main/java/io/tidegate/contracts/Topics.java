package io.tidegate.contracts;

/** The Kafka topics, named in one place. Keys and values are described on the messages in {@code tidegate/v1/*.proto}. */
public final class Topics {

    /** Accepted events; key: user id; timestamps by the broker ({@code message.timestamp.type=LogAppendTime}). */
    public static final String EVENTS = "events";

    /** What a job could not decode or place, bytes kept, reason in the headers; key: as it came. */
    public static final String EVENTS_DLQ = "events.dlq";

    /** Which dead letters have been sent back: key {@code partition/offset} on {@link #EVENTS_DLQ}; compacted, one partition. */
    public static final String EVENTS_DLQ_REDRIVEN = "events.dlq.redriven";

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

    /** Webhooks, preferences, push subscriptions; key: see {@code NotifierSetting}; compacted, values encrypted. */
    public static final String NOTIFIER_SETTINGS = "notifier.settings";

    /** What the notifier has yet to deliver; key: delivery id, partition by target; compacted. */
    public static final String NOTIFIER_DELIVERIES = "notifier.deliveries";

    /** What gateways accepted, by the minute, and where it fell short; key: see {@code LedgerEntry}; compacted, one partition. */
    public static final String LEDGER = "ledger";

    /** Deliveries that were given up, reason in the headers ({@link DeadLetterHeaders}); key: target. */
    public static final String NOTIFICATIONS_DLQ = "notifications.dlq";

    /**
     * {@code max.message.bytes} of {@link #EVENTS_DLQ}, and what its writers may send: any record of another topic with headers
     * on top. A dead letter that didn't fit would stop the job that has to write it.
     */
    public static final int MAX_DEAD_LETTER_BYTES = 16 << 20;

    private Topics() {}
}
