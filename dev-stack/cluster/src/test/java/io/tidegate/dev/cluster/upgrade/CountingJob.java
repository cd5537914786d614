package io.tidegate.dev.cluster.upgrade;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.apache.flink.util.ParameterTool;

/**
 * A job to be upgraded, packed into a jar by the test. It counts, and appends to a file from which count it went on.
 *
 * <p>Arguments: the file, the uid of the operator that counts, and what this version is like: {@code fine}, {@code late} (fails at
 * the tenth record after a start), {@code unplannable}.
 */
public final class CountingJob {

    private CountingJob() {}

    public static void main(String[] args) throws Exception {
        if (args[2].equals("unplannable")) {
            throw new IllegalArgumentException("version: unplannable isn't one");
        }
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.configure(configuration);
        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(100), Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers")
                .keyBy(number -> 0, Types.INT)
                .process(new Counter(args[0], args[2].equals("late")))
                .returns(Types.LONG)
                .uid(args[1])
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere");
        env.getConfig()
                .setGlobalJobParameters(ParameterTool.fromMap(Map.of(
                        "tidegate.main",
                        CountingJob.class.getName(),
                        "tidegate.arguments",
                        String.join("\n", args),
                        "tidegate.jar",
                        Path.of(CountingJob.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .getPath())
                                .getFileName()
                                .toString())));
        env.execute("counting");
    }

    private static final class Counter extends KeyedProcessFunction<Integer, Long, Long> {

        private static final long serialVersionUID = 1L;

        private final String file;
        private final boolean failing;
        private transient ValueState<Long> count;
        private transient int sinceStart;

        Counter(String file, boolean failing) {
            this.file = file;
            this.failing = failing;
        }

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
            long before = count.value() == null ? 0 : count.value();
            if (sinceStart++ == 0) {
                Files.writeString(Path.of(file), before + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            if (failing && sinceStart == 10) {
                throw new IllegalStateException("broken as asked");
            }
            count.update(before + 1);
            out.collect(before);
        }
    }
}
