package io.tidegate.jobs;

/** The clock that detection runs on. */
public enum DetectionTime {
    /** The broker's append time: a client can't forge it, and inside a partition nothing is ever late. The default. */
    APPEND,
    /** {@code occurred_at}: for replays of history, sent roughly in order of time. */
    OCCURRED
}
