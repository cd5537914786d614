package io.tidegate.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.fraud.FraudJob;
import io.tidegate.jobs.source.TestStreams;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A rule is changed on the topic; the job that runs goes by it. */
class RuleChangeTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = TestStreams.cluster();

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 2;

    @TempDir
    Path directory;

    private KafkaProducer<byte[], byte[]> events;
    private int sent;

    @Test
    void theNextAlertIsRaisedByTheChangedRuleAndSaysSo() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            TopicSetup.ensure(broker.bootstrapServers(), PARTITIONS);
            events = producer(broker.bootstrapServers(), Map.of());
            ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();
            ticks.scheduleAtFixedRate(this::tick, 0, 50, TimeUnit.MILLISECONDS);
            JobClient job = submit(broker.bootstrapServers());
            try (KafkaProducer<byte[], byte[]> rules =
                    producer(broker.bootstrapServers(), Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "rules-test"))) {
                rules.initTransactions();

                // Given the default, 20 bets
                bets("ann", 20);
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(alerts(broker)).containsExactly("ann rapid-bets v1 20"));

                // When it is 5
                change(rules, 2, true, 5);

                // Then five bets are enough, from within a moment on; a user whose bets came before it took effect has
                // none
                await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
                    bets("user" + sent, 5);
                    assertThat(alerts(broker)).anyMatch(alert -> alert.endsWith("rapid-bets v2 5"));
                });

                // When it is switched off, and on again
                change(rules, 3, false, 5);
                change(rules, 4, true, 3);

                // Then version 4 raises, and version 3 never did
                await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
                    bets("user" + sent, 3);
                    assertThat(alerts(broker)).anyMatch(alert -> alert.endsWith("rapid-bets v4 3"));
                });
                assertThat(alerts(broker)).noneMatch(alert -> alert.contains(" v3 "));
            } finally {
                job.cancel().get();
                ticks.shutdownNow();
                events.close();
            }
        }
    }

    private static JobClient submit(String bootstrapServers) throws Exception {
        StreamExecutionEnvironment env = TestStreams.environment(2);
        env.enableCheckpointing(300);
        new FraudJob()
                .define(
                        env,
                        JobConfig.of(bootstrapServers, ClickHouseConfig.local(URI.create("http://127.0.0.1:8123"))));
        return env.executeAsync();
    }

    private void tick() {
        byte[] tick =
                Event.newBuilder().setTick(Tick.getDefaultInstance()).build().toByteArray();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            events.send(new ProducerRecord<>(Topics.EVENTS, partition, null, tick));
        }
    }

    private void bets(String user, int count) {
        for (int i = 0; i < count; i++) {
            Event bet = Event.newBuilder()
                    .setEventId("bet" + sent++)
                    .setUserId(user)
                    .setOccurredAtMs(System.currentTimeMillis())
                    .setBet(Bet.newBuilder().setGameId("g1").setAmountE4(10_000))
                    .build();
            events.send(new ProducerRecord<>(Topics.EVENTS, user.getBytes(StandardCharsets.UTF_8), bet.toByteArray()));
        }
        events.flush();
    }

    private static void change(KafkaProducer<byte[], byte[]> rules, int version, boolean enabled, int bets) {
        Rule rule = RuleSet.defaults().rule("rapid-bets");
        Rule changed = new Rule(
                rule.id(), version, enabled, rule.severity(), rule.window(), Map.of("bets", BigDecimal.valueOf(bets)));
        rules.beginTransaction();
        rules.send(new ProducerRecord<>(
                Topics.RULES,
                rule.id().getBytes(StandardCharsets.UTF_8),
                RuleRecords.encode(changed.definition()).build().toByteArray()));
        rules.commitTransaction();
    }

    /** {@code SUBJECT RULE vVERSION EVENTS} of the committed alerts. */
    private static List<String> alerts(KafkaBroker broker) throws Exception {
        List<String> alerts = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : WholeTopic.committed(broker.bootstrapServers(), Topics.ALERTS)) {
            Alert alert = Alert.parseFrom(record.value());
            alerts.add(alert.getSubject() + " " + alert.getRuleId() + " v" + alert.getRuleVersion() + " "
                    + alert.getEventIdsCount());
        }
        return alerts;
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrapServers, Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
