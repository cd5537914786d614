package io.tidegate.jobs.surge;

/**
 * A surge may have begun or ended.
 *
 * @param begins false where it ends
 * @param endMs end of the window that tells
 * @param firstEndMs end of the first window of the match
 */
public record SurgeSignal(
        String subject, boolean begins, long endMs, long valueE4, double baselineE4, long firstEndMs) {}
