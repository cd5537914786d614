package io.tidegate.jobs.clickhouse;

/** Encodes {@link SampleRow} for a table of the given mode. */
public record SampleRowEncoder(TableSchema table) implements RowEncoder<SampleRow> {

    /** Database and table of {@link #append()}. */
    public static final String TABLE = "sink_test.rows";

    public static SampleRowEncoder append() {
        return new SampleRowEncoder(TableSchema.append("sink_test", "rows", "id", "at", "text"));
    }

    public static SampleRowEncoder upsert() {
        return new SampleRowEncoder(TableSchema.upsert("sink_test", "versions", "id", "at", "text"));
    }

    /** DDL of either table. */
    public String createTable(String settings) {
        String engine = table.mode() == WriteMode.UPSERT ? "ReplacingMergeTree(at)" : "ReplacingMergeTree";
        return "CREATE TABLE " + table.qualifiedName()
                + " (id UInt64, at DateTime64(3, 'UTC'), text String, _batch_id UUID, _lineage LowCardinality(String))"
                + " ENGINE = " + engine + " PARTITION BY toYYYYMM(at) ORDER BY (id) " + settings;
    }

    @Override
    public long partitionTimeMs(SampleRow row) {
        return row.atMs();
    }

    @Override
    public String shardingColumn() {
        return "text";
    }

    @Override
    public String shardingKey(SampleRow row) {
        return row.text();
    }

    @Override
    public void encode(SampleRow row, RowBinaryWriter out) {
        out.int64(row.id());
        out.dateTime64Ms(row.atMs());
        out.string(row.text());
    }
}
