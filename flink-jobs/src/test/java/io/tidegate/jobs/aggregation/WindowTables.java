package io.tidegate.jobs.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.jobs.aggregation.bets.BetStatsKey;
import io.tidegate.jobs.aggregation.bets.BetStatsRow;
import io.tidegate.jobs.aggregation.counts.EventCountKey;
import io.tidegate.jobs.aggregation.counts.EventCountRow;
import io.tidegate.jobs.aggregation.posts.PostActivityKey;
import io.tidegate.jobs.aggregation.posts.PostActivityRow;
import io.tidegate.replay.oracle.BetStats;
import io.tidegate.replay.oracle.EventCount;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleEvent;
import io.tidegate.replay.oracle.PostActivity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The three window tables as ClickHouse has them: of each key the row with the highest version counts. */
final class WindowTables {

    private final Map<EventCountKey, EventCountRow> eventCounts = new HashMap<>();
    private final Map<PostActivityKey, PostActivityRow> postActivity = new HashMap<>();
    private final Map<BetStatsKey, BetStatsRow> betStats = new HashMap<>();

    void insert(EventCountRow row) {
        eventCounts.merge(row.key(), row, (old, next) -> {
            assertOneContentPerVersion(old.version() == next.version(), old, next);
            return next.version() >= old.version() ? next : old;
        });
    }

    void insert(PostActivityRow row) {
        postActivity.merge(row.key(), row, (old, next) -> {
            assertOneContentPerVersion(old.version() == next.version(), old, next);
            return next.version() >= old.version() ? next : old;
        });
    }

    void insert(BetStatsRow row) {
        betStats.merge(row.key(), row, (old, next) -> {
            assertOneContentPerVersion(old.version() == next.version(), old, next);
            return next.version() >= old.version() ? next : old;
        });
    }

    private static void assertOneContentPerVersion(boolean sameVersion, Object old, Object next) {
        if (sameVersion) {
            assertThat(next).isEqualTo(old);
        }
    }

    /** Panes of windows that have more than the usual one. */
    long furtherPanes() {
        return eventCounts.keySet().stream()
                .filter(key -> key.paneMs() != key.windowStartMs())
                .count();
    }

    /** Added up over panes, the rows are what the oracle reads; so are the distinct users of windows with one pane. */
    void assertEqualTheOracleOf(List<OracleEvent> arrivals) {
        assertEventCounts(Oracle.eventCounts(arrivals));
        assertThat(postActivitySums()).isEqualTo(Oracle.postActivity(arrivals));
        assertThat(betStatsSums()).isEqualTo(Oracle.betStats(arrivals));
    }

    private void assertEventCounts(List<EventCount> expected) {
        record Key(long windowStartMs, EventType type) {}
        Map<Key, List<EventCountRow>> panes = new HashMap<>();
        eventCounts.values().forEach(row -> panes.computeIfAbsent(
                        new Key(
                                row.key().windowStartMs(),
                                EventType.ofWireName(row.key().type())),
                        key -> new ArrayList<>())
                .add(row));
        assertThat(panes.size()).as("windows with events").isEqualTo(expected.size());
        for (EventCount count : expected) {
            List<EventCountRow> rows = panes.get(new Key(count.windowStartMs(), count.type()));
            assertThat(rows).as("panes of %s", count).isNotNull();
            assertThat(rows.stream().mapToLong(EventCountRow::events).sum())
                    .as("events of %s", count)
                    .isEqualTo(count.events());
            if (rows.size() == 1) {
                assertThat(rows.get(0).users()).as("users of %s", count).isEqualTo(count.users());
            }
        }
    }

    private List<PostActivity> postActivitySums() {
        Map<String, PostActivity> sums = new TreeMap<>();
        for (PostActivityRow row : postActivity.values()) {
            PostActivity pane = new PostActivity(
                    row.key().windowStartMs(),
                    row.key().postId(),
                    row.tally().likes(),
                    row.tally().unlikes(),
                    row.tally().comments(),
                    row.tally().shares());
            sums.merge(
                    "%020d %s".formatted(pane.windowStartMs(), pane.postId()),
                    pane,
                    (a, b) -> new PostActivity(
                            a.windowStartMs(),
                            a.postId(),
                            a.likes() + b.likes(),
                            a.unlikes() + b.unlikes(),
                            a.comments() + b.comments(),
                            a.shares() + b.shares()));
        }
        return List.copyOf(sums.values());
    }

    private List<BetStats> betStatsSums() {
        Map<BetStats.Key, BetStats> sums = new HashMap<>();
        for (BetStatsRow row : betStats.values()) {
            BetStats.Key key = new BetStats.Key(
                    row.key().windowStartMs(),
                    row.key().dimensions().gameId(),
                    row.key().dimensions().city(),
                    row.key().dimensions().deviceType(),
                    row.key().dimensions().betType(),
                    row.key().dimensions().currency());
            BetStats pane = new BetStats(
                    key,
                    row.tally().bets(),
                    row.tally().turnoverE4(),
                    row.tally().outcomes(),
                    row.tally().payoutE4(),
                    row.tally().oddsSumE4(),
                    row.tally().oddsCount());
            sums.merge(
                    key,
                    pane,
                    (a, b) -> new BetStats(
                            key,
                            a.bets() + b.bets(),
                            a.turnoverE4() + b.turnoverE4(),
                            a.outcomes() + b.outcomes(),
                            a.payoutE4() + b.payoutE4(),
                            a.oddsSumE4() + b.oddsSumE4(),
                            a.oddsCount() + b.oddsCount()));
        }
        return sums.values().stream()
                .sorted(Comparator.comparing(
                        BetStats::key,
                        Comparator.comparingLong(BetStats.Key::windowStartMs)
                                .thenComparing(BetStats.Key::gameId)
                                .thenComparing(BetStats.Key::city)
                                .thenComparing(BetStats.Key::deviceType)
                                .thenComparing(BetStats.Key::betType)
                                .thenComparing(BetStats.Key::currency)))
                .toList();
    }
}
