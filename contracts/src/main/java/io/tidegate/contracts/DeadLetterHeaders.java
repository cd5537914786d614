package io.tidegate.contracts;

/**
 * Headers of a record on {@link Topics#EVENTS_DLQ}. Values are UTF-8 text; the record's key and value are the original bytes.
 */
public final class DeadLetterHeaders {

    /** Machine-readable reason, for example {@code undecodable}. */
    public static final String REASON = "tidegate-reason";

    /** What went wrong, in words. */
    public static final String DETAIL = "tidegate-detail";

    /** Job and stage that gave up on it, for example {@code archive/decode}. */
    public static final String STAGE = "tidegate-stage";

    public static final String ORIGINAL_TOPIC = "tidegate-topic";
    public static final String ORIGINAL_PARTITION = "tidegate-partition";
    public static final String ORIGINAL_OFFSET = "tidegate-offset";

    /** When the original was appended, epoch milliseconds. */
    public static final String ORIGINAL_TIMESTAMP = "tidegate-timestamp";

    /**
     * {@code partition/offset} of the dead letter that a record was made of. On a record that was sent back to its topic; and, if
     * that failed again, on the new dead letter.
     */
    public static final String REDRIVEN_FROM = "tidegate-redriven-from";

    private DeadLetterHeaders() {}
}
