package io.tidegate.jobs.surge;

/**
 * The level of a subject in one tumbling window.
 *
 * @param endMs exclusive end of the window, detection time
 */
public record LevelWindow(String subject, long endMs, long valueE4) {}
