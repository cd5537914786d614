package io.tidegate.jobs.completeness;

import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;

/** Rows of table {@code completeness_1m}, see {@code sql/clickhouse/006_completeness.sql}. */
public final class LedgerRowEncoder implements RowEncoder<LedgerRow> {

    private static final long serialVersionUID = 1L;

    private final TableSchema table;

    public LedgerRowEncoder(String database) {
        table = TableSchema.upsert(
                database,
                "completeness_1m",
                "minute",
                "topic",
                "topic_partition",
                "counted_by",
                "accepted",
                "records",
                "repeated",
                "dead",
                "version",
                "updated_at");
    }

    @Override
    public TableSchema table() {
        return table;
    }

    @Override
    public long partitionTimeMs(LedgerRow row) {
        return row.minuteMs();
    }

    @Override
    public String shardingColumn() {
        return "topic";
    }

    @Override
    public String shardingKey(LedgerRow row) {
        return row.topic();
    }

    @Override
    public void encode(LedgerRow row, RowBinaryWriter out) {
        out.dateTime(row.minuteMs());
        out.string(row.topic());
        out.int32(row.partition());
        out.string(row.countedBy());
        out.int64(row.accepted());
        out.int64(row.records());
        out.int64(row.repeated());
        out.int64(row.dead());
        out.int64(row.version());
        out.dateTime64Ms(row.updatedAtMs());
    }
}
