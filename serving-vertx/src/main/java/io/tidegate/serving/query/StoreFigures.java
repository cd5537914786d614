package io.tidegate.serving.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What has reached ClickHouse lately.
 *
 * @param eventsLastMinute that the log took within the last minute
 * @param newestEventAt when the log took the newest event; empty without one in the last quarter of an hour
 * @param alertsLastHour raised within the last hour
 * @param latency of those that were raised for events: from the log taking the last of them to the log taking the alert; empty
 *     without one
 */
public record StoreFigures(
        long eventsLastMinute, Optional<Instant> newestEventAt, long alertsLastHour, Optional<Latency> latency) {

    /**
     * Percentiles in milliseconds.
     *
     * @param alerts how many were measured
     */
    public record Latency(long alerts, double p50, double p95, double p99) {

        /** @param alerts how many took so many milliseconds; at least one */
        static Latency of(NavigableMap<Long, Long> alerts) {
            long all = alerts.values().stream().mapToLong(Long::longValue).sum();
            return new Latency(
                    all, percentile(alerts, all, 50), percentile(alerts, all, 95), percentile(alerts, all, 99));
        }

        /** The smallest time within which so many of a hundred are. */
        private static double percentile(NavigableMap<Long, Long> alerts, long all, int percent) {
            long left = (all * percent + 99) / 100;
            for (Map.Entry<Long, Long> each : alerts.entrySet()) {
                left -= each.getValue();
                if (left <= 0) {
                    return each.getKey();
                }
            }
            return alerts.lastKey();
        }
    }

    static CompletableFuture<StoreFigures> ask(Shards.Asking shards) {
        CompletableFuture<List<List<Totals>>> totals = shards.rows(new TotalsQuery());
        return shards.rows(new LatencyQuery()).thenCombine(totals, (latencies, sums) -> of(sums, latencies));
    }

    private static StoreFigures of(List<List<Totals>> totals, List<List<Measured>> latencies) {
        List<Totals> shards = totals.stream().flatMap(List::stream).toList();
        NavigableMap<Long, Long> alerts = new TreeMap<>();
        latencies.stream().flatMap(List::stream).forEach(row -> alerts.merge(row.ms(), row.alerts(), Long::sum));
        long newestMs = shards.stream().mapToLong(Totals::newestMs).max().orElse(0);
        return new StoreFigures(
                shards.stream().mapToLong(Totals::eventsLastMinute).sum(),
                newestMs > 0 ? Optional.of(Instant.ofEpochMilli(newestMs)) : Optional.empty(),
                shards.stream().mapToLong(Totals::alertsLastHour).sum(),
                alerts.isEmpty() ? Optional.empty() : Optional.of(Latency.of(alerts)));
    }

    private record Totals(long eventsLastMinute, long newestMs, long alertsLastHour) {}

    /** The events are those that occurred lately, which the tables are sorted by: the rest needn't be looked at. */
    private static final class TotalsQuery implements Query<Totals> {

        @Override
        public Sql sql() {
            return new Sql()
                    .text("WITH now64(3, 'UTC') AS t SELECT e.minute, e.newest, a.hour FROM"
                            + " (SELECT toInt64(countIf(appended_at >= t - INTERVAL 1 MINUTE)) AS"
                            + " minute, toUnixTimestamp64Milli(max(appended_at)) AS newest FROM events WHERE"
                            + " occurred_at >= t - INTERVAL 15 MINUTE AND appended_at <= t) AS e CROSS JOIN"
                            + " (SELECT toInt64(count()) AS hour FROM alerts FINAL WHERE detected_at >= t -"
                            + " INTERVAL 2 HOUR AND raised_at >= t - INTERVAL 1 HOUR) AS a");
        }

        @Override
        public Totals read(ResultSet row) throws SQLException {
            return new Totals(row.getLong(1), row.getLong(2), row.getLong(3));
        }
    }

    private record Measured(long ms, long alerts) {}

    /** How many took how long, to the tenth of a second above ten seconds: percentiles of shards can't be put together, these can. */
    private static final class LatencyQuery implements Query<Measured> {

        @Override
        public Sql sql() {
            return new Sql()
                    .text("WITH now64(3, 'UTC') AS t, greatest(0, dateDiff('millisecond', detected_at, raised_at))"
                            + " AS took SELECT toInt64(if(took < 10000, took, intDiv(took, 100) * 100)) AS ms,"
                            + " toInt64(count()) FROM alerts FINAL WHERE detected_at >= t - INTERVAL 2 HOUR AND"
                            + " raised_at >= t - INTERVAL 1 HOUR AND notEmpty(event_ids) GROUP BY ms");
        }

        @Override
        public Measured read(ResultSet row) throws SQLException {
            return new Measured(row.getLong(1), row.getLong(2));
        }
    }
}
