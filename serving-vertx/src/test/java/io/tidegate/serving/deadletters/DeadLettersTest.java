package io.tidegate.serving.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as an operator runs it, against a real broker; dead letters as the archive writes them. */
class DeadLettersTest {

    private static final byte[] POISON = {(byte) 0xff, 0x1b, 0x02};
    private static final int PARTITIONS = 3;

    @TempDir
    static Path directory;

    private static KafkaProcess kafka;
    private static KafkaProducer<byte[], byte[]> producer;

    private record Run(int exitCode, String out, String err) {}

    @BeforeAll
    static void startBroker() {
        kafka = KafkaProcess.start(directory.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), PARTITIONS);
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterAll
    static void stopBroker() {
        producer.close();
        kafka.close();
    }

    @BeforeEach
    void noDeadLetters() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (String topic : List.of(Topics.EVENTS, Topics.EVENTS_DLQ)) {
                int partitions = admin.describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic)
                        .partitions()
                        .size();
                for (int partition = 0; partition < partitions; partition++) {
                    all.put(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(-1));
                }
            }
            admin.deleteRecords(all).all().get();
        }
    }

    @Test
    void whatIsSentBackIsWhatCameAndIsSentBackOnce() throws Exception {
        // Given
        Place first = deadLetter("u1", POISON, "undecodable");
        deadLetter("u2", like().toByteArray(), "unknown_type");
        deadLetter(null, POISON, "undecodable");

        // When
        Run once = dlq("redrive");
        Run twice = dlq("redrive");

        // Then
        assertThat(once.out()).isEqualTo("Sent back: 3\n");
        assertThat(twice.out()).isEqualTo("Sent back: 0\nSent back before: 3\n");
        List<ConsumerRecord<byte[], byte[]>> events = read(Topics.EVENTS);
        assertThat(events).hasSize(3);
        ConsumerRecord<byte[], byte[]> ofFirst = events.stream()
                .filter(record -> redrivenFrom(record).equals(first.toString()))
                .findFirst()
                .orElseThrow();
        assertThat(ofFirst.key()).isEqualTo(bytes("u1"));
        assertThat(ofFirst.value()).isEqualTo(POISON);
        assertThat(events.stream().filter(record -> record.key() == null))
                .singleElement()
                .satisfies(record -> assertThat(record.partition()).isEqualTo(2));
    }

    @Test
    void whoeverStoppedHalfWaySentNothingAndIsFencedOff() throws Exception {
        // Given a redrive that has sent a record back and died before it committed
        Place place = deadLetter("u1", POISON, "undecodable");
        try (KafkaProducer<byte[], byte[]> halfWay = redriving()) {
            halfWay.initTransactions();
            halfWay.beginTransaction();
            halfWay.send(new ProducerRecord<>(Topics.EVENTS, bytes("u1"), POISON));
            halfWay.send(new ProducerRecord<>(Topics.EVENTS_DLQ_REDRIVEN, bytes(place.toString()), bytes("me")));
            halfWay.flush();

            // When
            Run run = dlq("redrive");

            // Then
            assertThat(run.out()).isEqualTo("Sent back: 1\n");
            assertThat(read(Topics.EVENTS)).hasSize(1);
            assertThat(halfWay).satisfies(producer -> org.assertj.core.api.Assertions.assertThatThrownBy(
                            producer::commitTransaction)
                    .isInstanceOf(org.apache.kafka.common.KafkaException.class));
        }
    }

    @Test
    void whatFailedAgainStaysUnlessItIsAskedFor() throws Exception {
        // Given
        deadLetter("u1", POISON, "undecodable", new RecordHeader(DeadLetterHeaders.REDRIVEN_FROM, bytes("0/1")));

        // Then
        assertThat(dlq("redrive").out())
                .isEqualTo("Sent back: 0\nFailed again after they had been sent back (--again sends them): 1\n");
        assertThat(dlq("redrive", "--again").out()).isEqualTo("Sent back: 1\n");
        assertThat(dlq("redrive", "--again").out()).isEqualTo("Sent back: 0\nSent back before: 1\n");
        assertThat(read(Topics.EVENTS)).hasSize(1);
    }

    @Test
    void onlyWhatIsMeantIsSentBackAndADryRunSendsNothing() throws Exception {
        // Given
        deadLetter("u1", POISON, "undecodable");
        deadLetter("u2", POISON, "missing_field");

        // Then
        assertThat(dlq("redrive", "--reason", "missing_field", "--dry-run").out())
                .isEqualTo("Would be sent back: 1\n");
        assertThat(read(Topics.EVENTS)).isEmpty();
        assertThat(dlq("redrive", "--to", "2020-01-01T00:00:00Z").out()).isEqualTo("Sent back: 0\n");
        assertThat(dlq("redrive", "--reason", "missing_field", "--stage", "archive/decode")
                        .out())
                .isEqualTo("Sent back: 1\n");
        assertThat(read(Topics.EVENTS)).singleElement().satisfies(record -> assertThat(record.key())
                .isEqualTo(bytes("u2")));
    }

    @Test
    void aHeaderThatNamesAnotherTopicLeadsNowhere() throws Exception {
        producer.send(new ProducerRecord<>(
                        Topics.EVENTS_DLQ,
                        null,
                        bytes("k"),
                        POISON,
                        List.of(new RecordHeader(DeadLetterHeaders.ORIGINAL_TOPIC, bytes(Topics.RULES)))))
                .get();

        assertThat(dlq("redrive").out()).isEqualTo("Sent back: 0\nName no topic to go back to: 1\n");
    }

    @Test
    void theListCountsByKindAndNamesTheNewest() throws Exception {
        // Given
        deadLetter("u1", POISON, "undecodable");
        Place sentBack = deadLetter("u2", POISON, "undecodable");
        Place newest = deadLetter("u3", POISON, "missing_field\u001b[2J");
        dlq("redrive", "--reason", "undecodable");

        // When
        Run run = dlq("list", "--newest", "2");

        // Then
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .contains("2 2 undecodable archive/decode events")
                // What a terminal would obey isn't printed.
                .contains("1 0 missing_field?[2J archive/decode events")
                .anyMatch(line -> line.startsWith(newest.toString()))
                .anyMatch(line -> line.startsWith(sentBack.toString()) && line.endsWith("(redriven)"))
                .hasSize(7);
    }

    @Test
    void oneIsShownWithItsBytesAndItsFields() throws Exception {
        // Given
        Place readable = deadLetter("u1", like().toByteArray(), "missing_field");
        Place unreadable = deadLetter("u1", POISON, "undecodable");

        // Then
        assertThat(dlq("show", readable.toString()).out())
                .contains("reason      missing_field")
                .contains("original    topic events, partition 2, offset 77, appended 2026-11-15T12:00:00Z")
                .contains("post_id: \"pörtly\"")
                .contains("75 31");
        assertThat(dlq("show", unreadable.toString()).out())
                .contains("ff 1b 02")
                .contains("no protobuf");
        assertThat(dlq("show", "0/999999999").exitCode()).isEqualTo(1);
        assertThat(dlq("show", "seven").exitCode()).isEqualTo(2);
    }

    @Test
    void aPlatformOnThisMachineIsFoundByItsDirectory() throws Exception {
        // Given
        Path cluster = Files.createDirectories(directory.resolve("a-cluster"));
        Files.writeString(
                cluster.resolve("cluster.json"),
                "{\"ports\":{\"kafka\":1},\"kafka\":\"" + kafka.bootstrapServers() + "\",\"gateway\":\"x\"}");
        Path demo = Files.createDirectories(directory.resolve("a-demo"));
        Files.writeString(
                demo.resolve("ports.properties"),
                "http.port=1\nkafka.port=" + kafka.bootstrapServers().replaceAll(".*:", "") + "\n");

        // Then
        assertThat(run("list", "--dir", cluster.toString()).out()).isEqualTo("No dead letters.\n");
        assertThat(run("list", "--dir", demo.toString()).out()).isEqualTo("No dead letters.\n");
        Run nowhere = run("list", "--dir", directory.toString());
        assertThat(nowhere.exitCode()).isEqualTo(1);
        assertThat(nowhere.err()).contains("--kafka").hasLineCount(1);
        assertThat(run("list").exitCode()).isEqualTo(2);
    }

    private static Run dlq(String command, String... args) {
        List<String> all = new ArrayList<>(List.of(command, "--kafka", kafka.bootstrapServers()));
        all.addAll(List.of(args));
        return run(all.toArray(String[]::new));
    }

    private static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = DeadLettersMain.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Run(exitCode, out.toString(), err.toString());
    }

    private static Event like() {
        return Event.newBuilder()
                .setUserId("u1")
                .setLike(Like.newBuilder().setPostId("pörtly"))
                .build();
    }

    private static Place deadLetter(String key, byte[] value, String reason, Header... more) throws Exception {
        List<Header> headers = new ArrayList<>(List.of(
                header(DeadLetterHeaders.REASON, reason),
                header(DeadLetterHeaders.DETAIL, "bad"),
                header(DeadLetterHeaders.STAGE, "archive/decode"),
                header(DeadLetterHeaders.ORIGINAL_TOPIC, Topics.EVENTS),
                header(DeadLetterHeaders.ORIGINAL_PARTITION, "2"),
                header(DeadLetterHeaders.ORIGINAL_OFFSET, "77"),
                header(DeadLetterHeaders.ORIGINAL_TIMESTAMP, "1794744000000")));
        headers.addAll(List.of(more));
        try {
            var written = producer.send(new ProducerRecord<>(
                            Topics.EVENTS_DLQ, null, key == null ? null : bytes(key), value, headers))
                    .get();
            return new Place(written.partition(), written.offset());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, bytes(value));
    }

    private static KafkaProducer<byte[], byte[]> redriving() {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka.bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        Redrive.TRANSACTIONAL_ID),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static String redrivenFrom(ConsumerRecord<byte[], byte[]> record) {
        return new String(
                record.headers().lastHeader(DeadLetterHeaders.REDRIVEN_FROM).value(), StandardCharsets.UTF_8);
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic) throws IOException {
        return WholeTopic.settled(kafka.bootstrapServers(), topic);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
