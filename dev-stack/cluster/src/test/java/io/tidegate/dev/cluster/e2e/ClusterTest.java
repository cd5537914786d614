package io.tidegate.dev.cluster.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.dev.cluster.Additions;
import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.ClusterSettings;
import io.tidegate.dev.cluster.Jobs;
import io.tidegate.dev.cluster.Machine;
import io.tidegate.dev.cluster.Role;
import io.tidegate.dev.cluster.StartException;
import io.tidegate.dev.cluster.Strikes;
import io.tidegate.dev.kafka.access.BrokerSecurity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole cluster, once, with names and rights at the brokers: events reach both shards, and the death of a TaskManager and of a broker
 * costs nothing but time.
 */
class ClusterTest {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterTest.class);
    private static final Path HOME = Path.of("..", "..");
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private Cluster cluster;

    @AfterEach
    void end() throws IOException, InterruptedException {
        // Whatever became of the start: nothing of it may stay.
        Cluster.open(directory.resolve("cluster")).down();
    }

    @Test
    void theDeathOfATaskManagerAndOfABrokerCostsNothingButTime() throws Exception {
        // Given a cluster on which everything works, with its jobs spread over both TaskManagers.
        cluster = up();
        String token = cluster.tokens().issue("test", List.of("producer"), Duration.ofHours(1));
        try (Strikes strikes = Strikes.start(cluster.endpoints().gateway(), token);
                StrikeAlerts alerts = StrikeAlerts.of(strikes, cluster.kafkaClient())) {
            await("alerts").atMost(PATIENCE).until(() -> alerts.count() > 20);

            // When one of them is killed, and nobody starts it again.
            long killedMs = System.currentTimeMillis();
            cluster.role("taskmanager-2").kill();

            // Then the other one goes on with all jobs.
            await("an alert for a later strike").atMost(PATIENCE).until(() -> alerts.anySentAfter(killedMs));
            cluster.jobs().awaitRunning(Jobs.names(), PATIENCE);

            // When a broker dies, and comes back.
            cluster.role("kafka-1").kill();
            int before = strikes.acknowledged().size();
            await("requests are answered without it")
                    .atMost(PATIENCE)
                    .until(() -> strikes.acknowledged().size() > before + 20);
            cluster.role("kafka-1").restart();
            cluster.role("taskmanager-2").restart();
            strikes.stopSending();

            // Then every strike that was acknowledged has raised its alert.
            await("the alert of every strike").atMost(PATIENCE).untilAsserted(() -> assertThat(alerts.missing())
                    .isEmpty());
            // And every bet of theirs is stored once, on one of the shards, each of which has some.
            long bets = (long) Strikes.BETS_EACH * strikes.acknowledged().size();
            await("the rows").atMost(PATIENCE).untilAsserted(() -> assertThat(sum(rows("count()")))
                    .isGreaterThanOrEqualTo(bets));
            assertThat(sum(rows("count()"))).isEqualTo(bets);
            assertThat(sum(rows("uniqExact(event_id)"))).isEqualTo(bets);
            assertThat(rows("count()")).as("rows by shard").allMatch(count -> count > bets / 4);
        }

        // And who has a gateway's name reads alerts, but not the events that gateways have written; a stranger reads
        // nothing.
        Map<String, String> gateway = cluster.kafkaUser("gateway");
        assertThatCode(() -> readAs(gateway, Topics.ALERTS)).doesNotThrowAnyException();
        assertThatThrownBy(() -> readAs(gateway, Topics.EVENTS)).isInstanceOf(TopicAuthorizationException.class);
        Map<String, String> stranger = new HashMap<>(gateway);
        stranger.put("KAFKA_PASSWORD", "a guess");
        assertThatThrownBy(() -> readAs(stranger, Topics.ALERTS)).isInstanceOf(SaslAuthenticationException.class);

        // When it is stopped, then nothing of it is left.
        cluster.down();
        assertThat(cluster.roles()).noneMatch(Role::isRunning);
    }

    private Cluster up() throws IOException, InterruptedException {
        ClusterSettings settings = ClusterSettings.of(HOME, directory.resolve("cluster"))
                .basePort(0)
                .additions(Additions.NONE.withSecurity());
        try {
            return Cluster.up(settings, line -> LOG.info("{}", line));
        } catch (StartException e) {
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", e.lastLines()), e);
        }
    }

    /** One record, with the settings that programs of ours are given. */
    private void readAs(Map<String, String> environment, String topic) throws IOException {
        Map<String, Object> settings =
                new HashMap<>(BrokerSecurity.filled(Path.of(environment.get("TIDEGATE_KAFKA_CONFIG")), environment));
        settings.put(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.endpoints().kafka());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(IntStream.range(0, Machine.here().partitions())
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.poll(Duration.ofMillis(500)).isEmpty()) {
                assertThat(System.nanoTime()).as("nothing on " + topic).isLessThan(deadline);
            }
        }
    }

    private List<Long> rows(String what) throws IOException, InterruptedException {
        List<Long> counts = new ArrayList<>();
        for (URI engine : cluster.endpoints().clickhouse()) {
            HttpRequest request = HttpRequest.newBuilder(engine)
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "SELECT " + what + " FROM tidegate.events WHERE game_id = '" + Strikes.GAME + "'"))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            counts.add(Long.parseLong(answer.body().strip()));
        }
        return counts;
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
