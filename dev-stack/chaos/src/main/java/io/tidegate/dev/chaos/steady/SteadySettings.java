package io.tidegate.dev.chaos.steady;

import java.nio.file.Path;
import java.time.Duration;

/**
 * @param home the repository, built
 * @param dir where the cluster, its logs and the samples are kept; emptied first
 * @param basePort of the cluster; 0 for free ones
 * @param length of the quiet time, before the broker's death
 * @param rate events a second, without repeats
 * @param seed decides about the events
 * @param broker who is killed afterwards
 * @param secure whether the brokers ask for names
 * @param pendingIsWrong whether an alert that hasn't fired yet counts too
 * @param collectEvery how often every process is made to collect its garbage, so that one sees what it really holds
 * @param keep whether the cluster goes on afterwards
 */
record SteadySettings(
        Path home,
        Path dir,
        int basePort,
        Duration length,
        int rate,
        long seed,
        String broker,
        boolean secure,
        boolean pendingIsWrong,
        Duration collectEvery,
        boolean keep) {

    /** The load repeats some of so many of its latest events; a repeat must fall into the jobs' memory. */
    private static final int REMEMBERED_BY_THE_LOAD = 100_000;

    private static final Duration SHORTEST_HORIZON = Duration.ofMinutes(10);

    SteadySettings {
        home = home.toAbsolutePath().normalize();
        dir = dir.toAbsolutePath().normalize();
        if (rate < 30 || rate > 100_000) {
            throw new IllegalArgumentException("rate: from 30 (less trips no rule) to 100000 expected, got " + rate);
        }
        if (length.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException("for: at least a minute expected, got " + length.toSeconds() + "s");
        }
        if (!broker.matches("kafka-[1-3]")) {
            throw new IllegalArgumentException("broker: kafka-1, kafka-2 or kafka-3 expected, got " + broker);
        }
    }

    /** Of the jobs' memory of event ids: long enough for the load, short enough to be full, and then level, in a run of an hour. */
    Duration deduplicationHorizon() {
        Duration twice = Duration.ofSeconds(2L * REMEMBERED_BY_THE_LOAD / rate);
        return twice.compareTo(SHORTEST_HORIZON) > 0 ? twice : SHORTEST_HORIZON;
    }

    /** The command that does it again. */
    String command() {
        return "scripts/steady --for " + length.toSeconds() + "s --rate " + rate + " --seed " + seed + " --broker "
                + broker + (secure ? " --secure" : "") + (pendingIsWrong ? "" : " --tolerate-pending");
    }
}
