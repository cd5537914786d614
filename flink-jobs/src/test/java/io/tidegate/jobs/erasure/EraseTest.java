package io.tidegate.jobs.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Delivery;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One person's data goes, everybody else's stays: on the real engine and broker. */
class EraseTest {

    private static final String NOW = "now64(3)";

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;
    private static KafkaBroker broker;

    private record Outcome(int status, String receipt) {}

    @BeforeAll
    static void startServers() throws IOException {
        clickHouse = ClickHouseProcess.start(data.resolve("clickhouse"));
        Migrations.apply(clickHouse.uri(), Path.of("..", "sql", "clickhouse"));
        broker = KafkaBroker.start(data.resolve("kafka"));
        TopicSetup.ensure(broker.bootstrapServers(), 2);
    }

    @AfterAll
    static void stopServers() throws IOException {
        broker.close();
        clickHouse.close();
    }

    @Test
    void everythingOfTheUserGoesAndNothingElse() throws Exception {
        // Given u.1 of tenant t, the same id without a tenant and in another, and ids that look alike
        event("u.1", "t", "");
        event("u.1", "t", "u.1");
        event("u.1", "", "");
        event("u.1", "other", "");
        event("ux1", "t", "");
        event("fan", "t", "u.1");
        event("fan", "other", "u.1");
        alert("u.1", "t", "User u.1 placed 20 bets.");
        alert("u.1", "", "User u.1 placed 20 bets.");
        alert("device:d", "t", "3 users logged in on device d: u.1, u2, u3.");
        alert("device:e", "t", "3 users logged in on device e: ux1, u.12, u3.");
        notification("u.1", "t");
        notification("u.1", "other");
        List<String> keys =
                List.of("user/u.1\0t", "push/u.1\0t/phone", "user/u.1", "push/u.12\0t/phone", "webhook/u.1");
        for (String key : keys) {
            send(Topics.NOTIFIER_SETTINGS, 0, key, new byte[] {1, 2, 3});
        }
        send(Topics.NOTIFIER_DELIVERIES, 1, "d1", delivery("email:u.1\0t"));
        send(Topics.NOTIFIER_DELIVERIES, 0, "d2", delivery("push:u.1\0t:phone"));
        send(Topics.NOTIFIER_DELIVERIES, 0, "d3", delivery("email:u.1"));
        send(Topics.NOTIFIER_DELIVERIES, 0, "d4", delivery("push:u.1\0t:tablet"));
        send(Topics.NOTIFIER_DELIVERIES, 0, "d4", null);
        String everything = rows();

        // When it is only counted
        Outcome counted = erase("u.1", "--tenant", "t");

        // Then
        assertThat(counted.status()).isZero();
        assertThat(counted.receipt()).contains("\"applied\": false").contains("\"removed\": 2");
        assertThat(rows()).isEqualTo(everything);
        assertThat(live(Topics.NOTIFIER_SETTINGS)).hasSize(5);

        // When
        Path file = data.resolve("receipt.json");
        Instant before = Instant.now();
        Outcome erased = erase("u.1", "--tenant", "t", "--apply", "--receipt", file.toString());

        // Then
        assertThat(erased.status()).isZero();
        assertThat(erased.receipt())
                .isEqualTo(Files.readString(file))
                .contains("\"user\": \"u.1\"", "\"tenant\": \"t\"", "\"applied\": true")
                .contains("{\"table\": \"events\", \"shard\": 1, \"removed\": 2}")
                .contains("{\"table\": \"events\", \"shard\": 1, \"anonymised\": 1}")
                .contains("{\"table\": \"alerts\", \"shard\": 1, \"removed\": 1}")
                .contains("{\"table\": \"alerts\", \"shard\": 1, \"anonymised\": 1}")
                .contains("{\"table\": \"notifications\", \"shard\": 1, \"removed\": 1}")
                .contains("{\"topic\": \"notifier.settings\", \"keys\": 2}")
                .contains("{\"topic\": \"notifier.deliveries\", \"keys\": 2}");
        assertThat(tables(counted)).as("what was counted").isEqualTo(tables(erased));
        Matcher events = Pattern.compile("\\{\"topic\": \"events\", \"goneBy\": \"([^\"]+)\"}")
                .matcher(erased.receipt());
        assertThat(events.find()).isTrue();
        assertThat(Instant.parse(events.group(1)))
                .as("a week, and the time until the segment is closed")
                .isAfterOrEqualTo(before.plus(Duration.ofDays(7)))
                .isBefore(Instant.now().plus(Duration.ofDays(15)));

        assertThat(rows().split("\n"))
                .containsExactlyInAnyOrder(
                        "events\tu.1\t\t",
                        "events\tu.1\tother\t",
                        "events\tux1\tt\t",
                        "events\tfan\tt\t",
                        "events\tfan\tother\tu.1",
                        "alerts\tu.1\t\tUser u.1 placed 20 bets.",
                        "alerts\tdevice:d\tt\tThe message named a user whose data was erased.",
                        "alerts\tdevice:e\tt\t3 users logged in on device e: ux1, u.12, u3.",
                        "notifications\tu.1\tother\t");
        assertThat(live(Topics.NOTIFIER_SETTINGS)).containsOnlyKeys("user/u.1", "push/u.12\0t/phone", "webhook/u.1");
        assertThat(live(Topics.NOTIFIER_DELIVERIES)).containsOnlyKeys("d3");

        // When it is run again, then there is nothing to do
        assertThat(erase("u.1", "--tenant", "t", "--apply").receipt())
                .doesNotContainPattern("\"(removed|anonymised|keys)\": [1-9]");
    }

