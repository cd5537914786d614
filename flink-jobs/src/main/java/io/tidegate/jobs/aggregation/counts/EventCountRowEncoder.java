package io.tidegate.jobs.aggregation.counts;

import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;

/** Rows of table {@code event_counts_1m}, see {@code sql/clickhouse/003_windows.sql}. */
public final class EventCountRowEncoder implements RowEncoder<EventCountRow> {

    private static final long serialVersionUID = 1L;

    private final TableSchema table;

    public EventCountRowEncoder(String database) {
        table = TableSchema.upsert(
                database,
                "event_counts_1m",
                "window_start",
                "type",
                "pane",
                "events",
                "users",
                "version",
                "updated_at");
    }

    @Override
    public TableSchema table() {
        return table;
    }

    @Override
    public long partitionTimeMs(EventCountRow row) {
        return row.key().windowStartMs();
    }

    @Override
    public String shardingColumn() {
        return "type";
    }

    @Override
    public String shardingKey(EventCountRow row) {
        return row.key().type();
    }

    @Override
    public void encode(EventCountRow row, RowBinaryWriter out) {
        out.dateTime(row.key().windowStartMs());
        out.string(row.key().type());
        out.int64(row.key().paneMs());
        out.int64(row.events());
        out.int64(row.users());
        out.int64(row.version());
        out.dateTime64Ms(row.updatedAtMs());
    }
}
