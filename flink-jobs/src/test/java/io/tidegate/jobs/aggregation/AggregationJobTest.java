package io.tidegate.jobs.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.jobs.Servers;
import io.tidegate.jobs.source.TestStreams;
import io.tidegate.replay.oracle.EventCount;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleEvent;
import io.tidegate.replay.oracle.WindowTables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The job as it runs: a real broker, the real engine, Flink; task managers and the engine are lost on the way. */
class AggregationJobTest {

    private static final int PARTITIONS = 4;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestStreams.cluster();

    @TempDir
    static Path data;

    private static Servers servers;

    @BeforeAll
    static void startServers() throws IOException {
        servers = Servers.start(data, PARTITIONS);
    }

    @AfterAll
    static void stopServers() throws IOException {
        servers.close();
    }

    @Test
    void rowsAndCountersEqualTheOracleThoughTaskManagersAndTheEngineAreKilled(@InjectMiniCluster MiniCluster flink)
            throws Exception {
        // Given events of now, of hours ago and of 2004, repeats among them
        List<Arrival> arrivals =
                new RandomEvents(7).arrivals(1_200, System.currentTimeMillis(), Duration.ofMinutes(10));
        List<OracleEvent> events = arrivals.stream().map(Arrival::event).toList();
        JobClient job = start();

        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            // When
            send(producer, arrivals.subList(0, 400));
            awaitEvents(events.subList(0, 400));
            flink.terminateTaskManager(0).get();
            send(producer, arrivals.subList(400, 800));
            flink.startTaskManager();
            awaitEvents(events.subList(0, 800));
            servers.clickHouse().kill();
            send(producer, arrivals.subList(800, 1_000));
            servers.clickHouse().restart();
            flink.terminateTaskManager(0).get();
            flink.startTaskManager();
            send(producer, arrivals.subList(1_000, 1_200));

            // Then
            awaitEvents(events);
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                WindowTables<IOException> windows = WindowTables.of(AggregationJobTest::rows);
                assertThat(windows.postActivity()).isEqualTo(Oracle.postActivity(events));
                assertThat(windows.betStats()).isEqualTo(Oracle.betStats(events));
            });
            assertEventCounts(events);
            awaitCounters(PlainCounts.of(events));

            // When all of it is sent again, then nothing changes
            String before = checksums();
            send(producer, arrivals.subList(0, 1_200));
            // An event of a type of its own moment shows when the repeats have been read.
            OracleEvent last = OracleEvent.builder(EventType.LOGIN, "last", "u1", System.currentTimeMillis())
                    .build();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(
                        Topics.EVENTS,
                        partition,
                        bytes("last" + partition),
                        new Arrival(0, 0, 0, last)
                                .message().toBuilder()
                                        .setUserId("last" + partition)
                                        .build()
                                        .toByteArray()));
            }
            producer.flush();
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> number("SELECT sum(events) FROM tidegate.event_counts_1m FINAL")
                            == Oracle.distinct(events).size() + PARTITIONS);
            assertThat(checksums()).isEqualTo(before);

            // And the row of a window that isn't over is there, though nothing comes that would end it
            OracleEvent comment = OracleEvent.builder(EventType.COMMENT, "fresh", "u1", System.currentTimeMillis())
                    .post("fresh")
                    .build();
            send(producer, List.of(new Arrival(0, 0, comment.timeMs(), comment)));
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() ->
                            number("SELECT sum(comments) FROM tidegate.post_activity_1m FINAL WHERE post_id = 'fresh'")
                                    == 1);
        }
        job.cancel().get();
    }

    private static JobClient start() throws Exception {
        StreamExecutionEnvironment env = TestStreams.environment(2);
        Configuration configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        env.configure(configuration);
        new AggregationJob().define(env, servers.config());
        return env.executeAsync("aggregation");
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, List<Arrival> arrivals) {
        int sent = 0;
        for (Arrival arrival : arrivals) {
            if (sent++ % 100 == 0) {
                tick(producer);
            }
            producer.send(new ProducerRecord<>(
                    Topics.EVENTS,
                    bytes(arrival.event().userId()),
                    arrival.message().toByteArray()));
        }
        tick(producer);
        producer.flush();
    }

    private static void tick(KafkaProducer<byte[], byte[]> producer) {
        byte[] tick =
                Event.newBuilder().setTick(Tick.getDefaultInstance()).build().toByteArray();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            producer.send(new ProducerRecord<>(Topics.EVENTS, partition, null, tick));
        }
    }

    private static void awaitEvents(List<OracleEvent> events) {
        int expected = Oracle.distinct(events).size();
        Awaitility.await()
                .atMost(LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> number("SELECT sum(events) FROM tidegate.event_counts_1m FINAL") == expected);
    }

    private static void assertEventCounts(List<OracleEvent> events) throws IOException {
        List<EventCount> expected = Oracle.eventCounts(events);
        Map<String, String[]> rows = new HashMap<>();
        for (String[] row : rows("SELECT toUnixTimestamp(window_start) * 1000, type, sum(events), sum(users), count()"
                + " FROM tidegate.event_counts_1m FINAL GROUP BY window_start, type")) {
            rows.put(row[0] + row[1], row);
        }
        assertThat(rows.size()).isEqualTo(expected.size());
        for (EventCount count : expected) {
            String[] row = rows.get(count.windowStartMs() + count.type().wireName());
            assertThat(row).as("row of %s", count).isNotNull();
            assertThat(Long.parseLong(row[2])).as("events of %s", count).isEqualTo(count.events());
            if (row[4].equals("1")) {
                assertThat(Long.parseLong(row[3])).as("users of %s", count).isEqualTo(count.users());
            }
        }
    }

    /** Of everything but logins, whose windows the test itself adds to. */
    private static String checksums() throws IOException {
        return servers.clickHouse().query("SELECT sum(cityHash64(*)) FROM tidegate.post_activity_1m FINAL")
                + servers.clickHouse().query("SELECT sum(cityHash64(*)) FROM tidegate.bet_stats_1m FINAL")
                + servers.clickHouse()
                        .query("SELECT sum(cityHash64(*)) FROM tidegate.event_counts_1m FINAL WHERE type != 'login'");
    }

    private static void awaitCounters(List<PostCounters> expected) {
        Map<String, Counter> latest = new HashMap<>();
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            Awaitility.await().atMost(LIMIT).pollInSameThread().untilAsserted(() -> {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    latest.put(record.key(), Counter.parseFrom(record.value()));
                }
                assertThat(latest.values().stream().filter(Counter::hasPost).map(Counter::getPost))
                        .containsExactlyInAnyOrderElementsOf(expected);
                assertThat(latest.get("leaderboard/posts").getPostLeaderboard().getPostsList())
                        .isEqualTo(PlainCounts.leaderboard(expected, 100));
            });
        }
    }

    private static List<String[]> rows(String sql) throws IOException {
        List<String[]> rows = new ArrayList<>();
        servers.clickHouse().query(sql).lines().forEach(line -> rows.add(line.split("\t", -1)));
        return rows;
    }

    private static long number(String sql) throws IOException {
        return Long.parseLong(servers.clickHouse().query(sql).strip());
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers.kafka()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<String, byte[]> consumer() {
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers.kafka()),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.COUNTERS).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
