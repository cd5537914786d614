package io.tidegate.dev.demo.e2e;

import io.tidegate.replay.oracle.BetStats;
import io.tidegate.replay.oracle.EventCount;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.PostActivity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The tables of the demo in the oracle's terms, read over ClickHouse's HTTP interface as an analyst would. */
final class Warehouse {

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI url;

    Warehouse(URI url) {
        this.url = url;
    }

    /** A span of event time; the tests of one demo each have their own. */
    record Span(long fromMs, long toMs) {

        private String where(String column) {
            return String.format(
                    Locale.ROOT,
                    "%1$s >= fromUnixTimestamp64Milli(%2$d, 'UTC') AND %1$s < fromUnixTimestamp64Milli(%3$d, 'UTC')",
                    column,
                    fromMs,
                    toMs);
        }
    }

    long events(Span span) {
        return number("SELECT count() FROM tidegate.events WHERE " + span.where("occurred_at"));
    }

    long distinctEvents(Span span) {
        return number("SELECT uniqExact(user_id, event_id) FROM tidegate.events WHERE " + span.where("occurred_at"));
    }

    long number(String sql) {
        return Long.parseLong(rows(sql).get(0)[0]);
    }

    /** Sorted by minute and type, like {@code Oracle.eventCounts}. */
    List<EventCount> eventCounts(Span span) {
        return rows("SELECT toUnixTimestamp(window_start) * 1000 AS w, type, sum(events), sum(users)"
                        + " FROM tidegate.event_counts_1m FINAL WHERE " + span.where("window_start")
                        + " GROUP BY w, type")
                .stream()
                .map(row -> new EventCount(
                        Long.parseLong(row[0]),
                        EventType.ofWireName(row[1]),
                        Long.parseLong(row[2]),
                        Long.parseLong(row[3])))
                .sorted(Comparator.comparingLong(EventCount::windowStartMs).thenComparing(EventCount::type))
                .toList();
    }

    /** Sorted by minute and post, like {@code Oracle.postActivity}. */
    List<PostActivity> postActivity(Span span) {
        return rows("SELECT toUnixTimestamp(window_start) * 1000 AS w, post_id, sum(likes) AS l, sum(unlikes) AS u,"
                        + " sum(comments) AS c, sum(shares) AS s"
                        + " FROM tidegate.post_activity_1m FINAL WHERE " + span.where("window_start")
                        + " GROUP BY w, post_id HAVING l + u + c + s > 0 ORDER BY w, post_id")
                .stream()
                .map(row -> new PostActivity(
                        Long.parseLong(row[0]),
                        row[1],
                        Long.parseLong(row[2]),
                        Long.parseLong(row[3]),
                        Long.parseLong(row[4]),
                        Long.parseLong(row[5])))
                .toList();
    }

    /** Sorted by key, like {@code Oracle.betStats}. */
    List<BetStats> betStats(Span span) {
        return rows("SELECT toUnixTimestamp(window_start) * 1000 AS w, game_id, city, device_type, bet_type, currency,"
                        + " sum(bets), toInt64(sum(turnover) * 10000), sum(outcomes), toInt64(sum(payout) * 10000),"
                        + " toInt64(sum(odds_sum) * 10000), sum(odds_count)"
                        + " FROM tidegate.bet_stats_1m FINAL WHERE " + span.where("window_start")
                        + " GROUP BY w, game_id, city, device_type, bet_type, currency")
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

    /** The alerts of kind fraud, sorted like {@code Oracle.alerts}; one that is stored twice is there twice. */
    List<OracleAlert> fraudAlerts(Span span) {
        return rows("SELECT rule_id, subject, arrayStringConcat(event_ids, ' '),"
                        + " toUnixTimestamp64Milli(started_at), toUnixTimestamp64Milli(detected_at)"
                        + " FROM tidegate.alerts WHERE kind = 'fraud' AND " + span.where("detected_at")
                        + " ORDER BY detected_at, rule_id, subject")
                .stream()
                .map(row -> new OracleAlert(
                        row[0],
                        row[1],
                        Arrays.asList(row[2].split(" ")),
                        Long.parseLong(row[3]),
                        Long.parseLong(row[4])))
                .toList();
    }

    /** {@code recipient post likes}, sorted; one that is stored twice is there twice. */
    List<String> milestones(String postPrefix) {
        return rows(
                        "SELECT recipient, JSONExtractString(data, 'postId') AS post, JSONExtractInt(data, 'likes') AS likes"
                                + " FROM tidegate.notifications WHERE kind = 'milestone' AND startsWith(post, '"
                                + postPrefix
                                + "') ORDER BY post, likes")
                .stream()
                .map(row -> String.join(" ", row))
                .toList();
    }

    /** Everything that is stored about a span, as a number of rows and a sum of hashes per table. */
    List<String> fingerprint(Span span, String postPrefix) {
        return List.of(
                single("count(), sum(cityHash64(event_id, user_id))", "events", span.where("occurred_at")),
                // Surge alerts come with the whole history, so they are in.
                single("count(), sum(cityHash64(alert_id))", "alerts", span.where("detected_at")),
                single(
                        "count(), sum(cityHash64(notification_id))",
                        "notifications",
                        "startsWith(JSONExtractString(data, 'postId'), '" + postPrefix + "')"),
                single(
                        "count(), sum(cityHash64(window_start, type, events, users))",
                        "event_counts_1m FINAL",
                        span.where("window_start")),
                single(
                        "count(), sum(cityHash64(window_start, post_id, likes, unlikes, comments, shares))",
                        "post_activity_1m FINAL",
                        span.where("window_start")),
                single(
                        "count(), sum(cityHash64(window_start, game_id, city, bets, turnover, outcomes, payout))",
                        "bet_stats_1m FINAL",
                        span.where("window_start")));
    }

    private String single(String expressions, String table, String condition) {
        return table + ": "
                + String.join(
                        " ",
                        rows("SELECT " + expressions + " FROM tidegate." + table + " WHERE " + condition)
                                .get(0));
    }

    /** The texts of the tests have neither tabs nor backslashes, so TSV needs no unescaping. */
    List<String[]> rows(String sql) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(sql + " FORMAT TSV"))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError("HTTP " + response.statusCode() + ": " + response.body() + "\n" + sql);
            }
            return response.body().lines().map(line -> line.split("\t", -1)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(sql, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
