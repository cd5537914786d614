package io.tidegate.jobs.clickhouse.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.SampleRow;
import io.tidegate.jobs.clickhouse.SampleRowEncoder;
import io.tidegate.jobs.clickhouse.Sharding;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.metrics.testutils.MetricListener;
import org.apache.flink.runtime.metrics.groups.MetricsGroupTestUtils;
import org.junit.jupiter.api.Test;

class ClickHouseWriterTest {

    private static final int ROW_BYTES = encoded(SampleRow.of(1), null).length;

    private final MetricListener metrics = new MetricListener();

    @Test
    void rowsOfOnePartitionAreOneBatch() {
        ClickHouseWriter<SampleRow> writer = writer(BatchLimits.DEFAULT);
        writer.write(SampleRow.of(1), null);
        writer.write(SampleRow.of(2), null);

        Collection<ClickHouseCommittable> batches = writer.prepareCommit();

        assertThat(batches).singleElement().satisfies(batch -> {
            assertThat(batch.qualifiedTable()).isEqualTo(SampleRowEncoder.TABLE);
            assertThat(batch.columns()).isEqualTo("id,at,text,_batch_id,_lineage");
            assertThat(batch.partition()).isEqualTo(202611);
            assertThat(batch.rows()).isEqualTo(2);
            assertThat(batch.writerRestoredFrom()).isEqualTo(41);
            assertThat(batch.openedAtMs()).isEqualTo(5_000);
            assertThat(batch.isIntact()).isTrue();
            assertThat(batch.payload())
                    .isEqualTo(concat(encoded(SampleRow.of(1), batch), encoded(SampleRow.of(2), batch)));
        });
    }

    @Test
    void rowsThatTakeTurnsBetweenPartitionsAreOneBatchEach() {
        ClickHouseWriter<SampleRow> writer = writer(BatchLimits.DEFAULT);
        for (int i = 0; i < 10; i++) {
            writer.write(i % 2 == 0 ? SampleRow.of(i) : SampleRow.inDecember(i), null);
        }

        Collection<ClickHouseCommittable> batches = writer.prepareCommit();

        assertThat(rowsByPartition(batches)).isEqualTo(Map.of(202611, List.of(5), 202612, List.of(5)));
    }

    @Test
    void aBatchEndsAtTheLimitOfRows() {
        ClickHouseWriter<SampleRow> writer = writer(new BatchLimits(3, 1 << 20));
        for (int i = 0; i < 7; i++) {
            writer.write(SampleRow.of(i), null);
        }

        Collection<ClickHouseCommittable> batches = writer.prepareCommit();

        assertThat(rowsByPartition(batches)).isEqualTo(Map.of(202611, List.of(3, 3, 1)));
        assertThat(batches.stream().map(ClickHouseCommittable::batchId)).doesNotHaveDuplicates();
    }

    @Test
    void aBatchEndsAtTheLimitOfBytes() {
        ClickHouseWriter<SampleRow> writer = writer(new BatchLimits(1_000, 2 * ROW_BYTES));
        for (int i = 0; i < 5; i++) {
            writer.write(SampleRow.of(i), null);
        }

        assertThat(rowsByPartition(writer.prepareCommit())).isEqualTo(Map.of(202611, List.of(2, 2, 1)));
    }

    @Test
    void aBatchNeverCrossesACheckpoint() {
        ClickHouseWriter<SampleRow> writer = writer(BatchLimits.DEFAULT);
        writer.write(SampleRow.of(1), null);
        Collection<ClickHouseCommittable> first = writer.prepareCommit();
        writer.write(SampleRow.of(2), null);
        writer.write(SampleRow.of(3), null);

        Collection<ClickHouseCommittable> second = writer.prepareCommit();

        assertThat(rowsByPartition(first)).isEqualTo(Map.of(202611, List.of(1)));
        assertThat(rowsByPartition(second)).isEqualTo(Map.of(202611, List.of(2)));
        assertThat(writer.prepareCommit()).isEmpty();
    }

    @Test
    void aSealedBatchKeepsItsBytesWhenTheBufferIsUsedAgain() {
        ClickHouseWriter<SampleRow> writer = writer(new BatchLimits(1, 1 << 20));
        writer.write(SampleRow.of(1), null);
        writer.write(SampleRow.of(2), null);

        List<ClickHouseCommittable> batches = List.copyOf(writer.prepareCommit());

        assertThat(batches.get(0).payload()).isEqualTo(encoded(SampleRow.of(1), batches.get(0)));
        assertThat(batches.get(1).payload()).isEqualTo(encoded(SampleRow.of(2), batches.get(1)));
    }

