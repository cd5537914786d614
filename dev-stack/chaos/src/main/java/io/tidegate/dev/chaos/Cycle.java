package io.tidegate.dev.chaos;

import java.util.OptionalDouble;

/**
 * A fault and what came of it. Times are epoch milliseconds.
 *
 * @param target whom it hit
 * @param faultMs when it was there
 * @param healedMs when it was undone
 * @param endMs when everything was well again, or was given up
 * @param alertSeconds from the fault to the first alert, heard through nginx, about something that happened after the fault
 * @param rowSeconds from the fault until every shard had a row of an event that happened after the fault
 * @param problem what wasn't well in time; empty where everything was
 */
record Cycle(
        int number,
        String fault,
        String target,
        long faultMs,
        long healedMs,
        long endMs,
        OptionalDouble alertSeconds,
        OptionalDouble rowSeconds,
        String problem) {}
