package io.tidegate.dev.chaos.oracle;

/**
 * One thing that isn't as it must be.
 *
 * @param atMs when what it is about happened, epoch milliseconds; 0 where that isn't known
 * @param what a sentence that names it
 */
public record Finding(Kind kind, long atMs, String what) {

    /** Each is a count of the report. */
    public enum Kind {
        /** Acknowledged, and not stored, or not as it was sent. */
        LOST,
        /** An event id that is stored more than once. */
        DUPLICATED,
        /** Stored, though it was refused or never sent. */
        UNEXPECTED,
        /** A window of a table that is missing, or that says something else than the events. */
        WINDOW,
        /** An alert that is missing, that nothing explains, or that is there twice: on the topic or in the table. */
        ALERT,
        /** A listener that missed an alert, got one twice, one that doesn't exist, or two of a subject in the wrong order. */
        LISTENER
    }
}