    @Test
    void manyPartitionsAtOnceAreManyBatches() {
        ClickHouseWriter<SampleRow> writer = writer(BatchLimits.DEFAULT);
        for (int i = 0; i < 3_000; i++) {
            long month = i % 300;
            long atMs = Instant.parse("2000-01-15T00:00:00Z")
                    .atZone(ZoneOffset.UTC)
                    .plusMonths(month)
                    .toInstant()
                    .toEpochMilli();
            writer.write(new SampleRow(i, atMs, "history"), null);
        }

        Map<Integer, List<Integer>> rows = rowsByPartition(writer.prepareCommit());

        assertThat(rows).hasSize(300).allSatisfy((partition, counts) -> assertThat(counts)
                .containsExactly(10));
    }

    @Test
    void aRowThatNoPartitionHoldsIsRefused() {
        assertThatThrownBy(() -> writer(BatchLimits.DEFAULT).write(new SampleRow(1, -5, "x"), null))
                .hasMessageContaining("partition time");
    }

    @Test
    void whatIsEncodedIsCounted() {
        ClickHouseWriter<SampleRow> writer = writer(BatchLimits.DEFAULT);
        writer.write(SampleRow.of(1), null);
        writer.write(SampleRow.of(2), null);
        writer.prepareCommit();

        assertThat(metrics.getCounter("clickhouse", "rowsEncoded").orElseThrow().getCount())
                .isEqualTo(2);
        assertThat(metrics.getCounter("clickhouse", "bytesEncoded")
                        .orElseThrow()
                        .getCount())
                .isEqualTo(2L * ROW_BYTES);
    }

    @Test
    void rowsAreSpreadOverTheShardsByTheHashOfTheirKey() {
        ClickHouseWriter<SampleRow> writer = writer(3, BatchLimits.DEFAULT);
        for (int i = 0; i < 300; i++) {
            writer.write(SampleRow.of(i), null);
        }

        Collection<ClickHouseCommittable> batches = writer.prepareCommit();

        assertThat(batches).hasSize(3).allSatisfy(batch -> {
            assertThat(batch.shards()).isEqualTo(3);
            List<SampleRow> rows = IntStream.range(0, 300)
                    .mapToObj(SampleRow::of)
                    .filter(row -> Sharding.shardOf(row.text(), 3) == batch.shard())
                    .toList();
            assertThat(batch.rows()).isEqualTo(rows.size()).isBetween(70, 130);
            assertThat(batch.payload())
                    .isEqualTo(
                            rows.stream().map(row -> encoded(row, batch)).reduce(new byte[0], (a, b) -> concat(a, b)));
        });
        assertThat(batches.stream().map(ClickHouseCommittable::shard)).containsExactlyInAnyOrder(0, 1, 2);
    }

    private ClickHouseWriter<SampleRow> writer(BatchLimits limits) {
        return writer(1, limits);
    }

    private ClickHouseWriter<SampleRow> writer(int shards, BatchLimits limits) {
        return new ClickHouseWriter<>(
                SampleRowEncoder.append(),
                shards,
                limits,
                "L1",
                41,
                MetricsGroupTestUtils.mockWriterMetricGroup(metrics.getMetricGroup()),
                Clock.fixed(Instant.ofEpochMilli(5_000), ZoneOffset.UTC));
    }

    private static byte[] encoded(SampleRow row, ClickHouseCommittable batch) {
        RowBinaryWriter out = new RowBinaryWriter(16);
        SampleRowEncoder.append().encode(row, out);
        out.uuid(batch == null ? new java.util.UUID(0, 0) : batch.batchId());
        out.string("L1");
        return out.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        RowBinaryWriter out = new RowBinaryWriter(16);
        out.bytes(first);
        out.bytes(second);
        return out.toByteArray();
    }

    private static Map<Integer, List<Integer>> rowsByPartition(Collection<ClickHouseCommittable> batches) {
        return batches.stream()
                .collect(Collectors.groupingBy(
                        ClickHouseCommittable::partition,
                        Collectors.mapping(ClickHouseCommittable::rows, Collectors.toCollection(ArrayList::new))))
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }
}
