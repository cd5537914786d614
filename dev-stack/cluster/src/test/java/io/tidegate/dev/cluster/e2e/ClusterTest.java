package io.tidegate.dev.cluster.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.cluster.Cluster;
import io.tidegate.dev.cluster.ClusterSettings;
import io.tidegate.dev.cluster.Jobs;
import io.tidegate.dev.cluster.Role;
import io.tidegate.dev.cluster.StartException;
import io.tidegate.dev.cluster.Strikes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole cluster, once: events reach both shards, and the death of a TaskManager and of a broker costs nothing but time. */
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
                StrikeAlerts alerts =
                        StrikeAlerts.of(strikes, cluster.endpoints().kafka())) {
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

        // When it is stopped, then nothing of it is left.
        cluster.down();
        assertThat(cluster.roles()).noneMatch(Role::isRunning);
    }

    private Cluster up() throws IOException, InterruptedException {
        ClusterSettings settings =
                ClusterSettings.of(HOME, directory.resolve("cluster")).basePort(0);
        try {
            return Cluster.up(settings, line -> LOG.info("{}", line));
        } catch (StartException e) {
            throw new AssertionError(e.getMessage() + "\n" + String.join("\n", e.lastLines()), e);
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
