package io.tidegate.jobs.clickhouse.writer;

import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.Sharding;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;

/**
 * Encodes rows into batches of one shard and partition each, and hands them over at the checkpoint's barrier. It never talks
 * to the store: until the checkpoint is complete, nothing may be written.
 *
 * <p>What a checkpoint interval brings lies in memory, encoded, until it is committed: throughput times interval,
 * plus the checkpoint's own duration.
 *
 * @param <T> the row; not kept, so it may be reused
 */
public final class ClickHouseWriter<T> implements CommittingSinkWriter<T, ClickHouseCommittable> {

    /** Idle buffers that are kept: a replay of history opens many partitions at once, everyday work one or two. */
    private static final int MAX_SPARE_BUFFERS = 4;

    private final RowEncoder<T> encoder;
    private final TableSchema table;
    private final String insertColumns;
    private final int shards;
    private final BatchLimits limits;
    private final String lineage;
    private final long restoredFrom;
    private final Clock clock;

    private final MonthPartitions months = new MonthPartitions();
    private final List<OpenBatch> open = new ArrayList<>();
    private final Deque<OpenBatch> spare = new ArrayDeque<>();
    private final List<ClickHouseCommittable> sealed = new ArrayList<>();
    private OpenBatch last;

    /** Those that Flink's web page shows of any sink. */
    private final Counter recordsSend;

    private final Counter bytesSend;
    private final Counter rows;
    private final Counter bytes;

    /** Bytes sealed and not handed over yet; read by metric reporters. */
    private volatile long sealedBytes;

    /**
     * @param shards over how many the rows are spread
     * @param restoredFrom the checkpoint this attempt was restored from, {@link ClickHouseCommittable#NOT_RESTORED}
     *     for none
     * @param metricGroup of the writer operator
     */
    public ClickHouseWriter(
            RowEncoder<T> encoder,
            int shards,
            BatchLimits limits,
            String lineage,
            long restoredFrom,
            SinkWriterMetricGroup metricGroup,
            Clock clock) {
        this.encoder = encoder;
        this.table = encoder.table();
        this.insertColumns = table.insertColumns();
        this.shards = shards;
        this.limits = limits;
        this.lineage = lineage;
        this.restoredFrom = restoredFrom;
        this.clock = clock;
        this.recordsSend = metricGroup.getNumRecordsSendCounter();
        this.bytesSend = metricGroup.getNumBytesSendCounter();
        MetricGroup group = metricGroup.addGroup("clickhouse");
        this.rows = group.counter("rowsEncoded");
        this.bytes = group.counter("bytesEncoded");
        group.gauge("sealedBytes", () -> sealedBytes);
    }

    /** @throws IllegalArgumentException where the row's partition time is outside 1970 to 2105 */
    @Override
    public void write(T row, Context context) {
        int partition = months.of(encoder.partitionTimeMs(row));
        int shard = shards == 1 ? 0 : Sharding.shardOf(encoder.shardingKey(row), shards);
        OpenBatch batch = last;
        if (batch == null || !batch.isOf(shard, partition)) {
            batch = batchOf(shard, partition);
            last = batch;
        }
        batch.add(row, encoder);
        if (batch.rows() >= limits.rows() || batch.bytes() >= limits.bytes()) {
            open.remove(batch);
            seal(batch);
        }
    }

    /** Nothing to do: {@link #prepareCommit} follows, and at the end of input as well. */
    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public Collection<ClickHouseCommittable> prepareCommit() {
        for (OpenBatch batch : open) {
            seal(batch);
        }
        open.clear();
        List<ClickHouseCommittable> batches = List.copyOf(sealed);
        sealed.clear();
        sealedBytes = 0;
        return batches;
    }

    private OpenBatch batchOf(int shard, int partition) {
        // A handful a shard in everyday work; a few hundred months in a replay of history.
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).isOf(shard, partition)) {
                return open.get(i);
            }
        }
        OpenBatch batch = spare.isEmpty() ? new OpenBatch(lineage) : spare.pop();
        batch.begin(shard, partition, clock.millis());
        open.add(batch);
        return batch;
    }

    private void seal(OpenBatch batch) {
        ClickHouseCommittable sealedBatch = batch.seal(table, insertColumns, shards, restoredFrom);
        sealed.add(sealedBatch);
        recordsSend.inc(sealedBatch.rows());
        bytesSend.inc(sealedBatch.payload().length);
        rows.inc(sealedBatch.rows());
        bytes.inc(sealedBatch.payload().length);
        sealedBytes += sealedBatch.payload().length;
        last = null;
        if (spare.size() < MAX_SPARE_BUFFERS) {
            spare.push(batch);
        }
    }

    /** What wasn't handed over belongs to no checkpoint and is read again from the source. */
    @Override
    public void close() throws IOException {
        open.clear();
        sealed.clear();
        spare.clear();
    }
}
