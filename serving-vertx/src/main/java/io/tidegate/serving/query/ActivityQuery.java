package io.tidegate.serving.query;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/v1/analytics/activity}: events and distinct users by type and bucket of time, oldest first.
 *
 * <p>By the minute the answer comes from the windows. Their user counts are exact where a window has one pane; two panes may
 * have a user in common, so for such minutes the users are counted over the events.
 *
 * <p>By the hour and day distinct users can't be added up from minutes, so the events are read anyway, and the counts are
 * taken from the same rows: the two numbers of an answer always fit together.
 */
final class ActivityQuery implements Report<ActivityQuery.Row> {

    /** The names of event types. */
    enum Type implements Parameters.Word {
        POST,
        LIKE,
        UNLIKE,
        SHARE,
        COMMENT,
        BET,
        BET_OUTCOME,
        DEPOSIT,
        WITHDRAWAL,
        LOGIN
    }

    enum Bucket implements Parameters.Word {
        MINUTE(Duration.ofMinutes(1), "toStartOfMinute"),
        HOUR(Duration.ofHours(1), "toStartOfHour"),
        DAY(Duration.ofDays(1), "toStartOfDay");

        private final Duration length;
        private final String function;

        Bucket(Duration length, String function) {
            this.length = length;
            this.function = function;
        }
    }

    record Row(Instant bucket, String type, long count, long users) {}

    /** About a month of minutes. */
    private static final long MAX_BUCKETS = 45_000;

    private final Bucket bucket;
    private final TimeRange range;
    private final Optional<Type> type;

    private ActivityQuery(Bucket bucket, TimeRange range, Optional<Type> type) {
        this.bucket = bucket;
        this.range = range;
        this.type = type;
    }

    static ActivityQuery of(Parameters parameters) throws BadParameterException, RangeTooLongException {
        Bucket bucket = parameters.word("bucket", Bucket.class).orElse(Bucket.HOUR);
        TimeRange range = parameters.range().wholeMinutes();
        Optional<Type> type = parameters.word("type", Type.class);
        if (range.buckets(bucket.length) > MAX_BUCKETS) {
            throw new RangeTooLongException(
                    "from and to are more than " + MAX_BUCKETS + " buckets of a " + bucket.word() + " apart");
        }
        return new ActivityQuery(bucket, range, type);
    }

    @Override
    public Sql sql() {
        return bucket == Bucket.MINUTE ? byMinute() : byHourOrDay();
    }

    private Sql byMinute() {
        Sql sql = new Sql()
                .text("SELECT toInt64(toUnixTimestamp(w.minute)) AS bucket, w.type AS type, w.events AS events,"
                        + " if(w.panes = 1, w.users, e.users) AS users"
                        + " FROM (SELECT window_start AS minute, type, toInt64(sum(events)) AS events,"
                        + " toInt64(max(users)) AS users, count() AS panes FROM event_counts_1m FINAL WHERE ");
        windows(sql).text(" GROUP BY minute, type) AS w LEFT JOIN (SELECT ").text(startOf(Bucket.MINUTE));
        sql.text(" AS minute, type, toInt64(uniqExact(user_id)) AS users FROM events FINAL WHERE ")
                .millisIn("occurred_at", range)
                .text(" AND (type, ")
                .text(startOf(Bucket.MINUTE))
                .text(") IN (SELECT type, window_start FROM event_counts_1m FINAL WHERE ");
        return windows(sql)
                .text(" GROUP BY type, window_start HAVING count() > 1) GROUP BY minute, type) AS e"
                        + " ON e.minute = w.minute AND e.type = w.type ORDER BY bucket, type");
    }

    private Sql windows(Sql sql) {
        return ofType(sql.secondsIn("window_start", range));
    }

    private Sql byHourOrDay() {
        Sql sql = new Sql()
                .text("SELECT toInt64(toUnixTimestamp(" + startOf(bucket) + ")) AS bucket, type,"
                        + " toInt64(count()) AS events, toInt64(uniqExact(user_id)) AS users FROM events FINAL WHERE ")
                .millisIn("occurred_at", range);
        return ofType(sql).text(" GROUP BY bucket, type ORDER BY bucket, type");
    }

    private Sql ofType(Sql sql) {
        if (type.isPresent()) {
            sql.text(" AND type = ").value(type.get().word());
        }
        return sql;
    }

    private static String startOf(Bucket bucket) {
        return bucket.function + "(toDateTime(occurred_at, 'UTC'))";
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return new Row(Instant.ofEpochSecond(row.getLong(1)), row.getString(2), row.getLong(3), row.getLong(4));
    }

    @Override
    public List<String> fields() {
        return List.of("bucket", "type", "count", "users");
    }

    @Override
    public void write(RowWriter out, Row row) throws IOException {
        out.text("bucket", row.bucket().toString());
        out.text("type", row.type());
        out.number("count", row.count());
        out.number("users", row.users());
    }
}
