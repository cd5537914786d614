package io.tidegate.dev.chaos.platform;

import io.tidegate.dev.chaos.load.RowPrint;
import io.tidegate.replay.oracle.BetStats;
import io.tidegate.replay.oracle.EventCount;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.PostActivity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Reads the tables of all shards, past every proxy. Rows of windows are as a shard has them: the same key in two shards is two rows. */
public final class StoreReader {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration QUICK = Duration.ofSeconds(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final List<URI> shards;

    public StoreReader(List<URI> shards) {
        this.shards = List.copyOf(shards);
    }

    public int shards() {
        return shards.size();
    }

    /**
     * The latest append time among the rows of a shard, in epoch milliseconds; 0 where there is none.
     *
     * @param shard from 1 on
     * @throws IOException also where it doesn't answer within 2 s
     */
    public long latestRowMs(int shard) throws IOException {
        long[] latest = {0};
        query(
                shards.get(shard - 1),
                "SELECT toUnixTimestamp64Milli(max(appended_at)) FROM tidegate.events",
                QUICK,
                row -> latest[0] = Math.max(0, Long.parseLong(row[0])));
        return latest[0];
    }

    /** Rows of {@code events} over all shards, as they are and with FINAL. */
    public long[] countEvents() throws IOException {
        long[] counts = {0, 0};
        all("SELECT count() FROM tidegate.events", (shard, row) -> counts[0] += Long.parseLong(row[0]));
        all("SELECT count() FROM tidegate.events FINAL", (shard, row) -> counts[1] += Long.parseLong(row[0]));
        return counts;
    }

    /** Without FINAL: each row that is there. */
    public void events(Consumer<StoredRow> reader) throws IOException {
        all(
                "SELECT event_id, user_id, type, post_id, author_id, comment_id, bet_id, game_id, toInt64(amount *"
                        + " 10000), currency, toInt64(odds * 10000), bet_type, channel, city, device_type, result,"
                        + " toInt64(payout * 10000), method, ip, device_id, country, toUnixTimestamp64Milli(occurred_at),"
                        + " toUnixTimestamp64Milli(appended_at), kafka_partition, kafka_offset FROM tidegate.events",
                (shard, row) -> reader.accept(new StoredRow(
                        shard,
                        row[0],
                        row[1],
                        print(row),
                        Long.parseLong(row[22]),
                        Integer.parseInt(row[23]),
                        Long.parseLong(row[24]))));
    }

    private static long print(String[] row) {
        RowPrint print = new RowPrint().add(row[2]).add(row[1]);
        for (int column = 3; column <= 21; column++) {
            print.add(row[column]);
        }
        return print.value();
    }

    /** Without FINAL. */
    public List<RaisedAlert> alerts() throws IOException {
        List<RaisedAlert> alerts = new ArrayList<>();
        all(
                "SELECT alert_id, kind, rule_id, subject, arrayStringConcat(event_ids, ' '),"
                        + " toUnixTimestamp64Milli(started_at), toUnixTimestamp64Milli(detected_at) FROM tidegate.alerts",
                (shard, row) -> alerts.add(new RaisedAlert(
                        "shard " + shard,
                        row[0],
                        row[1],
                        row[2],
                        row[3],
                        row[4].isEmpty() ? List.of() : Arrays.asList(row[4].split(" ")),
                        Long.parseLong(row[5]),
                        Long.parseLong(row[6]))));
        return alerts;
    }

    public List<EventCount> eventCounts() throws IOException {
        List<EventCount> rows = new ArrayList<>();
        all(
                "SELECT toUnixTimestamp(window_start) * 1000 AS w, type, sum(events), sum(users)"
                        + " FROM tidegate.event_counts_1m FINAL GROUP BY w, type",
                (shard, row) -> rows.add(new EventCount(
                        Long.parseLong(row[0]),
                        EventType.ofWireName(row[1]),
                        Long.parseLong(row[2]),
                        Long.parseLong(row[3]))));
        return rows;
    }

    public List<PostActivity> postActivity() throws IOException {
        List<PostActivity> rows = new ArrayList<>();
        all(
                "SELECT toUnixTimestamp(window_start) * 1000 AS w, post_id, sum(likes) AS l, sum(unlikes) AS u,"
                        + " sum(comments) AS c, sum(shares) AS s FROM tidegate.post_activity_1m FINAL"
                        + " GROUP BY w, post_id HAVING l + u + c + s > 0",
                (shard, row) -> rows.add(new PostActivity(
                        Long.parseLong(row[0]),
                        row[1],
                        Long.parseLong(row[2]),
                        Long.parseLong(row[3]),
                        Long.parseLong(row[4]),
                        Long.parseLong(row[5]))));
        return rows;
    }

    public List<BetStats> betStats() throws IOException {
        List<BetStats> rows = new ArrayList<>();
        all(
                "SELECT toUnixTimestamp(window_start) * 1000 AS w, game_id, city, device_type, bet_type, currency,"
                        + " sum(bets), toInt64(sum(turnover) * 10000), sum(outcomes), toInt64(sum(payout) * 10000),"
                        + " toInt64(sum(odds_sum) * 10000), sum(odds_count) FROM tidegate.bet_stats_1m FINAL GROUP BY w,"
                        + " game_id, city, device_type, bet_type, currency",
                (shard, row) -> rows.add(new BetStats(
                        new BetStats.Key(Long.parseLong(row[0]), row[1], row[2], row[3], row[4], row[5]),
                        Long.parseLong(row[6]),
                        Long.parseLong(row[7]),
                        Long.parseLong(row[8]),
                        Long.parseLong(row[9]),
                        Long.parseLong(row[10]),
                        Long.parseLong(row[11]))));
        return rows;
    }

    private interface RowReader {
        void read(int shard, String[] row);
    }

    private void all(String sql, RowReader reader) throws IOException {
        for (int shard = 1; shard <= shards.size(); shard++) {
            int number = shard;
            query(shards.get(shard - 1), sql, LIMIT, row -> reader.read(number, row));
        }
    }

    /** The names of a campaign hold neither tabs nor backslashes, so TSV needs no unescaping. */
    private void query(URI shard, String sql, Duration limit, Consumer<String[]> reader) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(shard)
                .timeout(limit)
                .POST(HttpRequest.BodyPublishers.ofString(sql + " FORMAT TSV"))
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                if (response.statusCode() != 200) {
                    throw new IOException(
                            shard + " answered " + response.statusCode() + ": " + lines.readLine() + " (" + sql + ")");
                }
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    reader.accept(line.split("\t", -1));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
