package io.tidegate.serving.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

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
    public record Latency(long alerts, double p50, double p95, double p99) {}

    /** The events are those that occurred lately, which the tables are sorted by: the rest needn't be looked at. */
    static final Query<StoreFigures> QUERY = new Query<>() {

        @Override
        public Sql sql() {
            return new Sql()
                    .text("WITH now64(3, 'UTC') AS t SELECT e.minute, e.newest, a.hour, a.measured, a.p[1], a.p[2],"
                            + " a.p[3] FROM (SELECT toInt64(countIf(appended_at >= t - INTERVAL 1 MINUTE)) AS"
                            + " minute, toUnixTimestamp64Milli(max(appended_at)) AS newest FROM events WHERE"
                            + " occurred_at >= t - INTERVAL 15 MINUTE AND appended_at <= t) AS e CROSS JOIN"
                            + " (SELECT toInt64(count()) AS hour, toInt64(countIf(notEmpty(event_ids))) AS"
                            + " measured, quantilesExactIf(0.5, 0.95, 0.99)(dateDiff('millisecond', detected_at,"
                            + " raised_at), notEmpty(event_ids)) AS p FROM alerts FINAL WHERE detected_at >= t -"
                            + " INTERVAL 2 HOUR AND raised_at >= t - INTERVAL 1 HOUR) AS a");
        }

        @Override
        public StoreFigures read(ResultSet row) throws SQLException {
            long newestMs = row.getLong(2);
            long measured = row.getLong(4);
            return new StoreFigures(
                    row.getLong(1),
                    newestMs > 0 ? Optional.of(Instant.ofEpochMilli(newestMs)) : Optional.empty(),
                    row.getLong(3),
                    measured > 0
                            ? Optional.of(new Latency(measured, row.getDouble(5), row.getDouble(6), row.getDouble(7)))
                            : Optional.empty());
        }
    };
}
