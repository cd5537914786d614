package io.tidegate.jobs.source;

/**
 * A record that a job could not decode or place, with its bytes kept. Goes to topic {@code events.dlq}.
 *
 * @param topic where it was read
 * @param key as it came, may be null
 * @param value as it came, may be null
 * @param reason machine-readable, for example {@link #UNDECODABLE}
 * @param detail what went wrong, in words
 */
public record DeadLetter(
        String topic, int partition, long offset, byte[] key, byte[] value, String reason, String detail) {

    /** The bytes are no message of the topic's type. */
    public static final String UNDECODABLE = "undecodable";

    /** The message decodes, but carries no event that this version knows. */
    public static final String UNKNOWN_TYPE = "unknown_type";

    /** The message decodes, but lacks a field that every event has. */
    public static final String MISSING_FIELD = "missing_field";
}
