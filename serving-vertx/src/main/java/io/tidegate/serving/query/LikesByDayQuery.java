package io.tidegate.serving.query;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code GET /api/v1/analytics/likes-by-day}: for each day (UTC) from the first with a like to the last: likes net of unlikes,
 * the total so far, and the change against the day before (against 0 on the first). Of one post or of all.
 *
 * <p>{@code from} and {@code to} choose which days are shown; the totals always count from the very beginning. Each shard tells all its
 * days where there are several, as a day's total is of what they have together.
 */
final class LikesByDayQuery implements Report<LikesByDayQuery.Row> {

    record Row(LocalDate day, long likes, long runningTotal, long change) {}

    private static final int MAX_DAYS = 10_000;
    private static final int MAX_DAYS_OF_A_SHARD = 100_000;

    private final Optional<String> postId;
    private final Optional<LocalDate> first;
    private final Optional<LocalDate> last;
    private final boolean sharded;

    private LikesByDayQuery(
            Optional<String> postId, Optional<LocalDate> first, Optional<LocalDate> last, boolean sharded) {
        this.postId = postId;
        this.first = first;
        this.last = last;
        this.sharded = sharded;
    }

    /** @param sharded whether there are several shards */
    static LikesByDayQuery of(Parameters parameters, boolean sharded) throws BadParameterException {
        Optional<Instant> from = parameters.time("from");
        Optional<Instant> to = parameters.time("to");
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new BadParameterException("from", "must be before to");
        }
        // `to` is exclusive: midnight belongs to the day that it ends.
        return new LikesByDayQuery(
                parameters.text("postId"),
                from.map(LikesByDayQuery::day),
                to.map(instant -> day(instant.minusMillis(1))),
                sharded);
    }

    private static LocalDate day(Instant instant) {
        return instant.atZone(ZoneOffset.UTC).toLocalDate();
    }

    @Override
    public Sql sql() {
        Sql sql = new Sql()
                .text("SELECT day, net_likes, running_total, change FROM (SELECT day, net_likes,"
                        + " sum(net_likes) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
                        + " AS running_total,"
                        + " net_likes - lagInFrame(net_likes, 1, toInt64(0))"
                        + " OVER (ORDER BY day ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS change"
                        // Days without a like are days too: without them "the day before" would be the last busy one.
                        + " FROM (SELECT toInt64(toRelativeDayNum(window_start)) AS day,"
                        + " toInt64(sum(likes)) - toInt64(sum(unlikes)) AS net_likes FROM post_activity_1m FINAL"
                        + " WHERE (likes > 0 OR unlikes > 0)");
        if (postId.isPresent()) {
            sql.text(" AND post_id = ").value(postId.get());
        }
        sql.text(" GROUP BY day ORDER BY day WITH FILL STEP 1))");
        String keyword = " WHERE ";
        if (first.isPresent() && !sharded) {
            sql.text(keyword + "day >= ").value(first.get().toEpochDay());
            keyword = " AND ";
        }
        if (last.isPresent()) {
            sql.text(keyword + "day <= ").value(last.get().toEpochDay());
        }
        return sql.text(" ORDER BY day LIMIT " + (sharded ? MAX_DAYS_OF_A_SHARD : MAX_DAYS));
    }

    @Override
    public List<Row> merged(List<List<Row>> shards) {
        if (!sharded) {
            return shards.get(0);
        }
        NavigableMap<LocalDate, Long> likes = new TreeMap<>();
        shards.stream().flatMap(List::stream).forEach(row -> likes.merge(row.day(), row.likes(), Long::sum));
        List<Row> rows = new ArrayList<>();
        if (likes.isEmpty()) {
            return rows;
        }
        long total = 0;
        long before = 0;
        for (LocalDate day = likes.firstKey(); !day.isAfter(likes.lastKey()); day = day.plusDays(1)) {
            long today = likes.getOrDefault(day, 0L);
            total += today;
            if (rows.size() < MAX_DAYS && (first.isEmpty() || !day.isBefore(first.get()))) {
                rows.add(new Row(day, today, total, today - before));
            }
            before = today;
        }
        return rows;
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return new Row(LocalDate.ofEpochDay(row.getLong(1)), row.getLong(2), row.getLong(3), row.getLong(4));
    }

    @Override
    public List<String> fields() {
        return List.of("day", "likes", "runningTotal", "change");
    }

    @Override
    public void write(RowWriter out, Row row) throws IOException {
        out.text("day", row.day().toString());
        out.number("likes", row.likes());
        out.number("runningTotal", row.runningTotal());
        out.number("change", row.change());
    }
}
