package io.tidegate.dev.chaos.load;

/**
 * The load so far.
 *
 * @param sent events in requests that were sent at least once, repeats included
 * @param acknowledged events of requests that were answered for good, repeats included
 * @param waiting requests that are not answered for good yet
 * @param attempts requests sent, again or for the first time
 * @param doubtful attempts without a clear answer
 * @param latestPlan how far behind its plan the load is, in milliseconds
 */
public record LoadStats(long sent, long acknowledged, int waiting, long attempts, long doubtful, long latestPlan) {}
