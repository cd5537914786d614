package io.tidegate.serving.query;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

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

    /** Sorted as the answer is. */
    private record Cell(Instant bucket, String type) implements Comparable<Cell> {

        private static final Comparator<Cell> ORDER =
                Comparator.comparing(Cell::bucket).thenComparing(Cell::type);

        @Override
        public int compareTo(Cell other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * @param users of one of the panes only, where there are several
     * @param panes of a window; 1 for what was counted over the events
     */
    record Row(Instant bucket, String type, long count, long users, long panes) {

        private Cell cell() {
            return new Cell(bucket, type);
        }

        private Row plus(Row other) {
            return new Row(bucket, type, count + other.count, users + other.users, panes + other.panes);
        }

        private Row withUsers(long all) {
            return new Row(bucket, type, count, all, panes);
        }
    }

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
        return ofType(bucket == Bucket.MINUTE ? overWindows() : overEvents())
                .text(" GROUP BY bucket, type ORDER BY bucket, type");
    }

    private Sql overWindows() {
        return new Sql()
                .text("SELECT toInt64(toUnixTimestamp(window_start)) AS bucket, type, toInt64(sum(events)),"
                        + " toInt64(max(users)), toInt64(count()) FROM event_counts_1m FINAL WHERE ")
                .secondsIn("window_start", range);
    }

    private Sql overEvents() {
        return new Sql()
                .text("SELECT toInt64(toUnixTimestamp(" + startOf(bucket) + ")) AS bucket, type, toInt64(count()) AS"
                        + " events, toInt64(uniqExact(user_id)),"
                        + " toInt64(1) FROM events FINAL WHERE ")
                .millisIn("occurred_at", range);
    }

    /** A user's events are on one shard, so users of several shards are different ones. Windows of a type are on one shard. */
    @Override
    public List<Row> merged(List<List<Row>> shards) {
        if (shards.size() == 1) {
            return shards.get(0);
        }
        Map<Cell, Row> rows = new TreeMap<>();
        shards.stream().flatMap(List::stream).forEach(row -> rows.merge(row.cell(), row, Row::plus));
        return List.copyOf(rows.values());
    }

    @Override
    public CompletableFuture<List<Row>> ask(Shards.Asking shards) {
        CompletableFuture<List<Row>> rows = shards.rows(this).thenApply(this::merged);
        return bucket == Bucket.MINUTE ? rows.thenCompose(windows -> withUsers(windows, shards)) : rows;
    }

    /** Counts the users of what has several panes over its events. */
    private static CompletableFuture<List<Row>> withUsers(List<Row> windows, Shards.Asking shards) {
        List<Cell> inPanes =
                windows.stream().filter(row -> row.panes() > 1).map(Row::cell).toList();
        if (inPanes.isEmpty()) {
            return CompletableFuture.completedFuture(windows);
        }
        return shards.rows(new UsersQuery(inPanes)).thenApply(answers -> {
            Map<Cell, Long> users = new HashMap<>();
            answers.stream().flatMap(List::stream).forEach(row -> users.merge(row.cell(), row.users(), Long::sum));
            return windows.stream()
                    .map(row -> row.panes() == 1 ? row : row.withUsers(users.getOrDefault(row.cell(), 0L)))
                    .toList();
        });
    }

    /** The distinct users of minutes, over the events. */
    private record UsersQuery(List<Cell> minutes) implements Query<UsersQuery.Users> {

        private record Users(Cell cell, long users) {}

        /** A statement has room for so many; the users of more are counted within their whole range. */
        private static final int MAX_NAMED = 500;

        @Override
        public Sql sql() {
            Instant first = minutes.get(0).bucket();
            Instant last = minutes.get(minutes.size() - 1).bucket();
            Sql sql = new Sql()
                    .text("SELECT toInt64(toUnixTimestamp(" + startOf(Bucket.MINUTE) + ")) AS minute, type,"
                            + " toInt64(uniqExact(user_id)) FROM events FINAL WHERE ")
                    .millisIn("occurred_at", new TimeRange(first, last.plus(Bucket.MINUTE.length)));
            String keyword = " AND type IN (";
            for (String type : new TreeSet<>(minutes.stream().map(Cell::type).toList())) {
                sql.text(keyword).value(type);
                keyword = ", ";
            }
            sql.text(")");
            if (minutes.size() <= MAX_NAMED) {
                keyword = " AND (type, minute) IN (";
                for (Cell cell : minutes) {
                    sql.text(keyword + "(")
                            .value(cell.type())
                            .text(", ")
                            .value(cell.bucket().getEpochSecond())
                            .text(")");
                    keyword = ", ";
                }
                sql.text(")");
            }
            return sql.text(" GROUP BY minute, type");
        }

        @Override
        public Users read(ResultSet row) throws SQLException {
            return new Users(new Cell(Instant.ofEpochSecond(row.getLong(1)), row.getString(2)), row.getLong(3));
        }
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
        return new Row(
                Instant.ofEpochSecond(row.getLong(1)),
                row.getString(2),
                row.getLong(3),
                row.getLong(4),
                row.getLong(5));
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
