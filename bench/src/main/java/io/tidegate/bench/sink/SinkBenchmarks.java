package io.tidegate.bench.sink;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.service.Engine;
import io.tidegate.bench.stream.FlinkJob;
import io.tidegate.bench.workload.BetEvents;
import io.tidegate.bench.workload.Workload;
import io.tidegate.contracts.v1.Event;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.jobs.archive.ArchivedEvent;
import io.tidegate.jobs.archive.EventRowEncoder;
import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.ClickHouseSink;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.source.SourceRecord;
import io.tidegate.jobs.source.SourceRecordTypeInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.CheckpointingMode;

/**
 * C1: rows into table {@code events}. The CPU time is that of this JVM and of the engine together, since a sink that makes the engine work
 * harder gains nothing.
 */
public final class SinkBenchmarks {

    private static final String LINEAGE = "bench";
    /** As long as what the sink puts behind it. */
    private static final String JOB = "/0123456789abcdef0123456789abcdef";

    private static final long DAY_MS = Instant.parse("2026-11-01T00:00:00Z").toEpochMilli();
    private static final TypeInformation<ArchivedEvent> ROW =
            Types.POJO(ArchivedEvent.class, Map.of("source", new SourceRecordTypeInfo<>(Event.class)));

    private SinkBenchmarks() {}

    public static List<Benchmark> all() {
        return List.of(new Benchmark(
                "C1",
                "rows through the exactly-once sink / INSERT of the same bytes, encoded before",
                Figure.RATE,
                Target.atLeast(0.9),
                "sink",
                true,
                load -> () -> throughSink(load),
                load -> () -> byInsert(load)));
    }

    private static Sample throughSink(Workload load) throws Exception {
        ClickHouseProcess engine = Engine.get();
        Duration checkpoints = Duration.ofMillis(load.number("checkpointMs"));
        prepare(engine, load.number("warmUp"));
        job(engine, checkpoints);
        prepare(engine, load.number("rows"));
        job(engine, checkpoints);
        // From the first row to the end of the job, whose last batches are committed then.
        Cpu.Spent spent = clocks(engine.pid()).since(Rows.cpuAtFirst);
        long wallNanos = System.nanoTime() - Rows.timeAtFirst;
        return new Sample(load.number("rows"), spent, wallNanos, stored(engine));
    }

    private static Cpu.Reading clocks(long engine) {
        return Cpu.here().and(Cpu.of("engine", engine));
    }

    private static void job(ClickHouseProcess engine, Duration checkpoints) throws Exception {
        try (FlinkJob job = FlinkJob.start(1, checkpoints, CheckpointingMode.EXACTLY_ONCE, env -> env.fromSequence(
                        0, Rows.all.size() - 1L)
                .map(new Rows(engine.pid()))
                .returns(ROW)
                .sinkTo(ClickHouseSink.of(
                                new EventRowEncoder("tidegate"), List.of(ClickHouseClientConfig.of(engine.uri())))
                        .lineage(LINEAGE)
                        .build())
                .uid("table"))) {
            job.awaitEnd();
        }
    }

    private static Sample byInsert(Workload load) throws Exception {
        ClickHouseProcess engine = Engine.get();
        ClickHouseClient client = new ClickHouseClient(ClickHouseClientConfig.of(engine.uri()));
        prepare(engine, load.number("warmUp"));
        insert(client, encoded(load.number("warmUpBatch")));
        prepare(engine, load.number("rows"));
        List<ClickHouseCommittable> batches = encoded(load.number("batch"));
        Cpu.Reading cpu = clocks(engine.pid());
        long wall = System.nanoTime();
        insert(client, batches);
        Cpu.Spent spent = clocks(engine.pid()).since(cpu);
        long wallNanos = System.nanoTime() - wall;
        return new Sample(load.number("rows"), spent, wallNanos, stored(engine));
    }

    private static void insert(ClickHouseClient client, List<ClickHouseCommittable> batches) throws Exception {
        for (ClickHouseCommittable batch : batches) {
            client.insert(batch, batch.batchId().toString());
        }
    }

    /** As the sink's writer encodes them, in batches of so many rows. */
    private static List<ClickHouseCommittable> encoded(int rowsPerBatch) {
        EventRowEncoder encoder = new EventRowEncoder("tidegate");
        TableSchema table = encoder.table();
        List<ClickHouseCommittable> batches = new ArrayList<>();
        RowBinaryWriter out = new RowBinaryWriter(BatchLimits.DEFAULT.bytes());
        for (int from = 0; from < Rows.all.size(); from += rowsPerBatch) {
            List<ArchivedEvent> rows = Rows.all.subList(from, Math.min(Rows.all.size(), from + rowsPerBatch));
            UUID id = UUID.randomUUID();
            out.reset();
            for (ArchivedEvent row : rows) {
                encoder.encode(row, out);
                out.uuid(id);
                out.string(LINEAGE + JOB);
            }
            batches.add(ClickHouseCommittable.seal(
                    table.database(),
                    table.table(),
                    table.insertColumns(),
                    table.mode(),
                    0,
                    1,
                    202611,
                    id,
                    rows.size(),
                    out.toByteArray(),
                    ClickHouseCommittable.NOT_RESTORED,
                    DAY_MS));
        }
        return batches;
    }

    /** An empty table, and the rows that are to come into it. */
    private static void prepare(ClickHouseProcess engine, int rows) throws Exception {
        engine.query("TRUNCATE TABLE tidegate.events");
        BetEvents bets = new BetEvents(10_000, 0, DAY_MS);
        List<ArchivedEvent> all = new ArrayList<>(rows);
        for (int i = 0; i < rows; i++) {
            // As it comes from the topic.
            Event event = Event.parseFrom(bets.event(i).toByteArray());
            all.add(new ArchivedEvent(new SourceRecord<>(0, i, event.getOccurredAtMs(), event, null)));
        }
        Rows.all = all;
        Rows.timeAtFirst = 0;
    }

    private static String stored(ClickHouseProcess engine) throws Exception {
        return engine.query("SELECT count(), uniqExact(event_id),"
                        + " hex(sum(cityHash64(event_id, user_id, bet_id, amount, occurred_at, device_id)))"
                        + " FROM tidegate.events")
                .strip()
                .replace('\t', ' ');
    }

    /** Rows by their number, from memory: the sink is what is measured. The clocks are read at the first one. */
    private static final class Rows implements MapFunction<Long, ArchivedEvent> {

        private static final long serialVersionUID = 1L;
        private static volatile List<ArchivedEvent> all;
        private static volatile Cpu.Reading cpuAtFirst;
        private static volatile long timeAtFirst;

        private final long engine;

        Rows(long engine) {
            this.engine = engine;
        }

        @Override
        public ArchivedEvent map(Long number) {
            if (timeAtFirst == 0) {
                timeAtFirst = System.nanoTime();
                cpuAtFirst = clocks(engine);
            }
            return all.get(number.intValue());
        }
    }
}
