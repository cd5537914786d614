package io.tidegate.serving.query;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * {@code GET /api/v1/analytics/top-posts}: the posts with the most likes (net of unlikes) within the range, best first, ties
 * to the smaller id.
 */
final class TopPostsQuery implements Query<TopPostsQuery.Row> {

    record Row(String postId, long likes, long comments, long shares) {}

    private static final int DEFAULT_LIMIT = 10;
    private static final int MAX_LIMIT = 1_000;

    private final TimeRange range;
    private final int limit;

    private TopPostsQuery(TimeRange range, int limit) {
        this.range = range;
        this.limit = limit;
    }

    static TopPostsQuery of(Parameters parameters) throws BadParameterException {
        return new TopPostsQuery(parameters.range().wholeMinutes(), parameters.limit(DEFAULT_LIMIT, MAX_LIMIT));
    }

    @Override
    public Sql sql() {
        return new Sql()
                .text("SELECT post_id, toInt64(sum(likes)) - toInt64(sum(unlikes)) AS net_likes,"
                        + " toInt64(sum(comments)) AS all_comments, toInt64(sum(shares)) AS all_shares"
                        + " FROM post_activity_1m FINAL WHERE ")
                .secondsIn("window_start", range)
                .text(" GROUP BY post_id ORDER BY net_likes DESC, post_id LIMIT ")
                .value(limit);
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return new Row(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }

    @Override
    public void write(JsonGenerator json, Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("postId", row.postId());
        json.writeNumberField("likes", row.likes());
        json.writeNumberField("comments", row.comments());
        json.writeNumberField("shares", row.shares());
        json.writeEndObject();
    }
}
