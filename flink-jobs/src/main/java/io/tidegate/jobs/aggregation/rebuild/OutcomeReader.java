package io.tidegate.jobs.aggregation.rebuild;

import io.tidegate.jobs.aggregation.AggregationSettings;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.util.List;

/**
 * Puts outcomes under the dimensions of their bets as job {@code aggregation} does: a user's first bet under an id is meant until
 * its outcome, or for the retention in append time; an outcome without one counts for its own game and currency.
 *
 * <p>Fed the bets and outcomes of one user and bet id after the other, each in the order in which they were appended.
 */
final class OutcomeReader {

    interface Placed {
        void outcome(WindowKey key, long payoutE4);
    }

    private static final long RETENTION_MS =
            AggregationSettings.DEFAULTS.openBetRetention().toMillis();

    private final PaneGrid panes = WindowTable.BET_STATS.panes();
    private final long fromMs;
    private final long toMs;
    private final Placed placed;

    private List<String> identity = List.of();
    private List<String> openBet;
    private long openUntilMs;

    OutcomeReader(long fromMs, long toMs, Placed placed) {
        this.fromMs = fromMs;
        this.toMs = toMs;
        this.placed = placed;
    }

    /**
     * Bets and outcomes of all who have an outcome in {@code [fromMs, toMs)}, twice the retention back: a bet that had expired may
     * have kept the place of a later one.
     */
    static String sql(String database, long fromMs, long toMs) {
        String outcomes =
                " FROM " + database + ".events WHERE type = 'bet_outcome' AND " + WindowTable.occurredSql(fromMs, toMs);
        return "SELECT user_id, tenant, bet_id, type = 'bet_outcome', toUnixTimestamp64Milli(occurred_at),"
                + " toUnixTimestamp64Milli(appended_at), game_id, city, device_type, bet_type, currency,"
                + " reinterpretAsInt64(payout) FROM " + database + ".events FINAL WHERE type IN ('bet', 'bet_outcome')"
                + " AND appended_at >= (SELECT min(appended_at)" + outcomes + ") - INTERVAL " + 2 * RETENTION_MS / 1000
                + " SECOND AND appended_at <= (SELECT max(appended_at)" + outcomes + ")"
                + " AND (user_id, tenant, bet_id) IN (SELECT user_id, tenant, bet_id" + outcomes + ")"
                + " ORDER BY user_id, tenant, bet_id, appended_at, kafka_partition, kafka_offset FORMAT TabSeparated";
    }

    /** @param row a line of {@link #sql} */
    void read(String[] row) {
        List<String> itsIdentity = List.of(row[0], row[1], row[2]);
        if (!itsIdentity.equals(identity)) {
            identity = itsIdentity;
            openBet = null;
        }
        long occurredMs = Long.parseLong(row[4]);
        long appendedMs = Long.parseLong(row[5]);
        List<String> dimensions = List.of(row[6], row[7], row[8], row[9], row[10]);
        if (openBet != null && appendedMs > openUntilMs) {
            openBet = null;
        }
        if (row[3].equals("0")) {
            if (!row[2].isEmpty() && openBet == null) {
                openBet = dimensions;
                openUntilMs = appendedMs + RETENTION_MS;
            }
            return;
        }
        List<String> placedUnder = openBet == null ? dimensions : openBet;
        openBet = null;
        if (occurredMs >= fromMs && occurredMs < toMs) {
            long windowStartMs = PaneGrid.windowStartMs(occurredMs);
            placed.outcome(
                    new WindowKey(windowStartMs, placedUnder, panes.paneMs(windowStartMs, appendedMs)),
                    Long.parseLong(row[11]));
        }
    }
}
