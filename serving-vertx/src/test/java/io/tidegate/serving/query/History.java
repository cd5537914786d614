package io.tidegate.serving.query;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Made-up events, and the SQL that stores them as the jobs would: event rows (some twice, as after a repeat beyond the
 * horizon), windows in several versions and panes.
 */
final class History {

    static final Instant START = Instant.parse("2026-03-01T22:10:00Z");

    private static final List<String> TYPES =
            List.of("like", "like", "like", "unlike", "comment", "share", "bet", "bet_outcome");

    record Event(
            String id,
            String type,
            String user,
            String post,
            String game,
            String city,
            String device,
            String betType,
            String currency,
            BigDecimal amount,
            BigDecimal odds,
            BigDecimal payout,
            Instant at) {

        Instant minute() {
            return at.truncatedTo(java.time.temporal.ChronoUnit.MINUTES);
        }

        boolean isBet() {
            return type.equals("bet");
        }

        boolean isOutcome() {
            return type.equals("bet_outcome");
        }
    }

    /** SQL of an Insert. */
    interface Target {
        void run(String sql) throws IOException;
    }

    private History() {}

    /** Three days and some: a busy evening, a day without anything, a quiet morning. */
    static List<Event> events() {
        Random random = new Random(7);
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            Duration after = i % 10 == 0
                    ? Duration.ofHours(50).plusSeconds(random.nextInt(3 * 3600))
                    : Duration.ofMillis(random.nextInt(4 * 3600 * 1000));
            events.add(event(random, i, START.plus(after)));
        }
        return events;
    }

    private static Event event(Random random, int number, Instant at) {
        String type = TYPES.get(random.nextInt(TYPES.size()));
        boolean social = !type.startsWith("bet");
        boolean bet = type.equals("bet");
        return new Event(
                "e" + number,
                type,
                // Few users and posts that aren't plain ASCII or quoted: they must survive the way there and back.
                List.of("u1", "u2", "u'3", "ü\"4", "u\\5", "u6?").get(random.nextInt(6)),
                social ? List.of("p1", "p2", "p'3", "пост").get(random.nextInt(4)) : "",
                social ? "" : "g" + random.nextInt(3),
                social ? "" : List.of("Riga", "Tartu", "").get(random.nextInt(3)),
                social ? "" : List.of("phone", "desktop").get(random.nextInt(2)),
                social ? "" : List.of("line", "total").get(random.nextInt(2)),
                social ? "" : List.of("EUR", "USD").get(random.nextInt(2)),
                bet ? decimal(random, 10_000_000) : BigDecimal.ZERO,
                bet && random.nextBoolean() ? decimal(random, 100_000) : BigDecimal.ZERO,
                type.equals("bet_outcome") ? decimal(random, 50_000_000) : BigDecimal.ZERO,
                at);
    }

    private static BigDecimal decimal(Random random, int bound) {
        return BigDecimal.valueOf(1 + random.nextInt(bound), 4);
    }

    static void store(List<Event> events, Target clickhouse) throws IOException {
        List<String> rows = new ArrayList<>();
        for (Event e : events) {
            String row = "(" + text(e.id()) + "," + text(e.type()) + "," + text(e.user()) + "," + text(e.post()) + ","
                    + text(e.game()) + "," + text(e.city()) + "," + text(e.device()) + "," + text(e.betType()) + ","
                    + text(e.currency()) + "," + e.amount().toPlainString() + ","
                    + e.odds().toPlainString() + ","
                    + e.payout().toPlainString() + ",fromUnixTimestamp64Milli(toInt64(" + e.at().toEpochMilli()
                    + "),'UTC'),now64(3))";
            rows.add(row);
        }
        String insert =
                "INSERT INTO tidegate.events (event_id, type, user_id, post_id, game_id, city, device_type, bet_type,"
                        + " currency, amount, odds, payout, occurred_at, ingested_at) VALUES ";
        clickhouse.run(insert + String.join(",", rows));
        clickhouse.run(insert + String.join(",", rows.subList(0, rows.size() / 5)));
        storeWindows(events, clickhouse);
    }

    /** Every window has an old version that must not count; every third one has a second pane for a part of its events. */
    private static void storeWindows(List<Event> events, Target clickhouse) throws IOException {
        store(
                events,
                clickhouse,
                "event_counts_1m",
                "window_start, type, pane, events, users, version, updated_at",
                e -> List.of(e.type()),
                pane -> pane.size() + ","
                        + pane.stream().map(Event::user).distinct().count());
        store(
                events.stream().filter(e -> !e.post().isEmpty()).toList(),
                clickhouse,
                "post_activity_1m",
                "window_start, post_id, pane, likes, unlikes, comments, shares, version, updated_at",
                e -> List.of(e.post()),
                pane -> count(pane, "like") + "," + count(pane, "unlike") + "," + count(pane, "comment") + ","
                        + count(pane, "share"));
        store(
                events.stream().filter(e -> !e.game().isEmpty()).toList(),
                clickhouse,
                "bet_stats_1m",
                "window_start, game_id, city, device_type, bet_type, currency, pane, bets, turnover, outcomes, payout,"
                        + " odds_sum, odds_count, version, updated_at",
                e -> List.of(e.game(), e.city(), e.device(), e.betType(), e.currency()),
                pane -> count(pane, "bet") + "," + sum(pane, Event::amount) + "," + count(pane, "bet_outcome") + ","
                        + sum(pane, Event::payout) + "," + sum(pane, Event::odds) + ","
                        + pane.stream().filter(e -> e.odds().signum() > 0).count());
    }

    private static void store(
            List<Event> events,
            Target clickhouse,
            String table,
            String columns,
            Function<Event, List<String>> key,
            Function<List<Event>, String> measures)
            throws IOException {
        Map<String, List<Event>> windows = events.stream()
                .collect(Collectors.groupingBy(
                        e -> "toDateTime(" + e.minute().getEpochSecond() + ",'UTC'),"
                                + key.apply(e).stream().map(History::text).collect(Collectors.joining(",")),
                        TreeMap::new,
                        Collectors.toList()));
        List<String> old = new ArrayList<>();
        List<String> current = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, List<Event>> window : windows.entrySet()) {
            List<Event> all = window.getValue();
            int split = number++ % 3 == 0 ? all.size() / 2 : all.size();
            old.add(row(window.getKey(), 1, measures.apply(all.subList(0, split / 2)), 1));
            current.add(row(window.getKey(), 1, measures.apply(all.subList(0, split)), 2));
            if (split < all.size()) {
                current.add(row(window.getKey(), 2, measures.apply(all.subList(split, all.size())), 1));
            }
        }
        String insert = "INSERT INTO tidegate." + table + " (" + columns + ") VALUES ";
        clickhouse.run(insert + String.join(",", current));
        clickhouse.run(insert + String.join(",", old));
    }

    private static String row(String key, int pane, String measures, int version) {
        return "(" + key + "," + pane + "," + measures + "," + version + ",now64(3))";
    }

    private static long count(List<Event> events, String type) {
        return events.stream().filter(e -> e.type().equals(type)).count();
    }

    static String sum(List<Event> events, Function<Event, BigDecimal> field) {
        return events.stream()
                .map(field)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .toPlainString();
    }

    static String text(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    static Set<String> users(List<Event> events) {
        return new HashSet<>(events.stream().map(Event::user).toList());
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
