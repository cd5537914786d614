package io.tidegate.jobs.aggregation;

import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * How long the job remembers and how often it tells.
 *
 * @param panes how windows are cut into panes, and so how long a window is corrected in place
 * @param flushInterval a window's row is written at most this often
 * @param counterInterval a post's counter is written at most this often
 * @param leaderboardInterval the leaderboard is written at most this often
 * @param openBetRetention how long after a bet, in append time, its outcome still finds it
 * @param leaderboardSize posts on the leaderboard
 */
public record AggregationSettings(
        PaneGrid panes,
        Duration flushInterval,
        Duration counterInterval,
        Duration leaderboardInterval,
        Duration openBetRetention,
        int leaderboardSize)
        implements Serializable {

    public static final AggregationSettings DEFAULTS = new AggregationSettings(
            PaneGrid.DEFAULT,
            Duration.ofSeconds(1),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofHours(24),
            100);

    public AggregationSettings {
        Objects.requireNonNull(panes, "panes");
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
