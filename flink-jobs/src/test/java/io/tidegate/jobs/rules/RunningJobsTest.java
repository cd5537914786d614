package io.tidegate.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.engagement.EngagementJob;
import io.tidegate.jobs.fraud.FraudJob;
import io.tidegate.jobs.surge.SurgeJob;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Rules of all three jobs that have some, changed on the topic while the jobs run as they are deployed: none is restarted for it. */
class RunningJobsTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(3)
            .build());

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** The beginning of a window of every length that is used here. */
    private static final long T = 1_700_000_000_000L / 3_600_000 * 3_600_000;

    private static final long ROUND_MS = 60_000;
    private static final long WINDOW_MS =
            RuleSet.defaults().rule("post-surge").window().toMillis();

    @TempDir
    Path directory;

    private KafkaProducer<byte[], byte[]> producer;
    private String kafka;
    private int rounds;
    private int events;

    @Test
    void aChangeOfFraudSurgeAndEngagementIsInForceWithoutARestart() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            kafka = broker.bootstrapServers();
            TopicSetup.ensure(kafka, 1);
            // The times are this test's.
            appendTimesAreThoseSent();
            producer = new KafkaProducer<>(
                    Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
            List<JobClient> jobs = new ArrayList<>();
            try {
                for (Job job : List.of(new FraudJob(), new SurgeJob(), new EngagementJob())) {
                    jobs.add(submit(job));
                }

                // Given somebody who does little, something that is no event, and then somebody who does enough for the
                // rules that the jobs began with
                round("little", 3, 5);
                producer.send(new ProducerRecord<>(Topics.EVENTS, 0, T, bytes("poison"), bytes("poison")));
                round("much", 50, 30);
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertRunning(jobs);
                    assertThat(raised("rapid-bets"))
                            .extracting(Alert::getSubject)
                            .containsOnly("much");
                    assertThat(raised("post-surge"))
                            .extracting(Alert::getSubject)
                            .containsOnly("post:much");
                    assertThat(breaks()).extracting(Notification::getRecipient).containsOnly("much");
                });
                assertThat(raised("rapid-bets"))
                        .extracting(Alert::getRuleVersion)
                        .containsOnly(1);
                assertThat(raised("post-surge"))
                        .extracting(Alert::getRuleVersion)
                        .containsOnly(1);

                // When little is made enough
                change("rapid-bets", Map.of("bets", "3"));
                change("post-surge", Map.of("minimum", "5"));
                change("take-a-break", Map.of("bets", "3"));

                // Then who does little from now on is noticed by the new version. Nothing orders rules against events,
                // so
                // more than one tries.
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
                    assertRunning(jobs);
                    round("little-" + rounds, 3, 5);
                    assertThat(raised("rapid-bets")).anySatisfy(alert -> assertNew(alert, "little-"));
                    assertThat(raised("post-surge")).anySatisfy(alert -> assertNew(alert, "post:little-"));
                    assertThat(breaks())
                            .extracting(Notification::getRecipient)
                            .anySatisfy(recipient -> assertThat(recipient).startsWith("little-"));
                });
                // The one from before isn't judged by it.
                assertThat(raised("rapid-bets")).extracting(Alert::getSubject).doesNotContain("little");
                assertThat(raised("post-surge")).extracting(Alert::getSubject).doesNotContain("post:little");
                assertThat(breaks()).extracting(Notification::getRecipient).doesNotContain("little");
            } finally {
                for (JobClient job : jobs) {
                    if (!job.getJobStatus().get().isGloballyTerminalState()) {
                        job.cancel().get();
                    }
                }
                producer.close();
            }
        }
    }

    private static void assertNew(Alert alert, String subject) {
        assertThat(alert.getSubject()).startsWith(subject);
        assertThat(alert.getRuleVersion()).isEqualTo(2);
    }

    private static void assertRunning(List<JobClient> jobs) throws Exception {
        for (JobClient job : jobs) {
            assertThat(job.getJobStatus().get()).isNotEqualTo(JobStatus.FAILED);
        }
    }

    /** As deployed, but that a failure would end it. */
    private JobClient submit(Job job) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(20));
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(1);
        job.define(env, JobConfig.of(kafka, ClickHouseConfig.local(URI.create("http://127.0.0.1:8123"))));
        return env.executeAsync(job.name());
    }

    private void appendTimesAreThoseSent() throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS),
                            List.of(
                                    set(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime"),
                                    set(TopicConfig.RETENTION_MS_CONFIG, "-1"))))
                    .all()
                    .get();
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    /** A minute in which a user bets, the post of that name is liked in two windows, one after the other, and nothing else happens. */
    private void round(String name, int bets, int likesInAWindow) {
        long begin = T + ROUND_MS * rounds++;
        for (int i = 0; i < bets; i++) {
            send(
                    name,
                    begin + i,
                    event -> event.setBet(Bet.newBuilder().setGameId("g1").setAmountE4(10_000)));
        }
        for (long window : new long[] {begin + WINDOW_MS, begin + 2 * WINDOW_MS}) {
            for (int i = 0; i < likesInAWindow; i++) {
                send(
                        name + "-fan" + i,
                        window + i,
                        event -> event.setLike(Like.newBuilder().setPostId(name)));
            }
        }
        send("", begin + 4 * WINDOW_MS, event -> event.setTick(Tick.getDefaultInstance()));
        producer.flush();
    }

    private void send(String user, long atMs, Consumer<Event.Builder> what) {
        Event.Builder event = Event.newBuilder();
        if (!user.isEmpty()) {
            event.setUserId(user)
                    .setEventId("e" + events++)
                    .setOccurredAtMs(atMs)
                    .setIngestedAtMs(atMs);
        }
        what.accept(event);
        producer.send(new ProducerRecord<>(
                Topics.EVENTS,
                0,
                atMs,
                user.isEmpty() ? null : bytes(user),
                event.build().toByteArray()));
    }

    /** The second version, with other thresholds. */
    private void change(String id, Map<String, String> thresholds) {
        Rule rule = RuleSet.defaults().rule(id);
        Map<String, BigDecimal> all = new HashMap<>(rule.thresholds());
        thresholds.forEach((name, value) -> all.put(name, new BigDecimal(value)));
        Rule changed = new Rule(id, 2, true, rule.severity(), rule.window(), all);
        producer.send(new ProducerRecord<>(
                Topics.RULES,
                bytes(id),
                RuleRecords.encode(changed.definition()).build().toByteArray()));
        producer.flush();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<Alert> raised(String rule) throws IOException {
        return committed(Topics.ALERTS, Alert.parser()).stream()
                .filter(alert -> alert.getRuleId().equals(rule))
                .toList();
    }

    private List<Notification> breaks() throws IOException {
        return committed(Topics.NOTIFICATIONS, Notification.parser()).stream()
                .filter(notification -> notification.getKind() == NotificationKind.NOTIFICATION_KIND_TAKE_A_BREAK)
                .toList();
    }

    private <M extends MessageLite> List<M> committed(String topic, Parser<M> parser) throws IOException {
        List<M> messages = new ArrayList<>();
        for (var record : WholeTopic.committed(kafka, topic)) {
            messages.add(parser.parseFrom(record.value()));
        }
        return messages;
    }
}
