package io.tidegate.jobs.aggregation.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.jobs.Job;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.aggregation.AggregationJob;
import io.tidegate.jobs.aggregation.Arrival;
import io.tidegate.jobs.aggregation.RandomEvents;
import io.tidegate.jobs.archive.ArchiveJob;
import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.source.TestStreams;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the jobs stored, counted anew: the same rows. Raw rows and windows are the jobs' own. */
class RebuildTest {

    private static final int PARTITIONS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final long NOW = System.currentTimeMillis();

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestStreams.cluster();

    @TempDir
    static Path data;

    private static ClickHouseProcess clickHouse;
    private static KafkaBroker broker;

    /** As the job left them. */
    private static String windows;

    @BeforeAll
    static void runTheJobs() throws Exception {
        clickHouse = ClickHouseProcess.start(data.resolve("clickhouse"));
        Migrations.apply(clickHouse.uri(), Path.of("..", "sql", "clickhouse"));
        broker = KafkaBroker.start(data.resolve("kafka"));
        TopicSetup.ensure(broker.bootstrapServers(), PARTITIONS);

        // Events of now, of hours ago and of 2004, repeats among them; a text that formats must escape; a bet id used
        // twice
        List<Arrival> arrivals = new ArrayList<>(new RandomEvents(11).arrivals(800, NOW, Duration.ofMinutes(10)));
        for (OracleEvent event : List.of(
                OracleEvent.builder(EventType.LIKE, "odd", "u1", NOW)
                        .post("tab\tline\nback\\slash'é\u2028")
                        .build(),
                bet("first", "g-first"),
                bet("second", "g-second"),
                outcome("won", "b"),
                outcome("again", "b"),
                bet("third", "g-third"),
                outcome("last", "b"),
                outcome("none", ""))) {
            arrivals.add(new Arrival(0, arrivals.size(), NOW, event));
        }
        JobClient aggregation = start(new AggregationJob());
        JobClient archive = start(new ArchiveJob());
        send(arrivals);
        int distinct =
                Oracle.distinct(arrivals.stream().map(Arrival::event).toList()).size();
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(number("SELECT count() FROM tidegate.events")).isEqualTo(distinct);
            assertThat(number("SELECT sum(events) FROM tidegate.event_counts_1m FINAL"))
                    .isEqualTo(distinct);
            assertThat(number("SELECT sum(likes + unlikes + comments + shares) FROM tidegate.post_activity_1m FINAL"))
                    .isEqualTo(number("SELECT countIf(type IN ('like', 'unlike', 'comment', 'share')) FROM"
                            + " tidegate.events"));
            assertThat(number("SELECT sum(bets + outcomes) FROM tidegate.bet_stats_1m FINAL"))
                    .isEqualTo(number("SELECT countIf(type IN ('bet', 'bet_outcome')) FROM tidegate.events"));
        });
        aggregation.cancel().get();
        archive.cancel().get();
        windows = windows();
        assertThat(number(
                        "SELECT uniqExact(pane - toUnixTimestamp(window_start) * 1000) FROM tidegate.post_activity_1m"))
                .as("late events have panes of their own")
                .isGreaterThan(3);
        for (String table : List.of("events", "event_counts_1m", "post_activity_1m", "bet_stats_1m")) {
            clickHouse.query("CREATE TABLE tidegate.kept_" + table + " AS tidegate." + table);
            clickHouse.query("INSERT INTO tidegate.kept_" + table + " SELECT * FROM tidegate." + table);
        }
    }

    @BeforeEach
    void putBackWhatTheJobsWrote() throws IOException {
        for (String table : List.of("events", "event_counts_1m", "post_activity_1m", "bet_stats_1m")) {
            clickHouse.query("TRUNCATE TABLE tidegate." + table);
            clickHouse.query("INSERT INTO tidegate." + table + " SELECT * FROM tidegate.kept_" + table
                    + " SETTINGS insert_deduplicate = 0");
        }
    }

    @AfterAll
    static void stopServers() throws IOException {
        broker.close();
        clickHouse.close();
    }

    @Test
    void theJobsWindowsNeedNoChange() throws Exception {
        Rebuild.Result result = everything(false);

        assertThat(result.rows()).isGreaterThan(100);
        assertThat(result).isEqualTo(new Rebuild.Result(result.rows(), 0, 0, 0, 0, 0));
    }

    @Test
    void emptyTablesBecomeTheJobs() throws Exception {
        // Given
        for (WindowTable table : WindowTable.values()) {
            clickHouse.query("TRUNCATE TABLE tidegate." + table.tableName());
        }

        // When
        Rebuild.Result first = everything(false);
        Rebuild.Result second = everything(false);

        // Then
        assertThat(windows()).isEqualTo(windows);
        assertThat(first.added()).isEqualTo(first.rows());
        assertThat(second).isEqualTo(new Rebuild.Result(first.rows(), 0, 0, 0, 0, 0));
    }

    @Test
    void wrongRowsAndRowsInAPaneTooManyArePutRight() throws Exception {
        // Given a row with other numbers and a version from the future, and an event counted in another pane
        long future = NOW + Duration.ofDays(1).toMillis();
        clickHouse.query("INSERT INTO tidegate.event_counts_1m (window_start, type, pane, events, users, updated_at,"
                + " version) SELECT window_start, type, pane, events + 5, users, updated_at, " + future
                + " FROM tidegate.event_counts_1m FINAL WHERE type = 'login' LIMIT 1");
        clickHouse.query(
                "INSERT INTO tidegate.post_activity_1m (window_start, post_id, pane, likes, updated_at, version)"
                        + " SELECT window_start, post_id, pane + 86400000, 1, updated_at, 1 FROM tidegate.post_activity_1m FINAL LIMIT 1");

        assertThat(windows()).isNotEqualTo(windows);

        // When
        Rebuild.Result careful = everything(false);
        Rebuild.Result result = everything(true);

        // Then
        assertThat(careful.fewer()).as("windows that would lose something").isEqualTo(2);
        assertThat(careful.changed() + careful.cleared()).isZero();
        assertThat(result.changed()).isEqualTo(1);
        assertThat(result.cleared()).isEqualTo(1);
        assertThat(windows()).isEqualTo(windows);
    }

    @Test
    void windowsWhoseRawRowsAreGoneKeepWhatTheyHave() throws Exception {
        clickHouse.query("ALTER TABLE tidegate.events DELETE WHERE 1 SETTINGS mutations_sync = 2");

        Rebuild.Result result = everything(false);

        assertThat(result.fewer()).isGreaterThan(10);
        assertThat(windows()).isEqualTo(windows);
    }

    @Test
    void whatTheJobMayStillWriteToIsLeftToIt() throws Exception {
        // Given
        for (WindowTable table : WindowTable.values()) {
            clickHouse.query("TRUNCATE TABLE tidegate." + table.tableName());
        }

        // When: all was appended less than an hour ago, so every pane of the counts is open
        String from = ZonedDateTime.ofInstant(Instant.ofEpochMilli(NOW), ZoneOffset.UTC)
                .toLocalDate()
                .minusDays(1)
                .toString();
        String to = ZonedDateTime.ofInstant(Instant.ofEpochMilli(NOW), ZoneOffset.UTC)
                .toLocalDate()
                .plusDays(2)
                .toString();
        String said = main(0, "--from", from, "--to", to, "--step", "PT12H");

        // Then
        assertThat(said).contains("event_counts_1m").doesNotContain("   1 added");
        assertThat(number("SELECT count() FROM tidegate.event_counts_1m")).isZero();
    }

    @Test
    void aDryRunCountsAndWritesNothing() throws Exception {
        clickHouse.query("TRUNCATE TABLE tidegate.post_activity_1m");

        Rebuild.Result result = run(true, false);

        assertThat(result.added()).isPositive();
        assertThat(number("SELECT count() FROM tidegate.post_activity_1m")).isZero();
    }

    @Test
    void unusableArgumentsAreRefused() {
        assertThat(main(2, "--from", "2026-11-02", "--to", "2026-11-01")).isEmpty();
        assertThat(main(2, "--from", "yesterday", "--to", "2026-11-01")).isEmpty();
        assertThat(main(2, "--from", "2026-11-01T10:00:30Z", "--to", "2026-11-02"))
                .isEmpty();
        assertThat(main(2, "--from", "2026-11-01", "--to", "2026-11-02", "--step", "PT0S"))
                .isEmpty();
    }

    private static Rebuild.Result everything(boolean acceptFewer) throws Exception {
        return run(false, acceptFewer);
    }

    /** Of all months that have rows, as if the job were long done with them. */
    private static Rebuild.Result run(boolean dryRun, boolean acceptFewer) throws Exception {
        try (ClickHouseClient client = new ClickHouseClient(ClickHouseClientConfig.of(clickHouse.uri()))) {
            Rebuild rebuild = new Rebuild(List.of(client), "tidegate", "test", Long.MAX_VALUE, acceptFewer, dryRun);
            Rebuild.Result all = Rebuild.Result.NONE;
            for (String month : clickHouse
                    .query("SELECT DISTINCT toYYYYMM(window_start) AS month FROM tidegate.kept_event_counts_1m")
                    .strip()
                    .split("\n")) {
                ZonedDateTime first = ZonedDateTime.of(
                        Integer.parseInt(month) / 100, Integer.parseInt(month) % 100, 1, 0, 0, 0, 0, ZoneOffset.UTC);
                for (WindowTable table : WindowTable.values()) {
                    all = all.plus(rebuild.run(
                            table,
                            first.toInstant().toEpochMilli(),
                            first.plusMonths(1).toInstant().toEpochMilli()));
                }
            }
            return all;
        }
    }

    private static String main(int expected, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--clickhouse", clickHouse.uri().toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(RebuildWindowsMain.run(
                        new PrintStream(out, true, StandardCharsets.UTF_8), all.toArray(String[]::new)))
                .isEqualTo(expected);
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Without what tells one writing from another, and without rows that say nothing. */
    private static String windows() throws IOException {
        return clickHouse.query("SELECT window_start, type, pane, events, users FROM tidegate.event_counts_1m FINAL"
                        + " WHERE events > 0 ORDER BY ALL")
                + clickHouse.query("SELECT window_start, post_id, pane, likes, unlikes, comments, shares FROM"
                        + " tidegate.post_activity_1m FINAL WHERE likes + unlikes + comments + shares > 0 ORDER BY ALL")
                + clickHouse.query("SELECT window_start, game_id, city, device_type, bet_type, currency, pane, bets,"
                        + " turnover, outcomes, payout, odds_sum, odds_count FROM tidegate.bet_stats_1m FINAL"
                        + " WHERE bets + outcomes > 0 ORDER BY ALL");
    }

    private static OracleEvent bet(String id, String game) {
        return OracleEvent.builder(EventType.BET, id, "u1", NOW)
                .bet("b")
                .game(game)
                .amount("12.3456")
                .odds("1.5")
                .city("Oslo")
                .build();
    }

    private static OracleEvent outcome(String id, String bet) {
        return OracleEvent.builder(EventType.BET_OUTCOME, id, "u1", NOW)
                .bet(bet)
                .game("g-outcome")
                .payoutE4(70_001)
                .build();
    }

    private static JobClient start(Job job) throws Exception {
        StreamExecutionEnvironment env = TestStreams.environment(1);
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        env.configure(configuration);
        job.define(env, JobConfig.of(broker.bootstrapServers(), ClickHouseConfig.local(clickHouse.uri())));
        return env.executeAsync(job.name());
    }

    private static void send(List<Arrival> arrivals) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (Arrival arrival : arrivals) {
                producer.send(new ProducerRecord<>(
                        Topics.EVENTS,
                        arrival.event().userId().getBytes(StandardCharsets.UTF_8),
                        arrival.message().toByteArray()));
            }
            byte[] tick = Event.newBuilder()
                    .setTick(Tick.getDefaultInstance())
                    .build()
                    .toByteArray();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(Topics.EVENTS, partition, null, tick));
            }
        }
    }

    private static long number(String sql) throws IOException {
        return Long.parseLong(clickHouse.query(sql).strip());
    }
}
