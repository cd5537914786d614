package io.tidegate.jobs.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Accepted;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.BetOutcome;
import io.tidegate.contracts.v1.BetResult;
import io.tidegate.contracts.v1.Comment;
import io.tidegate.contracts.v1.Deposit;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Post;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.Share;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.contracts.v1.Unlike;
import io.tidegate.contracts.v1.Withdrawal;
import io.tidegate.jobs.Servers;
import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.writer.ClickHouseWriter;
import io.tidegate.jobs.source.SourceRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive as it runs: a real broker, the real engine, Flink; a task manager and the engine are lost on the way.
 */
class ArchiveJobTest {

    private static final long NOON = Instant.parse("2026-11-15T12:00:00Z").toEpochMilli();
    private static final long LAST_OCTOBER =
            Instant.parse("2025-10-31T23:59:59.999Z").toEpochMilli();
    private static final byte[] POISON = {(byte) 0xff, 0x01, 0x02, 0x03};
    /** With its key and what a batch has around it, just what a producer may send and a topic takes by default. */
    private static final byte[] LARGE_POISON = largePoison(1_048_576 - 100);

    @RegisterExtension
    static final MiniClusterExtension FLINK = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    static Path data;

    private static Servers servers;

    @BeforeAll
    static void startServers() throws IOException {
        servers = Servers.start(data, 2);
    }

    @AfterAll
    static void stopServers() throws IOException {
        servers.close();
    }

    @Test
    void everyEventSentIsOneRow(@InjectMiniCluster MiniCluster flink) throws Exception {
        // Given
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            events.add(event(i));
        }
        JobClient job = start();

        // When
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            sendEvents(producer, events.subList(0, 300));
            // The same bytes again, as a client's retry; the gateway's ticks; and what is no event at all.
            sendEvents(producer, events.subList(100, 200));
            for (int i = 0; i < 10; i++) {
                send(
                        producer,
                        Topics.EVENTS,
                        "",
                        Event.newBuilder().setTick(Tick.getDefaultInstance()).build());
                producer.send(new ProducerRecord<>(Topics.EVENTS, bytes("u" + i), POISON));
            }
            for (int i = 0; i < 20; i++) {
                send(producer, Topics.ALERTS, "s" + i, alert("a" + i));
                send(producer, Topics.NOTIFICATIONS, "u" + i, notification("n" + i));
            }
            // Raised again, as by a job that went back to an old savepoint; and what a gateway says it accepted.
            send(producer, Topics.ALERTS, "s3", alert("a3"));
            send(producer, Topics.LEDGER, "first", accepted(250));
            send(producer, Topics.LEDGER, "first", accepted(300));
            producer.send(new ProducerRecord<>(Topics.ALERTS, bytes("s"), POISON));
            // As large as a topic takes: with the reason on top it still is a dead letter, and no reason to stop.
            producer.send(new ProducerRecord<>(Topics.EVENTS, bytes("large"), LARGE_POISON));
            producer.send(new ProducerRecord<>(
                    Topics.EVENTS,
                    null,
                    bytes("again"),
                    POISON,
                    List.of(new RecordHeader(DeadLetterHeaders.REDRIVEN_FROM, bytes("0/3")))));
            send(
                    producer,
                    Topics.ALERTS,
                    "s",
                    Alert.newBuilder().setDetectedAtMs(NOON).build());
            send(
                    producer,
                    Topics.NOTIFICATIONS,
                    "u",
                    Notification.newBuilder().setNotificationId("n").build());
            producer.flush();
            awaitRows("events", 300, Awaitility.await().failFast(() -> assertNeverRestarted(flink, job)));
            deadLetters(15);
            assertNeverRestarted(flink, job);

            flink.terminateTaskManager(0).get();
            flink.startTaskManager();
            sendEvents(producer, events.subList(250, 450));
            producer.flush();
            awaitRows("events", 450);

