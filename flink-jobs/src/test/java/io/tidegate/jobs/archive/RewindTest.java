package io.tidegate.jobs.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Login;
import io.tidegate.jobs.Servers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The runbook for an old savepoint: a job that went on after it, another one that was started from it, and the rewind. */
class RewindTest {

    private static final long NOON = Instant.parse("2026-11-15T12:00:00Z").toEpochMilli();

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
    void anOldSavepointWritesNothingTwiceAfterTheRewind() throws Exception {
        // A merge takes repeats away, whenever it likes, and would hide what this test is about.
        servers.clickHouse().query("SYSTEM STOP MERGES tidegate.events");

        // Given rows before the savepoint, rows of the job that went on, and rows of one that was restored from it
        JobClient first = start(null);
        send(0, 100);
        awaitRows(100);
        String savepoint = first.triggerSavepoint(
                        data.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
                .get(60, TimeUnit.SECONDS);
        send(100, 140);
        awaitRows(140);
        first.cancel().get();
        JobClient second = start(savepoint);
        send(140, 150);
        awaitDistinct(150);
        second.cancel().get();
        assertThat(rows()).as("without the rewind").isEqualTo(150 + 40);

        // When
        String counted = rewind(savepoint);
        assertThat(rows()).as("counting removes nothing").isEqualTo(150 + 40);
        servers.clickHouse().query("SYSTEM START MERGES tidegate.events");
        String removed = rewind(savepoint, "--apply");
        servers.clickHouse().query("SYSTEM STOP MERGES tidegate.events");
        assertThat(rows()).isEqualTo(100);
        assertThat(rewind(savepoint, "--apply")).contains("events                 0 rows");
        JobClient third = start(savepoint);
        awaitDistinct(150);
        third.cancel().get();

        // Then
        assertThat(rows()).isEqualTo(150);
        assertThat(counted).contains("events                90 rows behind the savepoint found");
        assertThat(removed).contains("rows behind the savepoint removed");
    }

    @Test
    void whatIsNoSavepointIsRefused() {
        assertThat(RewindMain.run(System.out, data.resolve("nothing").toString()))
                .isEqualTo(2);
    }

    private static String rewind(String savepoint, String... more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] args = new String[3 + more.length];
        args[0] = savepoint;
        args[1] = "--clickhouse";
        args[2] = servers.clickHouse().uri().toString();
        System.arraycopy(more, 0, args, 3, more.length);
        assertThat(RewindMain.run(new PrintStream(out, true, StandardCharsets.UTF_8), args))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static JobClient start(String savepoint) throws Exception {
        Configuration config = new Configuration();
        config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
        config.set(PipelineOptions.GENERIC_TYPES, false);
        config.set(PipelineOptions.OBJECT_REUSE, true);
        if (savepoint != null) {
            config.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setParallelism(2);
        new ArchiveJob().define(env, servers.config());
        return env.executeAsync("archive");
    }

    private static void send(int from, int to) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers.kafka()), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = from; i < to; i++) {
                Event event = Event.newBuilder()
                        .setEventId("e" + i)
                        .setUserId("u" + i)
                        .setOccurredAtMs(NOON)
                        .setIngestedAtMs(NOON)
                        .setLogin(Login.getDefaultInstance())
                        .build();
                producer.send(new ProducerRecord<>(
                        Topics.EVENTS, ("u" + i).getBytes(StandardCharsets.UTF_8), event.toByteArray()));
            }
        }
    }

    private static void awaitRows(long rows) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> rows() == rows);
    }

    private static void awaitDistinct(long ids) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> number("SELECT uniqExact(event_id) FROM tidegate.events") == ids);
    }

    /** As they lie there: without FINAL. */
    private static long rows() throws IOException {
        return number("SELECT count() FROM tidegate.events");
    }

    private static long number(String sql) throws IOException {
        return Long.parseLong(servers.clickHouse().query(sql).strip());
    }
}
