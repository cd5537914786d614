package io.tidegate.jobs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Rule;
import io.tidegate.jobs.Servers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Backup, wreck, restore: the whole servers are replaced by new ones in between. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BackupTest {

    private static final List<String> TABLES = List.of(
            "events",
            "alerts",
            "notifications",
            "event_counts_1m",
            "post_activity_1m",
            "bet_stats_1m",
            "completeness_1m");

    private record Outcome(int status, String out) {}

    @TempDir
    static Path data;

    private static Path backup;
    private static Servers servers;
    private static String stored;
    private static List<String> kept;

    @BeforeAll
    static void fillAndBackUp() throws Exception {
        servers = Servers.start(data.resolve("before"), 2);
        fill();
        stored = stored();
        kept = kept();
        backup = data.resolve("backup");
        Path job = Files.createDirectories(data.resolve("flink/fraud"));
        for (String savepoint : List.of("chk-2", "chk-10")) {
            Files.writeString(Files.createDirectories(job.resolve(savepoint)).resolve("_metadata"), "x");
        }
        Files.setLastModifiedTime(
                job.resolve("chk-2/_metadata"), FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));

        Outcome outcome = backUp(backup, "--flink", data.resolve("flink").toString());

        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("5010 rows of 7 tables").contains("1 savepoints");
    }

    @AfterAll
    static void stop() throws IOException {
        servers.close();
    }

    @Test
    @Order(1)
    void itIsRefusedWhereThereAreRowsOrRecords() throws Exception {
        assertThat(restore(backup).status()).isEqualTo(3);
        assertThat(restore(backup, "--no-topics").status()).isEqualTo(3);
        assertThat(restore(backup, "--no-tables").status()).isEqualTo(3);
        assertThat(backUp(backup).status()).as("over another backup").isEqualTo(2);
        assertThat(stored()).isEqualTo(stored);
        assertThat(kept()).isEqualTo(kept);
    }

    @Test
    @Order(2)
    void aDamagedBackupIsRefusedBeforeAnythingIsWritten() throws Exception {
        Path file = backup.resolve("clickhouse/shard-1/events/202611.tsv.gz");
        byte[] good = Files.readAllBytes(file);
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 1;

        Files.write(file, bad);
        assertThat(restore(backup, "--check").status()).isEqualTo(3);
        Files.delete(file);
        assertThat(restore(backup, "--check").status()).isEqualTo(3);
        Files.write(file, good);

        Path manifest = backup.resolve(Manifest.FILE);
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replaceFirst("\tevents\t202611\t\\d+", "\tevents\t202611\t1"));
        assertThat(restore(backup, "--check").status()).isEqualTo(3);
        Files.writeString(manifest, text.substring(0, text.length() / 2));
        assertThat(restore(backup, "--check").status()).isEqualTo(3);
        Files.delete(manifest);
        assertThat(restore(backup, "--check").status()).isEqualTo(3);
        Files.writeString(manifest, text);

        assertThat(restore(backup, "--check").status()).isZero();
        assertThat(restore(backup, "--check", "--clickhouse", "nonsense").status())
                .as("asks nobody")
                .isZero();
    }

    @Test
    @Order(3)
    void itSaysWhereTheGroupsAndTheNewestSavepointStood() throws Exception {
        Manifest manifest = Manifest.read(backup);

        assertThat(manifest.positions())
                .contains(
                        new Manifest.Position("job", Topics.EVENTS, 0, 7),
                        new Manifest.Position("-", Topics.RULES, 0, 4));
        assertThat(manifest.savepoints())
                .extracting(Manifest.Savepoint::path)
                .containsExactly(
                        data.resolve("flink/fraud/chk-10").toAbsolutePath().toString());
    }

    @Test
    @Order(4)
    void afterTheLossOfEverythingAllIsBack() throws Exception {
        // Given
        servers.close();
        servers = Servers.start(data.resolve("after"), 2);

        // When
        Outcome outcome = restore(backup);

        // Then
        assertThat(outcome.out()).contains("5010 rows are back and compared").contains("chk-10");
        assertThat(outcome.status()).isZero();
        assertThat(stored()).isEqualTo(stored);
        assertThat(kept()).isEqualTo(kept);
        // And merges go on: superseded rows of one key become one.
        servers.clickHouse().query("OPTIMIZE TABLE tidegate.event_counts_1m FINAL");
        assertThat(servers.clickHouse().query("SELECT count() FROM tidegate.event_counts_1m"))
                .isEqualTo("1\n");

        // And a second restore is refused
        assertThat(restore(backup).status()).isEqualTo(3);
    }

    @Test
    @Order(5)
    void rowsThatAreNotStoredAsTheyWereAreNoticed() throws Exception {
        // Given a row that can't be written
        empty();
        servers.clickHouse().query("ALTER TABLE tidegate.events ADD CONSTRAINT none CHECK user_id != 'u7'");

        // Then
        assertThat(restore(backup, "--no-topics").status()).isEqualTo(1);

        // Given a column that cuts values off
        empty();
        servers.clickHouse().query("ALTER TABLE tidegate.events DROP CONSTRAINT none");
        servers.clickHouse().query("ALTER TABLE tidegate.events MODIFY COLUMN amount Decimal(18, 2)");

        // Then
        assertThat(restore(backup, "--no-topics").status()).isEqualTo(3);
        assertThat(servers.clickHouse().query("SELECT count() FROM tidegate.events"))
                .as("refused after it was written")
                .isNotEqualTo("0\n");
    }

    private static void empty() throws IOException {
        for (String table : TABLES) {
            servers.clickHouse().query("TRUNCATE TABLE tidegate." + table);
        }
    }

    private static void fill() throws Exception {
        servers.clickHouse()
                .query("INSERT INTO tidegate.events (event_id, type, user_id, tenant, amount, attributes, occurred_at,"
                        + " ingested_at, appended_at, kafka_offset, _batch_id) SELECT toString(number), 'bet',"
                        + " 'u' || number % 100, 'a\\tb\\n\\\\' || number % 3, number / 10000,"
                        + " map('k', 'v' || number, 'it''s', '\\t'),"
                        + " toDateTime64('2026-10-20 00:00:00', 3, 'UTC') + number * 720.001,"
                        + " now64(3), now64(3), number, generateUUIDv4() FROM numbers(5000)");
        // Superseded rows, in parts of their own.
        servers.clickHouse().query("SYSTEM STOP MERGES tidegate.event_counts_1m");
        for (int version : new int[] {1, 2, 3}) {
            servers.clickHouse()
                    .query("INSERT INTO tidegate.event_counts_1m (window_start, type, events, version, updated_at,"
                            + " _batch_id) SELECT '2026-11-01 00:00:00', 'bet', " + version + ", " + version
                            + ", now64(3), generateUUIDv4()");
        }
        servers.clickHouse()
                .query("INSERT INTO tidegate.alerts (alert_id, event_ids, message, detected_at, raised_at)"
                        + " SELECT 'a1', ['x', 'it''s'], 'Grüße, 你好', now64(3), now64(3)");
        servers.clickHouse()
                .query("INSERT INTO tidegate.notifications (notification_id, data, created_at, raised_at)"
                        + " SELECT 'n' || number, '{\"a\": \"\\\\\"\"}', now64(3), now64(3) FROM numbers(6)");
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int version = 1; version <= 3; version++) {
                byte[] rule = Rule.newBuilder()
                        .setRuleId("rapid-bets")
                        .setVersion(version)
                        .build()
                        .toByteArray();
                producer.send(new ProducerRecord<>(Topics.RULES, bytes("rapid-bets"), rule))
                        .get();
            }
            producer.send(new ProducerRecord<>(Topics.RULES, bytes("gone"), null))
                    .get();
            RecordHeaders headers = new RecordHeaders();
            headers.add("reason", bytes("because\t"));
            headers.add("none", null);
            producer.send(new ProducerRecord<>(Topics.COUNTERS, 1, bytes("post/p\u00e4"), bytes("\0\1"), headers))
                    .get();
        }
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers.kafka()))) {
            admin.alterConsumerGroupOffsets(
                            "job", Map.of(new TopicPartition(Topics.EVENTS, 0), new OffsetAndMetadata(7)))
                    .all()
                    .get();
        }
    }

    /** Of each table and partition: rows and every value, as they are read. */
    private static String stored() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String table : TABLES) {
            all.append(servers.clickHouse()
                    .query("SELECT '" + table
                            + "', _partition_id, count(), uniqExact(cityHash64(*)), sum(cityHash64(*))"
                            + " FROM tidegate." + table + " FINAL GROUP BY 2 ORDER BY 2"));
        }
        return all.toString();
    }

    private static List<String> kept() {
        List<String> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers.kafka()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            for (String topic : KeptTopics.NAMES) {
                List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .toList();
                consumer.assign(partitions);
                consumer.seekToBeginning(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                        records.add(topic
                                + record.partition()
                                + ' '
                                + text(record.key())
                                + ' '
                                + text(record.value())
                                + ' '
                                + record.headers());
                    }
                }
            }
        }
        return records;
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "none" : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", servers.kafka()), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static Outcome backUp(Path to, String... more) {
        return run(BackupMain::run, "--to", to, more);
    }

    private static Outcome restore(Path from, String... more) {
        return run(RestoreMain::run, "--from", from, more);
    }

    private interface Tool {
        int run(PrintStream out, String... args);
    }

    private static Outcome run(Tool tool, String option, Path directory, String... more) {
        List<String> args = new ArrayList<>(List.of(option, directory.toString(), "--kafka", servers.kafka()));
        if (!List.of(more).contains("--clickhouse")) {
            args.addAll(List.of("--clickhouse", servers.clickHouse().uri().toString()));
        }
        args.addAll(List.of(more));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = tool.run(new PrintStream(out, true, StandardCharsets.UTF_8), args.toArray(String[]::new));
        return new Outcome(status, out.toString(StandardCharsets.UTF_8));
    }
}