            servers.clickHouse().kill();
            sendEvents(producer, events.subList(400, 600));
            producer.flush();
            servers.clickHouse().restart();
        }
        abortedAlert();

        // Then
        awaitRows("events", 600);
        awaitRows("alerts", 20);
        awaitRows("notifications", 20);
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        query("SELECT sum(records) FROM tidegate.completeness_1m FINAL WHERE topic = 'events'"))
                .isEqualTo("812"));
        List<ConsumerRecord<byte[], byte[]>> deadLetters = deadLetters(15);
        job.cancel().get();
        assertThat(query("SELECT count(), uniqExact(event_id) FROM tidegate.events"))
                .isEqualTo("600\t600");
        assertThat(query("SELECT type, count() FROM tidegate.events GROUP BY type ORDER BY type"))
                .isEqualTo("""
                        bet\t60
                        bet_outcome\t60
                        comment\t60
                        deposit\t60
                        like\t60
                        login\t60
                        post\t60
                        share\t60
                        unlike\t60
                        withdrawal\t60""");
        assertThat(query("SELECT sum(amount), sum(payout), uniqExact(kafka_partition, kafka_offset)"
                        + " FROM tidegate.events"))
                .isEqualTo("4500\t1500\t600");
        assertThat(query("SELECT countIf(occurred_at != '2026-11-15 12:00:00.000'"
                        + " AND occurred_at != '2025-10-31 23:59:59.999') FROM tidegate.events"))
                .isEqualTo("0");
        assertThat(query("SELECT type, user_id, post_id, author_id, comment_id, attributes FROM tidegate.events"
                        + " WHERE event_id = 'e4'"))
                .isEqualTo("comment\tu4\tp4\tauthor\tc4\t{'k':'v','ß':'€'}");
        assertThat(query("SELECT bet_id, game_id, amount, currency, odds, bet_type, channel, city, device_type, ip,"
                        + " device_id, country, tenant FROM tidegate.events WHERE event_id = 'e5'"))
                .isEqualTo("b5\tg5\t25.5\tEUR\t1.75\tsingle\tweb\tVienna\tphone\t10.0.0.5\td5\tAT\tt1");
        assertThat(query("SELECT bet_id, game_id, result, payout, currency FROM tidegate.events WHERE event_id = 'e6'"))
                .isEqualTo("b6\tg6\twin\t25\tEUR");
        assertThat(query("SELECT method, amount FROM tidegate.events WHERE event_id IN ('e7', 'e8') ORDER BY event_id"))
                .isEqualTo("card\t24.75\nbank\t24.75");
        assertThat(query("SELECT kind, rule_id, rule_version, subject, severity, message, event_ids, detected_at,"
                        + " started_at, tenant FROM tidegate.alerts WHERE alert_id = 'a7'"))
                .isEqualTo("fraud\trapid-bets\t3\tu7\twarning\tmuch\t['e1','e2']\t2026-11-15 12:00:00.000\t"
                        + "2026-11-15 12:00:00.000\tacme");
        assertThat(query("SELECT kind, recipient, message, data, tenant FROM tidegate.notifications WHERE"
                        + " notification_id = 'n7'"))
                .isEqualTo("milestone\tu1\tten\t{\"postId\":\"p1\",\"likes\":10}\tglobex");
        assertThat(query("SELECT count() FROM tidegate.alerts")).isEqualTo("20");
        assertThat(query("SELECT count() FROM tidegate.notifications")).isEqualTo("20");
        assertThat(query("SELECT topic, sum(records), sum(repeated), sum(dead), countIf(counted_by = 'archive') > 0"
                        + " FROM tidegate.completeness_1m FINAL WHERE records > 0 GROUP BY topic ORDER BY topic"))
                .isEqualTo("alerts\t23\t1\t2\t1\nevents\t812\t200\t12\t1\nnotifications\t21\t0\t1\t1");
        assertThat(query("SELECT minute, topic, topic_partition, counted_by, accepted FROM tidegate.completeness_1m"
                        + " FINAL WHERE accepted > 0"))
                .isEqualTo("2026-11-15 12:00:00\tevents\t1\tgateway-1\t300");
        assertThat(query("SELECT count() FROM (SELECT toStartOfMinute(appended_at) AS m, kafka_partition AS p, count()"
                        + " AS n FROM tidegate.events GROUP BY m, p) AS stored JOIN (SELECT minute AS m,"
                        + " topic_partition AS p, records - repeated - dead AS n FROM tidegate.completeness_1m FINAL"
                        + " WHERE topic = 'events' AND counted_by = 'archive') AS counted ON stored.m = counted.m AND"
                        + " stored.p = counted.p WHERE stored.n != counted.n"))
                .isEqualTo("0");
        assertThat(deadLetters).hasSize(15);
        assertThat(deadLetters.stream().filter(record -> Arrays.equals(record.value(), POISON)))
                .hasSize(12)
                .allSatisfy(record ->
                        assertThat(header(record, DeadLetterHeaders.REASON)).isEqualTo("undecodable"))
                .allSatisfy(record ->
                        assertThat(header(record, DeadLetterHeaders.STAGE)).isEqualTo("archive/decode"))
                .allSatisfy(record -> assertThat(Long.parseLong(header(record, DeadLetterHeaders.ORIGINAL_TIMESTAMP)))
                        .isGreaterThan(NOON));
        assertThat(deadLetters.stream().filter(record -> Arrays.equals(record.value(), LARGE_POISON)))
                .hasSize(1);
        assertThat(deadLetters.stream()
                        .filter(record -> record.headers().lastHeader(DeadLetterHeaders.REDRIVEN_FROM) != null))
                .singleElement()
                .satisfies(record -> assertThat(record.key()).isEqualTo(bytes("again")))
                .satisfies(record -> assertThat(header(record, DeadLetterHeaders.REDRIVEN_FROM))
                        .isEqualTo("0/3"));
        assertThat(deadLetters.stream().filter(record -> header(record, DeadLetterHeaders.STAGE)
                        .equals("archive/check")))
                .extracting(record -> header(record, DeadLetterHeaders.ORIGINAL_TOPIC))
                .containsExactlyInAnyOrder(Topics.ALERTS, Topics.NOTIFICATIONS);
    }

    @Test
    void eachTablesBatchIsFoundInItsPartition() throws Exception {
        SourceRecord<Event> event = new SourceRecord<>(0, 1, NOON, event(1), null);
        SourceRecord<Alert> alert = new SourceRecord<>(0, 1, NOON, alert("x"), null);
        SourceRecord<Notification> notification = new SourceRecord<>(0, 1, NOON, notification("x"), null);

        assertFound(new EventRowEncoder("tidegate"), new ArchivedEvent(event));
        assertFound(new AlertRowEncoder("tidegate"), alert);
        assertFound(new NotificationRowEncoder("tidegate"), notification);
    }

    @Test
    void twoTenantsEventsThatAgreeInAllButTheTenantStayTwoRows() throws Exception {
        Event event = event(1).toBuilder().setEventId("shared").build();
        List<ArchivedEvent> rows = Stream.of("acme", "globex", "acme")
                .map(tenant -> event.toBuilder().setTenant(tenant).build())
                .map(sent -> new ArchivedEvent(new SourceRecord<>(0, 1, NOON, sent, null)))
                .toList();
        ClickHouseCommittable batch = batch(new EventRowEncoder("tidegate"), rows);
        try (ClickHouseClient client = new ClickHouseClient(
                ClickHouseClientConfig.of(servers.clickHouse().uri()))) {
            client.insert(batch, batch.batchId().toString());

            assertThat(query("SELECT tenant, key_tenant, count() FROM tidegate.events FINAL WHERE event_id = 'shared'"
                            + " GROUP BY ALL ORDER BY tenant"))
                    .isEqualTo("acme\tacme\t1\nglobex\tglobex\t1");
            client.delete(batch);
        }
    }

    private static <T> ClickHouseCommittable batch(RowEncoder<T> encoder, List<T> rows) throws Exception {
        ClickHouseWriter<T> writer = new ClickHouseWriter<>(
                encoder,
                1,
                BatchLimits.DEFAULT,
                "test",
                ClickHouseCommittable.NOT_RESTORED,
                UnregisteredMetricsGroup.createSinkWriterMetricGroup(),
                Clock.systemUTC());
        for (T row : rows) {
            writer.write(row, null);
        }
        return writer.prepareCommit().iterator().next();
    }

    private static <T> void assertFound(RowEncoder<T> encoder, T row) throws Exception {
        ClickHouseCommittable batch = batch(encoder, List.of(row));
        try (ClickHouseClient client = new ClickHouseClient(
                ClickHouseClientConfig.of(servers.clickHouse().uri()))) {
            client.insert(batch, batch.batchId().toString());
            assertThat(client.count(batch)).isEqualTo(1);
            client.delete(batch);
            assertThat(client.count(batch)).isZero();
        }
    }

    private static JobClient start() throws Exception {
        Configuration config = new Configuration();
        config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300));
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
        config.set(PipelineOptions.GENERIC_TYPES, false);
        config.set(PipelineOptions.OBJECT_REUSE, true);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setParallelism(2);
        new ArchiveJob().define(env, servers.config());
        return env.executeAsync("archive");
    }

    /** Bytes that don't get smaller by compression. */
    private static byte[] largePoison(int length) {
        byte[] poison = new byte[length];
        new Random(7).nextBytes(poison);
        poison[0] = (byte) 0xff;
        poison[1] = (byte) 0x07;
        return poison;
    }

    /** One of each type in turn; every other one of a month long ago. */
    private static Event event(int i) {
        Event.Builder event = Event.newBuilder()
                .setEventId("e" + i)
                .setUserId("u" + i)
                .setTenant("t1")
                .setOccurredAtMs(i / 10 % 2 == 0 ? NOON : LAST_OCTOBER)
                .setIngestedAtMs(NOON)
                .setIp("10.0.0.5")
                .setDeviceId("d5")
                .setCountry("AT")
                .putAttributes("k", "v")
                .putAttributes("ß", "€");
        String post = "p" + i;
        switch (i % 10) {
            case 0 -> event.setPost(Post.newBuilder().setPostId(post));
            case 1 -> event.setLike(Like.newBuilder().setPostId(post).setAuthorId("author"));
            case 2 -> event.setUnlike(Unlike.newBuilder().setPostId(post).setAuthorId("author"));
            case 3 -> event.setShare(Share.newBuilder().setPostId(post).setAuthorId("author"));
            case 4 ->
                event.setComment(Comment.newBuilder()
                        .setPostId(post)
                        .setAuthorId("author")
                        .setCommentId("c" + i));
            case 5 ->
                event.setBet(Bet.newBuilder()
                        .setBetId("b" + i)
                        .setGameId("g" + i)
                        .setAmountE4(255_000)
                        .setCurrency("EUR")
                        .setOddsE4(17_500)
                        .setBetType("single")
                        .setChannel("web")
                        .setCity("Vienna")
                        .setDeviceType("phone"));
            case 6 ->
                event.setBetOutcome(BetOutcome.newBuilder()
                        .setBetId("b" + i)
                        .setGameId("g" + i)
                        .setResult(BetResult.BET_RESULT_WIN)
                        .setPayoutE4(250_000)
                        .setCurrency("EUR"));
            case 7 -> event.setDeposit(Deposit.newBuilder().setAmountE4(247_500).setMethod("card"));
            case 8 ->
                event.setWithdrawal(Withdrawal.newBuilder().setAmountE4(247_500).setMethod("bank"));
            default -> event.setLogin(Login.getDefaultInstance());
        }
        return event.build();
    }

    private static Alert alert(String id) {
        return Alert.newBuilder()
                .setAlertId(id)
                .setKind(AlertKind.ALERT_KIND_FRAUD)
                .setRuleId("rapid-bets")
                .setRuleVersion(3)
                .setSubject("u7")
                .setSeverity(Severity.SEVERITY_WARNING)
                .setMessage("much")
                .addEventIds("e1")
                .addEventIds("e2")
                .setDetectedAtMs(NOON)
                .setStartedAtMs(NOON)
                .setTenant("acme")
                .build();
    }

    private static LedgerEntry accepted(long records) {
        return LedgerEntry.newBuilder()
                .setAccepted(Accepted.newBuilder()
                        .setGateway("gateway-1")
                        .setTopic(Topics.EVENTS)
                        .setPartition(1)
                        .setMinuteMs(NOON)
                        .setRecords(records))
                .build();
    }

    private static Notification notification(String id) {
        return Notification.newBuilder()
                .setNotificationId(id)
                .setKind(NotificationKind.NOTIFICATION_KIND_MILESTONE)
                .setRecipient("u1")
                .setMessage("ten")
                .setCreatedAtMs(NOON)
                .setMilestone(Milestone.newBuilder().setPostId("p1").setLikes(10))
                .setTenant("globex")
                .build();
    }

    private static void sendEvents(KafkaProducer<byte[], byte[]> producer, List<Event> events) {
        for (Event event : events) {
            send(producer, Topics.EVENTS, event.getUserId(), event);
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String key, MessageLite message) {
        producer.send(new ProducerRecord<>(topic, bytes(key), message.toByteArray()));
    }

    /** What a detection job wrote and took back. */
    private static void abortedAlert() {
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "archive-test"))) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, Topics.ALERTS, "s", alert("aborted"));
            producer.flush();
            producer.abortTransaction();
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", servers.kafka());
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static List<ConsumerRecord<byte[], byte[]>> deadLetters(int expected) {
        Map<String, Object> config = Map.of("bootstrap.servers", servers.kafka(), "isolation.level", "read_committed");
        List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.EVENTS_DLQ).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(letters::add);
                return letters.size() >= expected;
            });
        }
        return letters;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static void awaitRows(String table, long rows) {
        awaitRows(table, rows, Awaitility.await());
    }

    private static void awaitRows(String table, long rows, ConditionFactory patience) {
        patience.atMost(Duration.ofSeconds(90)).ignoreExceptions().untilAsserted(() -> assertThat(
                        query("SELECT count() FROM tidegate." + table + " FINAL"))
                .isEqualTo(Long.toString(rows)));
    }

    private static void assertNeverRestarted(MiniCluster flink, JobClient job) throws Exception {
        List<String> failures = new ArrayList<>();
        flink.getExecutionGraphInfo(job.getJobID())
                .get()
                .getExceptionHistory()
                .forEach(failure -> failures.add(failure.getExceptionAsString()));
        assertThat(failures).as("what the job restarted for").isEmpty();
    }

    private static String query(String sql) throws IOException {
        return servers.clickHouse().query(sql).stripTrailing();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
