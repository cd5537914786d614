package io.tidegate.contracts;

/**
 * Headers of a record on {@link Topics#EVENTS_DLQ}. Values are UTF-8 text; the record's key and value are the original bytes.
 */
public final class DeadLetterHeaders {

    /** Machine-readable reason, for example {@code undecodable}. */
    public static final String REASON = "tidegate-reason";

    /** What went wrong, in words. */
    public static final String DETAIL = "tidegate-detail";

    /** Job and operator that gave up on it, for example {@code archive/source}. */
    public static final String STAGE = "tidegate-stage";

    public static final String ORIGINAL_TOPIC = "tidegate-topic";
    public static final String ORIGINAL_PARTITION = "tidegate-partition";
    public static final String ORIGINAL_OFFSET = "tidegate-offset";

    private DeadLetterHeaders() {}
}
