package io.tidegate.jobs.clickhouse;

import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.writer.ClickHouseWriter;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** The table of {@link SampleRow} in a real ClickHouse. */
public record SampleTable(ClickHouseProcess clickHouse, SampleRowEncoder encoder) {

    /** Empty, with a window of tokens as production has it. */
    public static SampleTable create(ClickHouseProcess clickHouse, SampleRowEncoder encoder) throws IOException {
        return create(clickHouse, encoder, 10_000);
    }

    /** @param window how many inserts ClickHouse remembers the tokens of */
    public static SampleTable create(ClickHouseProcess clickHouse, SampleRowEncoder encoder, int window)
            throws IOException {
        clickHouse.query("CREATE DATABASE IF NOT EXISTS " + encoder.table().database());
        clickHouse.query("DROP TABLE IF EXISTS " + encoder.table().qualifiedName() + " SYNC");
        clickHouse.query(encoder.createTable("SETTINGS non_replicated_deduplication_window = " + window));
        return new SampleTable(clickHouse, encoder);
    }

    /** One batch of rows {@code from} up to {@code to}. */
    public ClickHouseCommittable batch(long from, long to, long restoredFrom) {
        List<SampleRow> rows =
                IntStream.range((int) from, (int) to).mapToObj(SampleRow::of).toList();
        return batches(rows, restoredFrom).get(0);
    }

    /** What the writer makes of rows. */
    public List<ClickHouseCommittable> batches(List<SampleRow> rows, long restoredFrom) {
        ClickHouseWriter<SampleRow> writer = new ClickHouseWriter<>(
                encoder,
                1,
                new BatchLimits(BatchLimits.MAX_ROWS, BatchLimits.MAX_BYTES),
                "test",
                restoredFrom,
                UnregisteredMetricsGroup.createSinkWriterMetricGroup(),
                Clock.systemUTC());
        rows.forEach(row -> writer.write(row, null));
        return new ArrayList<>(writer.prepareCommit());
    }

    /** Rows as they lie there, without FINAL, repeats and all. */
    public long rows() throws IOException {
        return number("SELECT count() FROM " + encoder.table().qualifiedName());
    }

    public long distinctIds() throws IOException {
        return number("SELECT uniqExact(id) FROM " + encoder.table().qualifiedName());
    }

    public long rowsFinal() throws IOException {
        return number("SELECT count() FROM " + encoder.table().qualifiedName() + " FINAL");
    }

    public long number(String sql) throws IOException {
        return Long.parseLong(clickHouse.query(sql).trim());
    }
}
