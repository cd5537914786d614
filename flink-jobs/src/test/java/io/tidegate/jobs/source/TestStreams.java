package io.tidegate.jobs.source;

import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.jobs.rules.RuleSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

/** Streams for tests of whole pipelines: what {@link TopicSource} gives, from a list. */
public final class TestStreams {

    private TestStreams() {}

    /** A cluster for a class of tests, with room for one job of parallelism 2. */
    public static MiniClusterExtension cluster() {
        return new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
                .setNumberTaskManagers(1)
                .setNumberSlotsPerTaskManager(2)
                .build());
    }

    /** As production has it: no Kryo, object reuse. */
    public static StreamExecutionEnvironment environment(int parallelism) {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        return env;
    }

    /** Records of partition 0 in the order given, appended when they occurred. */
    public static List<SourceRecord<Event>> records(List<Event> events) {
        return IntStream.range(0, events.size())
                .mapToObj(i -> SourceRecord.decoded(0, i, events.get(i).getOccurredAtMs(), events.get(i)))
                .toList();
    }

    /** Events in order of time, as a partition's records with their append time, watermarks close behind. */
    public static DataStream<SourceRecord<Event>> detection(StreamExecutionEnvironment env, List<Event> events) {
        return env.fromData(records(events), new SourceRecordTypeInfo<>(Event.class))
                .setParallelism(1)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<SourceRecord<Event>>forMonotonousTimestamps()
                        .withTimestampAssigner((record, previous) -> record.appendedAtMs()))
                .setParallelism(1);
    }

    /** As {@code RuleUpdates} begins: every rule in force. Then it ends, which moves its watermark to the end of time. */
    public static DataStream<Rule> rules(StreamExecutionEnvironment env, RuleSet rules) {
        return env.fromData(rules.all(), TypeInformation.of(Rule.class)).setParallelism(1);
    }
}