    private static String tables(Outcome outcome) {
        return outcome.receipt()
                .substring(
                        outcome.receipt().indexOf("\"tables\""),
                        outcome.receipt().indexOf("\"expiring\""));
    }

    @Test
    void unusableArgumentsAreRefused() throws IOException {
        Path there = Files.writeString(data.resolve("there.json"), "{}");

        assertThat(erase("").status()).isEqualTo(2);
        assertThat(erase("u1", "--receipt", there.toString()).status()).isEqualTo(2);
        assertThat(Files.readString(there)).isEqualTo("{}");
    }

    @Test
    void aUserIdIsNeverSql() throws Exception {
        String everything = rows();

        Outcome outcome = erase("x' OR 1 = 1 OR user_id = '\\", "--apply");

        assertThat(outcome.status()).isZero();
        assertThat(outcome.receipt()).contains("\"user\": \"x' OR 1 = 1 OR user_id = '\\\\\"");
        assertThat(rows()).isEqualTo(everything);
    }

    private static Outcome erase(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(
                "--kafka",
                broker.bootstrapServers(),
                "--clickhouse",
                clickHouse.uri().toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = EraseMain.run(new PrintStream(out, true, StandardCharsets.UTF_8), all.toArray(String[]::new));
        return new Outcome(status, out.toString(StandardCharsets.UTF_8));
    }

    private static String rows() throws IOException {
        return clickHouse.query("SELECT 'events', user_id, tenant, author_id FROM tidegate.events"
                + " UNION ALL SELECT 'alerts', subject, tenant, message FROM tidegate.alerts"
                + " UNION ALL SELECT 'notifications', recipient, tenant, message FROM tidegate.notifications"
                + " ORDER BY ALL");
    }

    private static void event(String user, String tenant, String author) throws IOException {
        clickHouse.query("INSERT INTO tidegate.events (event_id, type, user_id, tenant, author_id, occurred_at,"
                + " ingested_at, appended_at) SELECT toString(generateUUIDv4()), 'like', '" + user + "', '" + tenant
                + "', '" + author + "', " + NOW + ", " + NOW + ", " + NOW);
    }

    private static void alert(String subject, String tenant, String message) throws IOException {
        clickHouse.query("INSERT INTO tidegate.alerts (alert_id, subject, tenant, message, detected_at, raised_at)"
                + " SELECT toString(generateUUIDv4()), '" + subject + "', '" + tenant + "', '" + message + "', " + NOW
                + ", " + NOW);
    }

    private static void notification(String recipient, String tenant) throws IOException {
        clickHouse.query(
                "INSERT INTO tidegate.notifications (notification_id, recipient, tenant, created_at, raised_at)"
                        + " SELECT toString(generateUUIDv4()), '" + recipient + "', '" + tenant + "', " + NOW + ", "
                        + NOW);
    }

    private static byte[] delivery(String target) {
        return Delivery.newBuilder().setTarget(target).build().toByteArray();
    }

    private static void send(String topic, int partition, String key, byte[] value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, partition, key.getBytes(StandardCharsets.UTF_8), value))
                    .get();
        }
    }

    /** The keys that have a value, by the newest record of each. */
    private static Map<String, byte[]> live(String topic) {
        Map<String, byte[]> live = new TreeMap<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.value() == null) {
                        live.remove(record.key());
                    } else {
                        live.put(record.key(), record.value());
                    }
                }
            }
        }
        return live;
    }
}
