package io.tidegate.jobs.fraud;

/** What the rules tell apart. Its serialised form is the position: new ones go to the end. */
public enum FraudEventType {
    BET,
    DEPOSIT,
    WITHDRAWAL,
    LIKE,
    LOGIN,
    /** No rule looks at it; it is here so that a later event with its id counts as the repeat that it is. */
    OTHER
}
