package io.tidegate.serving.query;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/v1/analytics/likes-by-day}: for each day (UTC) from the first with a like to the last: likes net of unlikes,
 * the total so far, and the change against the day before (against 0 on the first). Of one post or of all.
 *
 * <p>{@code from} and {@code to} choose which days are shown; the totals always count from the very beginning.
 */
final class LikesByDayQuery implements Report<LikesByDayQuery.Row> {

    record Row(LocalDate day, long likes, long runningTotal, long change) {}

    private static final int MAX_DAYS = 10_000;

    private final Optional<String> postId;
    private final Optional<LocalDate> first;
    private final Optional<LocalDate> last;

    private LikesByDayQuery(Optional<String> postId, Optional<LocalDate> first, Optional<LocalDate> last) {
        this.postId = postId;
        this.first = first;
        this.last = last;
    }

    static LikesByDayQuery of(Parameters parameters) throws BadParameterException {
        Optional<Instant> from = parameters.time("from");
        Optional<Instant> to = parameters.time("to");
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new BadParameterException("from", "must be before to");
        }
        // `to` is exclusive: midnight belongs to the day that it ends.
        return new LikesByDayQuery(
                parameters.text("postId"),
                from.map(LikesByDayQuery::day),
                to.map(instant -> day(instant.minusMillis(1))));
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
        if (first.isPresent()) {
            sql.text(keyword + "day >= ").value(first.get().toEpochDay());
            keyword = " AND ";
        }
        if (last.isPresent()) {
            sql.text(keyword + "day <= ").value(last.get().toEpochDay());
        }
        return sql.text(" ORDER BY day LIMIT " + MAX_DAYS);
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
