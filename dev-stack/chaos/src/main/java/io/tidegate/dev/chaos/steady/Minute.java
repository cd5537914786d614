package io.tidegate.dev.chaos.steady;

import java.util.OptionalDouble;

/**
 * The platform as a whole at a moment, as its own metrics say; empty where they say nothing (yet).
 *
 * @param acceptedPerSecond events, over the last minute
 * @param pushP95Seconds from the broker's append to the listeners' event loops, over five minutes, of the slower topic
 * @param lag records that the job which is the furthest behind hasn't read
 * @param loadLateMs how late the load itself is, in milliseconds
 * @param alerts that are pending or fire
 */
record Minute(
        double minute,
        OptionalDouble acceptedPerSecond,
        OptionalDouble pushP95Seconds,
        OptionalDouble lag,
        long loadLateMs,
        long alerts) {}
