package io.tidegate.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as an operator sees it: one line when ready, one line when it can't, a clean end. */
class GatewayMainTest {

    private static final Pattern READY = Pattern.compile(
            "Tidegate gateway listens on (http://\\S+), gRPC on \\S+:\\d+ \\(health and metrics: (http://\\S+)\\)");

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> processes = new ArrayList<>();
    private TestTokens tokens;

    @BeforeEach
    void key() {
        tokens = TestTokens.withKeyIn(directory);
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    private Process gateway(String yaml) {
        try {
            Path config = Files.writeString(directory.resolve("gateway.yaml"), yaml);
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            GatewayMain.class.getName(),
                            "--config",
                            config.toString())
                    .redirectOutput(directory.resolve("out").toFile())
                    .redirectError(directory.resolve("err").toFile())
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String file) {
        try {
            return Files.readString(directory.resolve(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String yaml(String http, String bootstrapServers) {
        return "http: " + http + "\n"
                + "grpc: {port: 0}\n"
                + "ops: {port: 0}\n"
                + "kafka: {bootstrapServers: \"" + bootstrapServers + "\"}\n"
                + "clickhouse: {url: \"http://127.0.0.1:1\"}\n"
                + "auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}\n";
    }

    private CompletableFuture<HttpResponse<String>> get(String url) {
        return http.sendAsync(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> post(String base) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create(base + "/api/v1/events"))
                        .header("Authorization", "Bearer " + tokens.token("sender", "producer"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"type\":\"login\",\"userId\":\"u\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    // Row 40 of the list of abuse cases: on the whole gateway, with every module there is, and by whoever may most.
    private void whatIsForOperatorsIsNotOnThePublicPort(String base) {
        for (String path : List.of(
                "/metrics",
                "/health",
                "/health/live",
                "/health/ready",
                "//metrics",
                "/x/../metrics",
                "/%6detrics",
                "/api/v1/../../metrics",
                "/console/../metrics",
                "/jobs/overview",
                "/config")) {
            HttpResponse<String> answer = http.sendAsync(
                            HttpRequest.newBuilder(URI.create(base + path))
                                    .header("Authorization", "Bearer " + tokens.token("root", "admin"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .join();
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).as(path).doesNotContain("tidegate_", "components");
        }
    }

    @Test
    void aBrokenConfigurationIsOneLineThatNamesTheField() throws InterruptedException {
        Process process = gateway(yaml("{port: eighty}", "127.0.0.1:1"));

        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(read("err")).startsWith("tidegate gateway: http.port: ").hasLineCount(1);
        assertThat(read("out")).isEmpty();
    }

    @Test
    void aTakenPortIsOneLineThatNamesIt() throws InterruptedException, IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Process process = gateway(yaml("{port: " + taken.getLocalPort() + "}", "127.0.0.1:1"));

            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(2);
            assertThat(read("err").lines().filter(line -> line.startsWith("tidegate gateway: ")))
                    .singleElement()
                    .asString()
                    .contains("http.port: 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void sigtermFinishesWhatIsInFlightAndEndsInTime(@TempDir Path data) throws InterruptedException {
        try (KafkaProcess kafka = KafkaProcess.start(data)) {
            TopicSetup.ensure(kafka.bootstrapServers(), 2);
            Process process = gateway(yaml("{port: 0}", kafka.bootstrapServers()));
            await().atMost(Duration.ofSeconds(120))
                    .until(() -> READY.matcher(read("out")).find());
            Matcher ready = READY.matcher(read("out"));
            assertThat(ready.find()).isTrue();
            String base = ready.group(1);
            String ops = ready.group(2);
            HttpResponse<String> health = get(ops + "/health/ready").join();
            assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
            JsonObject components = new JsonObject(health.body()).getJsonObject("components");
            assertThat(components.getJsonObject("kafka").getString("status")).isEqualTo("up");
            assertThat(components.getJsonObject("clickhouse").getString("status"))
                    .isEqualTo("down");
            assertThat(get(ops + "/health/live").join().statusCode()).isEqualTo(200);
            assertThat(post(base).join().statusCode()).isEqualTo(202);
            assertThat(get(ops + "/metrics").join().body())
                    .contains("tidegate_ingest_events_accepted_total 1.0")
                    .containsPattern("tidegate_http_responses_total\\{status=\"2xx\"} [1-9]");
            whatIsForOperatorsIsNotOnThePublicPort(base);
            // Nor the API where the operators are, which asks for no token.
            assertThat(get(ops + "/api/v1/rules").join().statusCode()).isEqualTo(404);

            // Given a request that waits for the broker when the signal comes
            kafka.freeze();
            CompletableFuture<HttpResponse<String>> inFlight = post(base);
            await().until(() -> get(ops + "/metrics")
                    .join()
                    .body()
                    .lines()
                    .anyMatch(line -> line.matches("tidegate_ingest_in_flight_bytes [1-9].*")));
            long signalled = System.nanoTime();
            process.destroy();
            await().until(() -> get(ops + "/health/ready").join().body().contains("stopping"));
            kafka.thaw();

            assertThat(inFlight.join().statusCode()).isEqualTo(202);
            assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - signalled)).isLessThan(Duration.ofSeconds(10));
            assertThat(read("err")).doesNotContain("ERROR").doesNotContain("longer than");
        }
    }
}
