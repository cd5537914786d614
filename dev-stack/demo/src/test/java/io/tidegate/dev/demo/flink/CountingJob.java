package io.tidegate.dev.demo.flink;

import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/** Counts, and tells from which count it was restored. Generations are part of the uids: another one has other state. */
final class CountingJob implements Job {

    private static final AtomicLong LATEST = new AtomicLong();
    private static final AtomicLong RESTORED_FROM = new AtomicLong(-1);

    private final String name;
    private final int generation;
    private final int counterGeneration;

    CountingJob(String name, int generation) {
        this(name, generation, generation);
    }

    CountingJob(String name, int generation, int counterGeneration) {
        this.name = name;
        this.generation = generation;
        this.counterGeneration = counterGeneration;
    }

    static void reset() {
        LATEST.set(0);
        RESTORED_FROM.set(-1);
    }

    static long latest() {
        return LATEST.get();
    }

    static long restoredFrom() {
        return RESTORED_FROM.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void define(StreamExecutionEnvironment env, JobConfig config) {
        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(200), Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers-" + generation)
                .process(new Counter())
                .returns(Types.LONG)
                .uid("counter-" + counterGeneration)
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere-" + generation);
    }

    private static final class Counter extends ProcessFunction<Long, Long> implements CheckpointedFunction {

        private static final long serialVersionUID = 1L;

        private transient ListState<Long> state;
        private long count;

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) {
            count++;
            LATEST.set(count);
            out.collect(count);
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            state.clear();
            state.add(count);
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("count", Types.LONG));
            if (context.isRestored()) {
                for (Long restored : state.get()) {
                    count = restored;
                }
                RESTORED_FROM.set(count);
            }
        }
    }
}
