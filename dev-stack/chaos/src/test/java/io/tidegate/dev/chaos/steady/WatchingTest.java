package io.tidegate.dev.chaos.steady;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Prometheus and Alertmanager say, in their words. */
class WatchingTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger cutOff = new AtomicInteger();
    private HttpServer server;
    private Prometheus prometheus;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                if (cutOff.getAndDecrement() > 0) {
                    exchange.sendResponseHeaders(200, 100);
                    return;
                }
                String path = exchange.getRequestURI().toString();
                asked.add(path);
                byte[] body = answers.entrySet().stream()
                        .filter(answer -> path.startsWith(answer.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse("{\"status\":\"error\",\"error\":\"bad question\"}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        prometheus = new Prometheus(
                http, URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void alertsHaveAStateAndTheirLabels() throws Exception {
        answers.put(
                "/api/v1/alerts",
                "{\"status\":\"success\",\"data\":{\"alerts\":[{\"labels\":{\"alertname\":\"InstanceDown\",\"severity\":"
                        + "\"critical\",\"job\":\"kafka\",\"instance\":\"127.0.0.1:92\"},\"annotations\":{},\"state\":"
                        + "\"pending\",\"activeAt\":\"2026-11-23T12:00:00Z\",\"value\":\"0e+00\"}]}}");

        assertThat(prometheus.alerts())
                .containsExactly(
                        new SeenAlert("InstanceDown", "pending", Map.of("job", "kafka", "instance", "127.0.0.1:92")))
                .first()
                .hasToString("InstanceDown (instance=127.0.0.1:92, job=kafka) pending");
    }

    @Test
    void whatHasBeenIsCountedByEvaluations() throws Exception {
        answers.put(
                "/api/v1/query?query=count_over_time%28ALERTS%5B",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"alertname\":"
                        + "\"ConsumerLag\",\"alertstate\":\"firing\",\"severity\":\"warning\",\"job_name\":\"fraud\"},"
                        + "\"value\":[1764000000,\"7\"]}]}}");

        assertThat(prometheus.alertsSince(System.currentTimeMillis() - 60_000))
                .containsExactly(Map.entry(new SeenAlert("ConsumerLag", "firing", Map.of("job_name", "fraud")), 7L));
        // The whole time since then, and not much more.
        assertThat(asked).singleElement().satisfies(path -> assertThat(
                        Integer.parseInt(path.replaceAll(".*ALERTS%5B(\\d+)s%5D.*", "$1")))
                .isBetween(60, 600));
    }

    @Test
    void aNumberThatIsNoneIsNone() throws Exception {
        answers.put(
                "/api/v1/query?query=ratio",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":"
                        + "[1764000000,\"NaN\"]}]}}");
        answers.put(
                "/api/v1/query?query=rate",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":"
                        + "[1764000000,\"199.5\"]}]}}");

        assertThat(prometheus.number("ratio")).isEmpty();
        assertThat(prometheus.number("rate")).hasValue(199.5);
        assertThatThrownBy(() -> prometheus.number("nonsense"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad question");
    }

    @Test
    void anAnswerThatIsCutOffIsAskedForAgain() throws Exception {
        answers.put("/api/v1/alerts", "{\"status\":\"success\",\"data\":{\"alerts\":[]}}");
        cutOff.set(1);

        assertThat(prometheus.alerts()).isEmpty();
        assertThat(cutOff).hasNonPositiveValue();
    }

    @Test
    void whatAlertmanagerTellsIsKept() throws Exception {
        try (AlertInbox inbox = AlertInbox.open()) {
            long beforeMs = System.currentTimeMillis();
            String message = "{\"version\":\"4\",\"status\":\"firing\",\"alerts\":[{\"status\":\"firing\",\"labels\":{"
                    + "\"alertname\":\"InstanceDown\",\"instance\":\"127.0.0.1:92\",\"severity\":\"critical\"},"
                    + "\"annotations\":{},\"startsAt\":\"2026-11-23T12:00:00Z\"},{\"status\":\"resolved\",\"labels\":{"
                    + "\"alertname\":\"KafkaUnderReplicated\"}}]}";

            HttpResponse<Void> answer = http.send(
                    HttpRequest.newBuilder(inbox.uri())
                            .POST(HttpRequest.BodyPublishers.ofString(message))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(inbox.has("InstanceDown", "firing", beforeMs)).isTrue();
            assertThat(inbox.has("InstanceDown", "resolved", beforeMs)).isFalse();
            assertThat(inbox.has("InstanceDown", "firing", Long.MAX_VALUE)).isFalse();
            assertThat(inbox.has("KafkaUnderReplicated", "resolved", beforeMs)).isTrue();
            assertThat(inbox.messages())
                    .extracting(AlertInbox.Message::instance)
                    .containsExactly("127.0.0.1:92", "");
        }
    }
}
