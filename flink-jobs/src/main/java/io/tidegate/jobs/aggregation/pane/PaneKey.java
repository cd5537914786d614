package io.tidegate.jobs.aggregation.pane;

/**
 * The key of a row of a window table, or of a part of one.
 *
 * <p>The hash code of a key decides where Flink keeps its state, in checkpoints too. So keys are records that spell it out
 * (a record's own may differ from one Java to the next) from numbers and strings (an enum's differs from process to process).
 */
public interface PaneKey {

    /** Epoch milliseconds of the start of the minute. */
    long windowStartMs();

    /** See {@link PaneGrid}. */
    long paneMs();
}
