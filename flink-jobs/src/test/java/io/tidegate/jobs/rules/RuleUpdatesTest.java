package io.tidegate.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.source.TestStreams;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The stream in a running job, from a real broker. */
class RuleUpdatesTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = TestStreams.cluster();

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** {@code RULE vVERSION BETS}, or {@code timer}, as the job saw them. */
    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    @Test
    void aChangeReachesARunningJobAndNeverHoldsBackItsClock() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            TopicSetup.ensure(broker.bootstrapServers(), 2);
            JobConfig config = JobConfig.of(
                    broker.bootstrapServers(), ClickHouseConfig.local(URI.create("http://127.0.0.1:8123")));

            // Given a change, open transactions and poison that are on the topic before the job is submitted
            try (KafkaProducer<byte[], byte[]> producer = producer(broker.bootstrapServers())) {
                producer.beginTransaction();
                producer.send(record("rapid-bets", rapidBets(2, 7)));
                producer.send(new ProducerRecord<>(Topics.RULES, bytes("rapid-bets"), bytes("poison")));
                producer.commitTransaction();
                producer.beginTransaction();
                producer.send(record("rapid-bets", rapidBets(3, 9)));
                producer.flush();
                producer.abortTransaction();
                List<RuleRecord> stored = StoredRules.read(broker.bootstrapServers());
                assertThat(stored).hasSize(2);
                assertThat(RuleSet.start(config.withStoredRules(stored)).rule("rapid-bets"))
                        .isEqualTo(rapidBets(2, 7));

                // When it runs
                JobClient job = submit(config.withStoredRules(stored));
                try {
                    await().atMost(PATIENCE).until(() -> SEEN.contains("rapid-bets v2 7"));
                    assertThat(SEEN).noneMatch(seen -> seen.startsWith("rapid-bets v1"));

                    // Then event-time timers of the other input fire
                    await().atMost(PATIENCE).until(() -> SEEN.contains("timer"));

                    // And a change comes while it runs
                    producer.beginTransaction();
                    producer.send(record("rapid-bets", rapidBets(3, 5)));
                    producer.commitTransaction();
                    await().atMost(PATIENCE).until(() -> SEEN.contains("rapid-bets v3 5"));
                    assertThat(SEEN).doesNotContain("rapid-bets v3 9");
                } finally {
                    job.cancel().get();
                }
            }
        }
    }

    private static JobClient submit(JobConfig config) throws Exception {
        StreamExecutionEnvironment env = TestStreams.environment(2);
        // One reader: with two, one of them begins half-way to the end of time, and the first number may be its.
        env.fromSequence(0, Long.MAX_VALUE - 1)
                .setParallelism(1)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((number, previous) -> number))
                .keyBy(number -> number % 2, Types.LONG)
                .connect(RuleUpdates.of(env, config)
                        .broadcast(new MapStateDescriptor<>("rules", Types.STRING, TypeInformation.of(Rule.class))))
                .process(new Recorder())
                .returns(Types.STRING)
                .sinkTo(new DiscardingSink<>());
        return env.executeAsync();
    }

    private static final class Recorder extends KeyedBroadcastProcessFunction<Long, Long, Rule, String> {

        private static final long serialVersionUID = 1L;

        private transient boolean timerSet;

        @Override
        public void processElement(Long number, ReadOnlyContext context, Collector<String> out) throws Exception {
            if (!timerSet) {
                timerSet = true;
                context.timerService().registerEventTimeTimer(number + 1);
            }
            // A trickle, so that the machine has time for the rest.
            Thread.sleep(1);
        }

        @Override
        public void processBroadcastElement(Rule rule, Context context, Collector<String> out) {
            BigDecimal bets = rule.thresholds().get("bets");
            SEEN.add(rule.id() + " v" + rule.version() + (bets == null ? "" : " " + bets));
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) {
            SEEN.add("timer");
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrapServers) {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "rules-test"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private static ProducerRecord<byte[], byte[]> record(String key, Rule rule) {
        return new ProducerRecord<>(
                Topics.RULES,
                bytes(key),
                RuleRecords.encode(rule.definition()).build().toByteArray());
    }

    private static Rule rapidBets(int version, int bets) {
        Rule rule = RuleSet.defaults().rule("rapid-bets");
        return new Rule(
                rule.id(),
                version,
                rule.enabled(),
                rule.severity(),
                rule.window(),
                Map.of("bets", BigDecimal.valueOf(bets)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
