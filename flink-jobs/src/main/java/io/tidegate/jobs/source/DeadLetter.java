package io.tidegate.jobs.source;

/**
 * A record that a job could not decode or place, with its bytes kept. Goes to topic {@code events.dlq}.
 *
 * @param topic where it was read
 * @param appendedAtMs the record's timestamp: the broker's append time where the topic has {@code LogAppendTime}
 * @param key as it came, may be null
 * @param value as it came, may be null
 * @param reason machine-readable, for example {@link #UNDECODABLE}
 * @param detail what went wrong, in words
 * @param stage where it was given up: {@link #DECODE} or {@link #CHECK}
 * @param redrivenFrom {@code partition/offset} of the dead letter that the record was made of by a redrive; else empty
 */
public record DeadLetter(
        String topic,
        int partition,
        long offset,
        long appendedAtMs,
        byte[] key,
        byte[] value,
        String reason,
        String detail,
        String stage,
        String redrivenFrom) {

    /** The bytes are no message of the topic's type. */
    public static final String UNDECODABLE = "undecodable";

    /** The message decodes, but carries no event that this version knows. */
    public static final String UNKNOWN_TYPE = "unknown_type";

    /** The message decodes, but lacks a field that every event has. */
    public static final String MISSING_FIELD = "missing_field";

    /** The stage that turns bytes into a message. */
    public static final String DECODE = "decode";

    /** The stage that asks whether a message is fit to be processed. */
    public static final String CHECK = "check";
}
