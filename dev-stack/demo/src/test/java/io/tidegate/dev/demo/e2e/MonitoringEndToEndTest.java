package io.tidegate.dev.demo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every panel that asks Prometheus, every recording rule and every alert, on the real Prometheus with the deployed rules and scrape
 * configuration, over a demo that is in use: none is an error, none reads a series that nobody writes, no panel is empty. What has
 * nothing to show while all is well shows 0.
 */
class MonitoringEndToEndTest {

    private static final Path DASHBOARDS =
            Path.of("..", "..", "grafana", "dashboards").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** With what they appear. */
    private static final Map<String, String> APPEAR_WITH_THE_FIRST = Map.of(
            "tidegate_redis_complete", "the Redis export, which is off by default; RedisExportTest has it",
            "tidegate_notifier_dead_letters_total", "a delivery that is given up",
            "flink_taskmanager_job_task_operator_numLateRecordsDropped", "an operator of Flink's own: --detection cep");

    private record Panel(String name, String expression) {}

    private final HttpClient http = HttpClient.newHttpClient();
    private int round;

    @Test
    void everyPanelAndEveryRuleHasSomethingToRead() throws IOException, InterruptedException, GeneralSecurityException {
        assumeTrue(Monitoring.missing().isEmpty(), () -> "missing: Debian's packages " + Monitoring.missing());
        List<Panel> panels = panels();
        assertThat(panels).hasSizeGreaterThan(60);
        try (RunningDemo demo = new RunningDemo("monitoring")) {
            demo.start();
            try (Monitoring monitoring = Monitoring.start(demo, demo.folder().resolve("monitoring"))) {
                String producer = demo.token("monitored", "producer");
                String analyst = demo.token("analyst", "analyst");
                WebSocket listener = listener(demo, analyst);

                // When the platform is used, as it is all the time.
                await("everything has data")
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(500))
                        .untilAsserted(() -> {
                            use(monitoring.edge(), producer, analyst);
                            List<String> empty = new ArrayList<>();
                            for (Panel panel : panels) {
                                if (monitoring.query(panel.expression()).isEmpty()) {
                                    empty.add(panel.name() + ": " + panel.expression());
                                }
                            }
                            for (Monitoring.Rule rule : monitoring.rules()) {
                                if (!rule.health().equals("ok")) {
                                    empty.add(rule.name() + ": " + rule.health() + " " + rule.error());
                                }
                                for (String series : PromQl.selectors(rule.expression())) {
                                    if (!APPEAR_WITH_THE_FIRST.containsKey(series)
                                            && monitoring.query(series).isEmpty()) {
                                        empty.add(rule.name() + " reads " + series);
                                    }
                                }
                            }
                            assertThat(empty).isEmpty();
                            assertThat(monitoring.rules()).hasSizeGreaterThan(50);
                            assertThat(monitoring.query("ALERTS{alertstate=\"firing\"}"))
                                    .isEmpty();
                        });
                listener.abort();
            }
        }
    }

    /** A burst that is an alert, likes that are a milestone, an event that is refused, a question. */
    private void use(URI edge, String producer, String analyst) throws IOException, InterruptedException {
        round++;
        StringBuilder events = new StringBuilder();
        for (int i = 0; i < 25; i++) {
            events.append(
                    "{\"type\":\"bet\",\"userId\":\"fast-%d\",\"gameId\":\"g%d\",\"amount\":1}\n".formatted(round, i));
        }
        for (int i = 0; i < 12; i++) {
            events.append("{\"type\":\"like\",\"userId\":\"fan-%d\",\"postId\":\"p%d\",\"authorId\":\"a\"}\n"
                    .formatted(i, round));
        }
        events.append("{\"type\":\"like\",\"userId\":\"nobody\"}\n");
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(edge.resolve("/api/v1/events"))
                        .header("Authorization", "Bearer " + producer)
                        .header("Content-Type", "application/x-ndjson")
                        .timeout(TIMEOUT)
                        .POST(HttpRequest.BodyPublishers.ofString(events.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        http.send(
                HttpRequest.newBuilder(edge.resolve("/api/v1/leaderboards/posts"))
                        .header("Authorization", "Bearer " + analyst)
                        .timeout(TIMEOUT)
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    private WebSocket listener(RunningDemo demo, String token) {
        WebSocket socket = http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(URI.create("ws://127.0.0.1:" + demo.port("http") + "/ws"), new WebSocket.Listener() {})
                .orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .join();
        socket.sendText("{\"op\":\"subscribe\",\"channel\":\"alerts\"}", true).join();
        return socket;
    }

    private static List<Panel> panels() throws IOException {
        List<Panel> panels = new ArrayList<>();
        ObjectMapper mapper = new ObjectMapper();
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            for (Path file : files.sorted().toList()) {
                for (JsonNode panel : mapper.readTree(file.toFile()).path("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        if (target.has("expr")) {
                            panels.add(new Panel(
                                    file.getFileName() + ", "
                                            + panel.path("title").asText(),
                                    target.path("expr").asText()));
                        }
                    }
                }
            }
        }
        return panels;
    }
}
