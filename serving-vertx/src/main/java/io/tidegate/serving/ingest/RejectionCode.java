package io.tidegate.serving.ingest;

import java.util.Locale;

/** Why an event isn't accepted. The wire name is the constant in lower case and never changes. */
public enum RejectionCode {
    /** A field that this type of event must have is absent, null or empty. */
    MISSING_FIELD,
    /** A value has the wrong form. */
    INVALID_FIELD,
    /** {@code type} names nothing that the contract knows. */
    UNKNOWN_TYPE,
    /** A field that this type of event doesn't have. Refused, so that a misspelt optional field isn't lost silently. */
    UNKNOWN_FIELD,
    /** A field is given twice; which one counts would be a guess. */
    DUPLICATE_FIELD,
    /** Money that is negative, too large, has more than four decimals or is no number. */
    INVALID_AMOUNT,
    /** {@code occurredAt} is further back or ahead than this sender may go. */
    TIMESTAMP_OUT_OF_BOUNDS,
    /** A text, or the attributes, exceed their length. */
    TOO_LONG,
    /** An element of the array, or a line, is no JSON object. */
    INVALID_JSON,
    /** {@code tenant} isn't the token's. */
    FORBIDDEN_TENANT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
