package io.tidegate.serving.query;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/v1/analytics/top-posts}: the posts with the most likes (net of unlikes) within the range, best first, ties
 * to the smaller id; page by page.
 */
final class TopPostsQuery implements PagedQuery<TopPostsQuery.Row> {

    record Row(String postId, long likes, long comments, long shares) {}

    private static final int DEFAULT_LIMIT = 10;
    private static final int MAX_LIMIT = 1_000;

    private final TimeRange range;
    private final int limit;
    private final Optional<Place> after;
    private final long likesBefore;

    private TopPostsQuery(TimeRange range, int limit, Optional<Place> after) throws BadParameterException {
        this.range = range;
        this.limit = limit;
        this.after = after;
        this.likesBefore = after.isPresent() ? after.get().number() : 0;
    }

    static TopPostsQuery of(Parameters parameters) throws BadParameterException {
        return new TopPostsQuery(
                parameters.range().wholeMinutes(), parameters.limit(DEFAULT_LIMIT, MAX_LIMIT), parameters.cursor());
    }

    @Override
    public TimeRange range() {
        return range;
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public Place placeOf(Row row) {
        return new Place(Long.toString(row.likes()), row.postId());
    }

    @Override
    public Comparator<Row> order() {
        return Comparator.comparingLong(Row::likes).reversed().thenComparing(Row::postId, BY_BYTES);
    }

    @Override
    public Row together(Row one, Row other) {
        return new Row(
                one.postId(),
                one.likes() + other.likes(),
                one.comments() + other.comments(),
                one.shares() + other.shares());
    }

    @Override
    public Sql sql() {
        Sql sql = new Sql()
                .text("SELECT post_id, toInt64(sum(likes)) - toInt64(sum(unlikes)) AS net_likes,"
                        + " toInt64(sum(comments)) AS all_comments, toInt64(sum(shares)) AS all_shares"
                        + " FROM post_activity_1m FINAL WHERE ")
                .secondsIn("window_start", range)
                .text(" GROUP BY post_id");
        if (after.isPresent()) {
            sql.text(" HAVING net_likes < ")
                    .value(likesBefore)
                    .text(" OR (net_likes = ")
                    .value(likesBefore)
                    .text(" AND post_id > ")
                    .value(after.get().id())
                    .text(")");
        }
        return sql.text(" ORDER BY net_likes DESC, post_id LIMIT ").value(limit + 1L);
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return new Row(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }

    @Override
    public List<String> fields() {
        return List.of("postId", "likes", "comments", "shares");
    }

    @Override
    public void write(RowWriter out, Row row) throws IOException {
        out.text("postId", row.postId());
        out.number("likes", row.likes());
        out.number("comments", row.comments());
        out.number("shares", row.shares());
    }
}
