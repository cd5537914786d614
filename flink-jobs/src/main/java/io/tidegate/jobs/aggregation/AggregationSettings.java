package io.tidegate.jobs.aggregation;

import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * How long the job remembers and how often it tells.
 *
 * <p>Every pane in state is part of every checkpoint. Sums over panes are exact, so short panes do for tables of sums; distinct
 * users are exact within a pane only, so their panes are long enough for nearly every late event.
 *
 * @param userPanes panes of the event counts: how long late events still find the users of their window
 * @param sumPanes panes of post activity and bet stats
 * @param flushInterval a window's row is written at most this often
 * @param counterInterval a post's counter is written at most this often
 * @param leaderboardInterval the leaderboard is written at most this often
 * @param openBetRetention how long after a bet, in append time, its outcome still finds it
 * @param leaderboardSize posts on the leaderboard
 */
public record AggregationSettings(
        PaneGrid userPanes,
        PaneGrid sumPanes,
        Duration flushInterval,
        Duration counterInterval,
        Duration leaderboardInterval,
        Duration openBetRetention,
        int leaderboardSize)
        implements Serializable {

    public static final AggregationSettings DEFAULTS = new AggregationSettings(
            new PaneGrid(Duration.ofHours(1)),
            new PaneGrid(Duration.ofMinutes(5)),
            Duration.ofSeconds(1),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofHours(24),
            100);

    public AggregationSettings {
        Objects.requireNonNull(userPanes, "userPanes");
        Objects.requireNonNull(sumPanes, "sumPanes");
        requirePositive("flushInterval", flushInterval);
        requirePositive("counterInterval", counterInterval);
        requirePositive("leaderboardInterval", leaderboardInterval);
        requirePositive("openBetRetention", openBetRetention);
        if (leaderboardSize < 1) {
            throw new IllegalArgumentException("leaderboardSize: at least 1 expected, got " + leaderboardSize);
        }
    }

    private static void requirePositive(String field, Duration value) {
        if (value == null || value.toMillis() < 1) {
            throw new IllegalArgumentException(field + ": at least a millisecond expected, got " + value);
        }
    }
}
