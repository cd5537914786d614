package io.tidegate.jobs.surge;

/**
 * A window of the gap-free series of a subject, measured against what was usual before it.
 *
 * @param endMs exclusive end of the window, detection time
 * @param baselineE4 exponentially weighted mean of the windows before this one
 * @param spike at least the rule's minimum and its multiple of the baseline
 * @param calm below the rule's end multiple of the baseline
 */
public record MeasuredWindow(
        String subject, long endMs, long valueE4, double baselineE4, boolean spike, boolean calm) {}
