package io.tidegate.jobs.rules;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.Uids;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The rules in force as a stream without an end, to be broadcast to the operators that apply them: first every rule as the job
 * knows it, then each change on topic {@code rules} within moments.
 *
 * <p>It never holds back the other input of an operator: its watermark is the greatest there is. It doesn't fail for a bad record:
 * the version in force stays, metric {@code refusedRules} counts, the log names the field.
 *
 * <p>Nothing orders it against the events. So an operator begins with {@link RuleSet#start}, which has the topic as it was at
 * submission; what is changed between submission and the source's first fetch (about a second) takes effect when it arrives. A job that
 * restarts before its first checkpoint begins with that set again, and has caught up after the same moment. With a checkpoint the
 * operator's broadcast state has what was in force.
 */
public final class RuleUpdates {

    private RuleUpdates() {}

    /** One operator of parallelism 1 and its source; broadcast it. A rule is emitted again after each restart of the job. */
    public static DataStream<Rule> of(StreamExecutionEnvironment env, JobConfig config) {
        KafkaSource<Tuple2<String, byte[]>> topic = KafkaSource.<Tuple2<String, byte[]>>builder()
                .setProperties(KafkaAccess.properties())
                .setBootstrapServers(config.kafkaBootstrapServers())
                .setClientIdPrefix("tidegate-rules")
                .setTopics(Topics.RULES)
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new Records())
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false")
                .build();
        return env.fromSource(
                        topic,
                        WatermarkStrategy.forGenerator(context -> new NeverHoldsBack()),
                        Topics.RULES,
                        Types.TUPLE(Types.STRING, Types.PRIMITIVE_ARRAY(Types.BYTE)))
                .uid(Uids.Rules.TOPIC)
                .setParallelism(1)
                .transform(
                        "rules in force",
                        TypeInformation.of(Rule.class),
                        new RuleLogOperator(RuleSet.load(config.rulesFile()), RuleSet.start(config)))
                .uid(Uids.Rules.LOG)
                .setParallelism(1)
                .setMaxParallelism(1);
    }

    /** Key and value as they came. */
    private static final class Records implements KafkaRecordDeserializationSchema<Tuple2<String, byte[]>> {

        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Tuple2<String, byte[]>> out) {
            RuleRecord rule = StoredRules.of(record);
            out.collect(Tuple2.of(rule.ruleId(), rule.value()));
        }

        @Override
        public TypeInformation<Tuple2<String, byte[]>> getProducedType() {
            return Types.TUPLE(Types.STRING, Types.PRIMITIVE_ARRAY(Types.BYTE));
        }
    }

    /** Rules have no time. */
    private static final class NeverHoldsBack implements WatermarkGenerator<Tuple2<String, byte[]>> {

        @Override
        public void onEvent(Tuple2<String, byte[]> event, long timestamp, WatermarkOutput output) {}

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            output.emitWatermark(new Watermark(Long.MAX_VALUE));
        }
    }
}
