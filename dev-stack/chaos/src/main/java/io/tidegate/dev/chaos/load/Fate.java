package io.tidegate.dev.chaos.load;

/** What a client knows of an event that it sent. */
public enum Fate {
    /** At least one attempt was answered with 202 for it: it must be there. */
    ACKNOWLEDGED,
    /** No attempt was acknowledged, and at least one has no answer or one that leaves it open: it may be there or not. */
    AMBIGUOUS,
    /** Every attempt was refused for good: it must not be there. */
    REFUSED
}
