package io.tidegate.sql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/flink-sql} as a person calls it, with Flink's real shell. */
class FlinkSqlScriptTest {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private record Outcome(int status, String out) {}

    @TempDir
    Path directory;

    @Test
    void aFileIsRunOverTheTopicsAndItsResultPrinted() throws Exception {
        // Given
        Path good = Files.writeString(directory.resolve("good.sql"), """
                -- A comment; with a semicolon.
                SET 'execution.runtime-mode' = 'batch';
                SELECT type, COUNT(*) AS how_many FROM history.events GROUP BY type;
                """);
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"))) {
            TopicSetup.ensure(broker.bootstrapServers(), 2);
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", broker.bootstrapServers()),
                    new ByteArraySerializer(),
                    new ByteArraySerializer())) {
                for (int i = 0; i < 4321; i++) {
                    Event like = Event.newBuilder()
                            .setEventId("e" + i)
                            .setLike(Like.newBuilder().setPostId("p"))
                            .build();
                    producer.send(new ProducerRecord<>(Topics.EVENTS, like.toByteArray()));
                }
            }

            // When
            Outcome outcome = run(
                    "--kafka",
                    broker.bootstrapServers(),
                    // Nothing listens there, and nothing asks it.
                    "--clickhouse",
                    "http://127.0.0.1:1",
                    "-f",
                    good.toString());

            // Then
            assertThat(outcome.out()).containsPattern("\\| +like \\| +4321 \\|");
            assertThat(outcome.status()).isZero();
        }
    }

    @Test
    void aStatementThatFailsAndAPlaceWhereNothingIsAreToldApart() throws Exception {
        Path bad = Files.writeString(directory.resolve("bad.sql"), "SELECT nothing FROM nowhere;\n");

        Outcome failed = run("--kafka", "127.0.0.1:1", "--clickhouse", "http://127.0.0.1:1", "-f", bad.toString());
        Outcome nothing = run("--demo", directory.toString());

        assertThat(failed.out()).contains("nowhere");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(nothing.out()).contains("flink-sql: --demo: no demo has run in " + directory);
        assertThat(nothing.status()).isEqualTo(2);
    }

    private Outcome run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "flink-sql", ".out");
        List<String> command = new ArrayList<>();
        command.add(Path.of("..", "..", "scripts", "flink-sql")
                .toAbsolutePath()
                .normalize()
                .toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        // It lives for seconds, of which the second compiler would take half.
        builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("Still running after " + LIMIT + "\n" + Files.readString(out));
        }
        return new Outcome(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
    }
}
