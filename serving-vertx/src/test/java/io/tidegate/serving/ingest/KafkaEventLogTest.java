package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Accepted;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.LedgerEntry;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ingest against a real broker: what a 202 promises, and what happens while the broker is away. */
class KafkaEventLogTest {

    private static final int PARTITIONS = 4;
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(3);

    /** A broker's JVM starts within seconds, or within a minute on a machine that builds something else meanwhile. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private static Path data;

    private static KafkaProcess kafka;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Vertx vertx;
    private KafkaEventLog log;
    private TestGateway gateway;

    @BeforeAll
    static void startKafka() {
        kafka = KafkaProcess.start(data);
        TopicSetup.ensure(kafka.bootstrapServers(), PARTITIONS);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        GatewayConfig.Kafka config = new GatewayConfig.Kafka(
                kafka.bootstrapServers(), DELIVERY_TIMEOUT, Duration.ofMillis(5), Duration.ofMillis(50));
        GatewayConfig.Ingest limits = new GatewayConfig.Ingest(
                DataSize.ofMebibytes(5),
                DataSize.ofMebibytes(20),
                10_000,
                Duration.ofDays(30),
                Duration.ofMinutes(5),
                Instant.parse("2000-01-01T00:00:00Z"),
                DataSize.ofMebibytes(16),
                Duration.ofSeconds(10));
        IngestMetrics ingestMetrics = new IngestMetrics(metrics);
        log = new KafkaEventLog(vertx, config, limits.maxInFlight(), ingestMetrics);
        gateway = TestGateway.start(
                vertx, directory, new IngestRoutes(vertx, limits, ingestMetrics, Clock.systemUTC(), log));
        await().atMost(PATIENCE).until(log::available);
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private CompletableFuture<HttpResponse<String>> post(String body) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/events"))
                        .header("Authorization", "Bearer " + gateway.token("sender", "producer"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String login(String user, String eventId) {
        return "{\"type\":\"login\",\"userId\":\"" + user + "\",\"eventId\":\"" + eventId + "\"}";
    }

    private static List<ConsumerRecord<byte[], byte[]>> everything() throws IOException {
        return everything(Topics.EVENTS);
    }

    private static List<ConsumerRecord<byte[], byte[]>> everything(String topic) throws IOException {
        return WholeTopic.uncommitted(kafka.bootstrapServers(), topic);
    }

    private static Event parse(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Event.parseFrom(record.value());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** Event ids on the topic that begin like this, with how often each is there. */
    private static Map<String, Long> stored(String prefix) throws IOException {
        return everything().stream()
                .map(KafkaEventLogTest::parse)
                .filter(event -> event.getEventId().startsWith(prefix))
                .collect(Collectors.groupingBy(Event::getEventId, Collectors.counting()));
    }

