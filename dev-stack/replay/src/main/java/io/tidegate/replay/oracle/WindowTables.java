package io.tidegate.replay.oracle;

import java.util.Comparator;
import java.util.List;

/**
 * The window tables of a store in the oracle's terms and order: of each row its highest version, panes added up. A window that two
 * shards have rows of is a row in each.
 *
 * @param <E> what the store throws when it doesn't answer
 */
public final class WindowTables<E extends Exception> {

    /** Asks ClickHouse. */
    @FunctionalInterface
    public interface Store<E extends Exception> {

        /** The columns of each row as TSV has them. Tabs and backslashes in names come back escaped, and aren't equal then. */
        List<String[]> rows(String sql) throws E;
    }

    private final Store<E> store;
    private final String condition;

    private WindowTables(Store<E> store, String condition) {
        this.store = store;
        this.condition = condition;
    }

    public static <E extends Exception> WindowTables<E> of(Store<E> store) {
        return new WindowTables<>(store, "1");
    }

    /** @param value in SQL, about column {@code window_start} */
    public WindowTables<E> where(String value) {
        return new WindowTables<>(store, value);
    }

    /** As {@link Oracle#eventCounts}. A user of two panes is counted in both. */
    public List<EventCount> eventCounts() throws E {
        return store
                .rows("SELECT toUnixTimestamp(window_start) * 1000 AS w, type, sum(events), sum(users)"
                        + " FROM tidegate.event_counts_1m FINAL WHERE " + condition + " GROUP BY w, type")
                .stream()
                .map(row -> new EventCount(
                        Long.parseLong(row[0]),
                        EventType.ofWireName(row[1]),
                        Long.parseLong(row[2]),
                        Long.parseLong(row[3])))
                .sorted(Comparator.comparingLong(EventCount::windowStartMs).thenComparing(EventCount::type))
                .toList();
    }

    /** As {@link Oracle#postActivity}. */
    public List<PostActivity> postActivity() throws E {
        return store
                .rows("SELECT toUnixTimestamp(window_start) * 1000 AS w, post_id, sum(likes) AS l, sum(unlikes) AS u,"
                        + " sum(comments) AS c, sum(shares) AS s FROM tidegate.post_activity_1m FINAL WHERE "
                        + condition + " GROUP BY w, post_id HAVING l + u + c + s > 0")
                .stream()
                .map(row -> new PostActivity(
                        Long.parseLong(row[0]),
                        row[1],
                        Long.parseLong(row[2]),
                        Long.parseLong(row[3]),
                        Long.parseLong(row[4]),
                        Long.parseLong(row[5])))
                .sorted(Comparator.comparingLong(PostActivity::windowStartMs).thenComparing(PostActivity::postId))
                .toList();
    }

    /** As {@link Oracle#betStats}. */
    public List<BetStats> betStats() throws E {
        return store
                .rows(
                        "SELECT toUnixTimestamp(window_start) * 1000 AS w, game_id, city, device_type, bet_type, currency,"
                                + " sum(bets), toInt64(sum(turnover) * 10000), sum(outcomes), toInt64(sum(payout) * 10000),"
                                + " toInt64(sum(odds_sum) * 10000), sum(odds_count) FROM tidegate.bet_stats_1m FINAL WHERE "
                                + condition + " GROUP BY w, game_id, city, device_type, bet_type, currency")
                .stream()
                .map(row -> new BetStats(
                        new BetStats.Key(Long.parseLong(row[0]), row[1], row[2], row[3], row[4], row[5]),
                        Long.parseLong(row[6]),
                        Long.parseLong(row[7]),
                        Long.parseLong(row[8]),
                        Long.parseLong(row[9]),
                        Long.parseLong(row[10]),
                        Long.parseLong(row[11])))
                .sorted(Comparator.comparing(BetStats::key))
                .toList();
    }
}
