package io.tidegate.serving.completeness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Accepted;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.query.QueryConfig;
import io.tidegate.serving.query.QueryModule;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateways look at the same books, on a real broker and two real engines as two shards; the archive's rows are put there by
 * hand. One story, because a minute of the books is one of the clock.
 */
class CompletenessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVENT_COLUMNS =
            "(event_id, type, user_id, occurred_at, ingested_at, appended_at, kafka_partition, kafka_offset)";

    @TempDir
    static Path directory;

    /** Real time, and what the test adds to it. */
    private static final class MovableClock extends Clock {

        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** One gateway's share. */
    private static final class Watcher implements AutoCloseable {

        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final QueryModule queries;
        private final CompletenessModule completeness;

        Watcher(String name) {
            Ledger ledger = new Ledger();
            GatewayConfig.ClickHouse store = new GatewayConfig.ClickHouse(
                    first.uri(),
                    List.of(first.uri(), second.uri()),
                    "tidegate",
                    "default",
                    "",
                    Duration.ofSeconds(5),
                    2);
            queries = new QueryModule(store, QueryConfig.DEFAULT, ledger, Duration.ofMinutes(1), meters);
            completeness = new CompletenessModule(
                    vertx,
                    new CompletenessConfig(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofHours(1)),
                    ledger,
                    queries::completeness,
                    kafka.bootstrapServers(),
                    name,
                    meters,
                    CLOCK);
            TestGateway.await(completeness.start());
        }

        double missing(String topic) {
            return meters.get("tidegate.completeness.difference")
                    .tag("topic", topic)
                    .tag("kind", "missing")
                    .gauge()
                    .value();
        }

        double comparisons() {
            return meters.get("tidegate.completeness.comparisons")
                    .tag("outcome", "ok")
                    .counter()
                    .count();
        }

        /** What it sees now has had every chance to be told. */
        void comparesAgain() {
            double before = comparisons();
            await().atMost(PATIENCE).until(() -> comparisons() >= before + 3);
        }

        @Override
        public void close() {
            TestGateway.await(completeness.stop());
            TestGateway.await(queries.stop());
        }
    }

    private static final MovableClock CLOCK = new MovableClock();
    private static ClickHouseProcess first;
    private static ClickHouseProcess second;
    private static KafkaProcess kafka;
    private static Vertx vertx;
    private static KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    static void start() throws IOException {
        first = ClickHouseProcess.start(directory.resolve("first"));
        second = ClickHouseProcess.start(directory.resolve("second"));
        for (ClickHouseProcess shard : List.of(first, second)) {
            Migrations.apply(shard.uri(), Path.of("../sql/clickhouse"));
        }
        kafka = KafkaProcess.start(directory.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), 2);
        vertx = Vertx.vertx();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterAll
    static void stop() throws IOException {
        producer.close();
        TestGateway.await(vertx.close());
        kafka.close();
        first.close();
        second.close();
    }

    @Test
    void aLostRowIsSeenAndToldOnceAndSoIsItsReturn() throws Exception {
        // Given an hour-old beginning of the books, and a settled minute of 20 events on two shards
        Instant minute = CLOCK.instant().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(4));
        books(minute.minus(Duration.ofMinutes(50)), 0, 0, 0, 0);
        books(minute, 0, 13, 2, 1);
        books(minute, 1, 10, 0, 0);
        accepted("g1", minute, 0, 8);
        accepted("g2", minute, 0, 5);
        // This one was killed before it could say how many it had accepted.
        accepted("g1", minute, 1, 3);
        for (int i = 0; i < 20; i++) {
            event(i % 3 == 0 ? second : first, i, minute, i < 10 ? 0 : 1);
        }
        try (Watcher one = new Watcher("one");
                Watcher other = new Watcher("other");
                TestGateway gateway = TestGateway.start(vertx, directory, one.queries)) {
            String analyst = gateway.token("ana", "analyst");
            one.comparesAgain();
            other.comparesAgain();
            assertThat(alerts()).isEmpty();
            assertThat(get(gateway, analyst, "?topic=events"))
                    .filteredOn(row -> row.getInteger("partition") == 0 && row.getInteger("onTopic") > 0)
                    .singleElement()
                    .isEqualTo(new JsonObject()
                            .put("minute", minute.toString())
                            .put("topic", "events")
                            .put("partition", 0)
                            .put("accepted", 13)
                            .put("onTopic", 13)
                            .put("repeated", 2)
                            .put("deadLetters", 1)
                            .put("stored", 10)
                            .put("difference", 0)
                            .put("state", "complete"));

            // When
            first.query("ALTER TABLE tidegate.events DELETE WHERE event_id = 'e4' SETTINGS mutations_sync = 1");

            // Then
            await().atMost(PATIENCE).until(() -> one.missing("events") == 1 && other.missing("events") == 1);
            one.comparesAgain();
            other.comparesAgain();
            assertThat(alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.getKind()).isEqualTo(AlertKind.ALERT_KIND_SYSTEM);
                assertThat(alert.getRuleId()).isEqualTo("completeness");
                assertThat(alert.getMessage()).contains("1 of 10 records aren't stored (partition 0)");
            });
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(get(gateway, analyst, "?state=different"))
                    .singleElement()
                    .satisfies(row -> {
                        assertThat(row.getInteger("stored")).isEqualTo(9);
                        assertThat(row.getInteger("difference")).isEqualTo(1);
                    }));

            // When it is back
            event(first, 4, minute, 0);

            // Then
            await().atMost(PATIENCE).until(() -> alerts().size() == 2);
            one.comparesAgain();
            other.comparesAgain();
            assertThat(alerts()).extracting(Alert::getRuleId).containsExactly("completeness", "completeness-restored");
            assertThat(one.missing("events")).isZero();

            // When one store is away for longer than a minute
            second.kill();
            Instant later = CLOCK.instant().truncatedTo(ChronoUnit.MINUTES);
            accepted("g1", later, 1, 7);
            CLOCK.ahead = Duration.ofMinutes(3);

            // Then
            await().atMost(PATIENCE).until(() -> one.missing("events") == 7 && other.missing("events") == 7);
            await().atMost(PATIENCE).until(() -> alerts().size() == 3);

            // When it is back, and the archive has caught up
            second.restart();
            books(later, 1, 7, 0, 0);
            for (int i = 100; i < 107; i++) {
                event(second, i, later, 1);
            }

            // Then
            await().atMost(PATIENCE).until(() -> alerts().size() == 4);
            one.comparesAgain();
            other.comparesAgain();
            assertThat(alerts())
                    .extracting(Alert::getRuleId)
                    .containsExactly("completeness", "completeness-restored", "completeness", "completeness-restored");
            assertThat(alerts()).extracting(Alert::getAlertId).doesNotHaveDuplicates();
            assertThat(gateway.get("/api/v1/completeness", gateway.token("p", "producer"))
                            .statusCode())
                    .isEqualTo(403);
            HttpResponse<String> csv = gateway.get("/api/v1/completeness?format=csv", analyst);
            assertThat(csv.body())
                    .startsWith(
                            "minute,topic,partition,accepted,onTopic,repeated,deadLetters,stored,difference,state\r\n");
            assertThat(csv.headers().firstValue("ETag")).isPresent();
            assertThat(gateway.get("/api/v1/completeness?from=2026-01-01&to=2026-01-05", analyst)
                            .statusCode())
                    .isEqualTo(422);
            assertThat(gateway.get("/api/v1/completeness?topic=rules", analyst).statusCode())
                    .isEqualTo(400);
        }
    }

    private static List<JsonObject> get(TestGateway gateway, String token, String query) {
        HttpResponse<String> response = gateway.get("/api/v1/completeness" + query, token);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonArray(response.body())
                .stream().map(JsonObject.class::cast).toList();
    }

    /** As the archive writes them; both rows of a key are on the shard of its topic. */
    private static void books(Instant minute, int partition, long records, long repeated, long dead)
            throws IOException {
        second.query(
                "INSERT INTO tidegate.completeness_1m (minute, topic, topic_partition, counted_by, records, repeated,"
                        + " dead, version) VALUES (" + minute.getEpochSecond() + ", 'events', " + partition
                        + ", 'archive', "
                        + records + ", " + repeated + ", " + dead + ", 1)");
    }

    private static void event(ClickHouseProcess shard, int number, Instant minute, int partition) throws IOException {
        shard.query("INSERT INTO tidegate.events " + EVENT_COLUMNS + " VALUES ('e" + number + "', 'login', 'u" + number
                + "', '2026-01-01 00:00:00', now64(3), fromUnixTimestamp64Milli(toInt64("
                + minute.plusMillis(number * 100L).toEpochMilli() + "), 'UTC'), " + partition + ", " + number + ")");
    }

    private static void accepted(String gateway, Instant minute, int partition, long records) throws Exception {
        LedgerEntry entry = LedgerEntry.newBuilder()
                .setAccepted(Accepted.newBuilder()
                        .setGateway(gateway)
                        .setTopic(Topics.EVENTS)
                        .setPartition(partition)
                        .setMinuteMs(minute.toEpochMilli())
                        .setRecords(records))
                .build();
        producer.send(new ProducerRecord<>(
                        Topics.LEDGER,
                        (gateway + minute + partition).getBytes(StandardCharsets.UTF_8),
                        entry.toByteArray()))
                .get();
    }

    private static List<Alert> alerts() throws Exception {
        List<Alert> alerts = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : WholeTopic.committed(kafka.bootstrapServers(), Topics.ALERTS)) {
            alerts.add(Alert.parseFrom(record.value()));
        }
        return alerts;
    }
}