    @Test
    void anAcknowledgedEventIsOnTheTopicUnderItsUser() throws IOException {
        String body = IntStream.range(0, 100)
                .mapToObj(i -> login("user-" + i % 10, "key-" + i))
                .collect(Collectors.joining(",", "[", "]"));

        assertThat(post(body).join().statusCode()).isEqualTo(202);

        List<ConsumerRecord<byte[], byte[]>> records = everything().stream()
                .filter(record -> parse(record).getEventId().startsWith("key-"))
                .toList();
        assertThat(records).hasSize(100);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Event event = parse(record);
            assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(event.getUserId());
            assertThat(record.partition()).isEqualTo(Utils.toPositive(Utils.murmur2(record.key())) % PARTITIONS);
            assertThat(event.hasLogin()).isTrue();
            assertThat(event.getIngestedAtMs()).isPositive();
        }
        // A user's events keep the order in which they were sent.
        List<String> ofOneUser = records.stream()
                .map(KafkaEventLogTest::parse)
                .filter(event -> event.getUserId().equals("user-3"))
                .map(Event::getEventId)
                .toList();
        assertThat(ofOneUser)
                .containsExactlyElementsOf(IntStream.range(0, 10)
                        .mapToObj(i -> "key-" + (i * 10 + 3))
                        .toList());
    }

    /** A minute of a partition. */
    private record Minute(int partition, long minuteMs) {}

    @Test
    void whatIsAcknowledgedIsInTheBooksByPartitionAndMinute() throws IOException {
        Map<Minute, Long> before = accepted();
        String body = IntStream.range(0, 100)
                .mapToObj(i -> login("user-" + i, "book-" + i))
                .collect(Collectors.joining(",", "[", "]"));

        assertThat(post(body).join().statusCode()).isEqualTo(202);

        Map<Minute, Long> onTopic = everything().stream()
                .filter(record -> parse(record).getEventId().startsWith("book-"))
                .collect(Collectors.groupingBy(
                        record -> new Minute(record.partition(), record.timestamp() / 60_000 * 60_000),
                        Collectors.counting()));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Map<Minute, Long> booked = accepted();
            before.forEach((minute, records) ->
                    booked.computeIfPresent(minute, (same, all) -> all.equals(records) ? null : all - records));
            assertThat(booked).isEqualTo(onTopic);
        });
    }

    /** The newest of each gateway's counts, added up. */
    private static Map<Minute, Long> accepted() throws IOException {
        Map<String, Accepted> newest = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : everything(Topics.LEDGER)) {
            try {
                newest.put(
                        new String(record.key(), StandardCharsets.UTF_8),
                        LedgerEntry.parseFrom(record.value()).getAccepted());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }
        return newest.values().stream()
                .collect(Collectors.groupingBy(
                        entry -> new Minute(entry.getPartition(), entry.getMinuteMs()),
                        Collectors.summingLong(Accepted::getRecords)));
    }

    @Test
    void everyPartitionIsTickedWithoutAnyEvents() throws IOException {
        Map<Integer, Long> before = ticks();

        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            Map<Integer, Long> now = ticks();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(now.getOrDefault(partition, 0L)).isGreaterThan(before.getOrDefault(partition, 0L) + 5);
            }
        });
        assertThat(metrics.get("tidegate.ingest.events.accepted").counter().count())
                .isZero();
    }

    private static Map<Integer, Long> ticks() throws IOException {
        return everything().stream()
                .filter(record -> parse(record).hasTick())
                .peek(record -> assertThat(record.key()).isNull())
                .collect(Collectors.groupingBy(ConsumerRecord::partition, Collectors.counting()));
    }

    @Test
    void whileTheBrokerIsAwayItIs503AndAfterwardsItGoesOnByItself() throws IOException {
        assertThat(post(login("u", "before-1")).join().statusCode()).isEqualTo(202);
        kafka.kill();

        // What is under way gets its answer within the delivery timeout …
        long start = System.nanoTime();
        HttpResponse<String> first = post(login("u", "away-1")).join();
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        assertThat(first.statusCode()).isEqualTo(503);
        assertThat(first.headers().firstValue("retry-after")).isPresent();
        assertThat(waited).isLessThan(DELIVERY_TIMEOUT.plusSeconds(5));
        assertThat(new JsonObject(first.body()).getString("code")).isEqualTo("log_unavailable");
        assertThat(log.available()).isFalse();
        assertThat(log.healthCheck().health().up()).isFalse();

        // … and then nobody waits any more.
        for (int i = 0; i < 50; i++) {
            long asked = System.nanoTime();
            assertThat(post(login("u", "away-2-" + i)).join().statusCode()).isEqualTo(503);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(DELIVERY_TIMEOUT);
        }
        assertThat(metrics.get("tidegate.ingest.in.flight").gauge().value()).isZero();

        kafka.restart();
        await().atMost(PATIENCE).until(log::available);
        assertThat(post(login("u", "after-1")).join().statusCode()).isEqualTo(202);
        assertThat(stored("before-")).containsOnlyKeys("before-1");
        assertThat(stored("after-")).containsOnlyKeys("after-1");
        assertThat(stored("away-2-")).isEmpty();
    }

    @Test
    void aBrokerThatFreezesAndComesBackLosesNothingThatWasAcknowledged() throws IOException {
        List<String> acknowledged = new ArrayList<>();
        kafka.freeze();
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(post(login("user-" + i, "frozen-" + i)));
        }
        kafka.thaw();
        for (int i = 0; i < waiting.size(); i++) {
            int status = waiting.get(i).join().statusCode();
            assertThat(status).isIn(202, 503);
            if (status == 202) {
                acknowledged.add("frozen-" + i);
            }
        }

        await().atMost(PATIENCE).until(log::available);
        assertThat(stored("frozen-").keySet()).containsAll(acknowledged);
    }

    @Test
    void aClientThatRepeatsWhatGot503EndsWithEveryEventAcknowledgedOnce() throws IOException {
        // Given a client that sends, with the same ids, until it gets 202, while the broker is killed and restarted.
        Set<String> acknowledged = new HashSet<>();
        for (int round = 0; round < 6; round++) {
            if (round == 2) {
                kafka.kill();
                CompletableFuture.runAsync(kafka::restart);
            }
            String id = "retry-" + round;
            await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> {
                int status = post(login("u", id)).join().statusCode();
                assertThat(status).isIn(202, 503);
                return status == 202;
            });
            acknowledged.add(id);
        }

        assertThat(stored("retry-").keySet()).isEqualTo(acknowledged);
    }
}
