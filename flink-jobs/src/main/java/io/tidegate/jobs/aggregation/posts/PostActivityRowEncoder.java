package io.tidegate.jobs.aggregation.posts;

import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;

/** Rows of table {@code post_activity_1m}, see {@code sql/clickhouse/003_windows.sql}. */
public final class PostActivityRowEncoder implements RowEncoder<PostActivityRow> {

    private static final long serialVersionUID = 1L;

    private final TableSchema table;

    public PostActivityRowEncoder(String database) {
        table = TableSchema.upsert(
                database,
                "post_activity_1m",
                "window_start",
                "post_id",
                "pane",
                "likes",
                "unlikes",
                "comments",
                "shares",
                "version",
                "updated_at");
    }

    @Override
    public TableSchema table() {
        return table;
    }

    @Override
    public long partitionTimeMs(PostActivityRow row) {
        return row.key().windowStartMs();
    }

    @Override
    public String shardingColumn() {
        return "post_id";
    }

    @Override
    public String shardingKey(PostActivityRow row) {
        return row.key().postId();
    }

    @Override
    public void encode(PostActivityRow row, RowBinaryWriter out) {
        out.dateTime(row.key().windowStartMs());
        out.string(row.key().postId());
        out.int64(row.key().paneMs());
        out.int64(row.tally().likes());
        out.int64(row.tally().unlikes());
        out.int64(row.tally().comments());
        out.int64(row.tally().shares());
        out.int64(row.version());
        out.dateTime64Ms(row.updatedAtMs());
    }
}
