package io.tidegate.dev.demo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidegate.dev.demo.LoopbackPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What watches a deployment, as processes of this machine around a demo: nginx with {@code deploy/nginx} (and a certificate of a day),
 * its exporter, the prober, and Prometheus with {@code deploy/prometheus}. Of their files only addresses and intervals are changed.
 */
final class Monitoring implements AutoCloseable {

    /** What has to be installed; Debian's packages. */
    static final Map<String, String> PROGRAMS = Map.of(
            "nginx", "nginx",
            "prometheus", "prometheus",
            "prometheus-nginx-exporter", "prometheus-nginx-exporter",
            "prometheus-blackbox-exporter", "prometheus-blackbox-exporter");

    private static final Path DEPLOY =
            Path.of("..", "..", "deploy").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String PASSWORD = "of-a-test";

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final RunningDemo demo;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final int httpPort = freePort();
    private final int statusPort = freePort();
    private final int tlsPort = freePort();
    private final int nginxMetrics = freePort();
    private final int prober = freePort();
    private final int prometheus = freePort();

    private Monitoring(RunningDemo demo, Path folder) throws IOException {
        this.demo = demo;
        this.folder = Files.createDirectories(folder);
    }

    /** The programs that this machine lacks, by the names of their packages. */
    static List<String> missing() {
        return PROGRAMS.entrySet().stream()
                .filter(program -> command(program.getKey()).isEmpty())
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
    }

    /** Returns when every target has been scraped. */
    static Monitoring start(RunningDemo demo, Path folder) throws IOException, GeneralSecurityException {
        Monitoring monitoring = new Monitoring(demo, folder);
        try {
            monitoring.nginx();
            monitoring.exporters();
            monitoring.prometheus();
            return monitoring;
        } catch (IOException | GeneralSecurityException | RuntimeException | Error e) {
            monitoring.close();
            throw e;
        }
    }

    /** nginx, in front of the demo's gateway. */
    URI edge() {
        return URI.create("http://127.0.0.1:" + httpPort);
    }

    /**
     * What Prometheus answers to an expression, now.
     *
     * @return the values of the series that there are; without those that are not a number, which Grafana shows as nothing
     * @throws IllegalArgumentException with what Prometheus says is wrong with the expression
     */
    List<Double> query(String expression) throws IOException, InterruptedException {
        JsonNode answer = api("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        if (!answer.path("status").asText().equals("success")) {
            throw new IllegalArgumentException(answer.path("error").asText());
        }
        List<Double> values = new ArrayList<>();
        JsonNode result = answer.path("data").path("result");
        if (answer.path("data").path("resultType").asText().equals("scalar")) {
            values.add(result.path(1).asDouble());
        } else {
            for (JsonNode series : result) {
                String value = series.path("value").path(1).asText();
                if (!value.equals("NaN")) {
                    values.add(Double.valueOf(value.replace("+Inf", "Infinity").replace("-Inf", "-Infinity")));
                }
            }
        }
        return values;
    }

    /** A rule as Prometheus has read it. */
    record Rule(String name, boolean recording, String expression, String health, String error) {}

    List<Rule> rules() throws IOException, InterruptedException {
        List<Rule> rules = new ArrayList<>();
        for (JsonNode group : api("rules").path("data").path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                rules.add(new Rule(
                        rule.path("name").asText(),
                        rule.path("type").asText().equals("recording"),
                        rule.path("query").asText(),
                        rule.path("health").asText(),
                        rule.path("lastError").asText()));
            }
        }
        return rules;
    }

    private JsonNode api(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + prometheus + "/api/v1/" + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return json.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private void nginx() throws IOException, GeneralSecurityException {
        certificate();
        StringBuilder paths = new StringBuilder("\nhttp {\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            paths.append(kind)
                    .append("_temp_path ")
                    .append(folder.resolve("nginx-" + kind))
                    .append(";\n");
        }
        String config = Files.readString(DEPLOY.resolve("nginx/nginx.conf"));
        // Both gateways are the demo's only one.
        config = replaced(config, "gateway-1:8080", "127.0.0.1:" + demo.port("http"));
        config = replaced(config, "gateway-2:8080", "127.0.0.1:" + demo.port("http"));
        config = replaced(config, "gateway-1:9090", "127.0.0.1:" + demo.port("grpc"));
        config = replaced(config, "gateway-2:9090", "127.0.0.1:" + demo.port("grpc"));
        config = replaced(
                config,
                "listen 8080;",
                "listen 127.0.0.1:" + httpPort + ";\nlisten 127.0.0.1:" + tlsPort + " ssl;\nssl_certificate "
                        + folder.resolve("edge.crt") + ";\nssl_certificate_key " + folder.resolve("edge.key") + ";");
        config = replaced(config, "listen 9090 http2;", "listen 127.0.0.1:" + freePort() + " http2;");
        config = replaced(config, "worker_connections 16384;", "worker_connections 512;");
        config = replaced(
                config, "/etc/nginx/tidegate.d", folder.resolve("tidegate.d").toString());
        config = replaced(config, "\nhttp {\n", paths.toString());
        Path file = Files.writeString(folder.resolve("nginx.conf"), config);
        Files.writeString(
                Files.createDirectories(folder.resolve("tidegate.d")).resolve("status.conf"),
                replaced(
                        Files.readString(DEPLOY.resolve("nginx/status.conf")),
                        "listen 8099;",
                        "listen 127.0.0.1:" + statusPort + ";"));
        boolean root = "root".equals(System.getProperty("user.name"));
        launch(
                "nginx",
                "-p",
                folder.toString(),
                "-c",
                file.toString(),
                "-g",
                "daemon off; pid " + folder.resolve("nginx.pid") + "; error_log stderr warn;"
                        + (root ? " user root;" : ""));
        listening("nginx", statusPort);
    }

    /** Self-signed; the prober is told to believe it. */
    private void certificate() throws IOException, GeneralSecurityException {
        Path store = folder.resolve("edge.p12");
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process keytool = new ProcessBuilder(
                        tool,
                        "-genkeypair",
                        "-alias",
                        "edge",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "1",
                        "-dname",
                        "CN=edge",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.out").toFile())
                .start();
        await("keytool").atMost(PATIENCE).until(() -> !keytool.isAlive());
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        pem(
                "edge.key",
                "PRIVATE KEY",
                keys.getKey("edge", PASSWORD.toCharArray()).getEncoded());
        pem("edge.crt", "CERTIFICATE", keys.getCertificate("edge").getEncoded());
    }

    private void pem(String file, String what, byte[] content) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n");
    }

    private void exporters() throws IOException {
        launch(
                "prometheus-nginx-exporter",
                "-nginx.scrape-uri=http://127.0.0.1:" + statusPort + "/nginx_status",
                "-web.listen-address=127.0.0.1:" + nginxMetrics);
        String config = Files.readString(DEPLOY.resolve("blackbox/blackbox.yml")) + "      tls_config: {ca_file: "
                + folder.resolve("edge.crt") + "}\n";
        launch(
                "prometheus-blackbox-exporter",
                "--config.file=" + Files.writeString(folder.resolve("blackbox.yml"), config),
                "--web.listen-address=127.0.0.1:" + prober);
        listening("prometheus-nginx-exporter", nginxMetrics);
        listening("prometheus-blackbox-exporter", prober);
    }

    private void prometheus() throws IOException {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        try (Stream<Path> files = Files.list(DEPLOY.resolve("prometheus/rules"))) {
            for (Path file : files.toList()) {
                Files.copy(file, rules.resolve(file.getFileName()));
            }
        }
        String config = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"));
        config = replaced(config, "scrape_interval: 15s", "scrape_interval: 3s");
        config = replaced(config, "scrape_timeout: 10s", "scrape_timeout: 3s");
        config = replaced(config, "evaluation_interval: 15s", "evaluation_interval: 1s");
        config = replaced(config, "targets: [alertmanager:9093]", "targets: []");
        config = replaced(config, "blackbox-exporter:9115", "127.0.0.1:" + prober);
        config = replaced(config, "localhost:9090", "127.0.0.1:" + prometheus);
        Path file = Files.writeString(folder.resolve("prometheus.yml"), config);
        Map<String, String> targets = Map.of(
                "gateway", "127.0.0.1:" + demo.port("ops"),
                "notifier", "127.0.0.1:" + demo.port("notifier-ops"),
                "flink", "127.0.0.1:" + demo.port("flink-metrics"),
                "kafka", "127.0.0.1:" + demo.port("kafka-metrics"),
                "clickhouse", "127.0.0.1:" + demo.port("clickhouse"),
                "nginx", "127.0.0.1:" + nginxMetrics,
                "edge", "https://127.0.0.1:" + tlsPort + "/openapi.yaml");
        Files.createDirectories(folder.resolve("targets"));
        try (Stream<Path> deployed = Files.list(DEPLOY.resolve("prometheus/targets/cluster"))) {
            for (Path one : deployed.toList()) {
                String job = one.getFileName().toString().replace(".yml", "");
                Files.writeString(
                        folder.resolve("targets").resolve(one.getFileName()),
                        targets.containsKey(job) ? "- targets: [\"" + targets.get(job) + "\"]\n" : "[]\n");
            }
        }
        launch(
                "prometheus",
                "--config.file=" + file,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + prometheus,
                "--log.level=warn");
        listening("prometheus", prometheus);
        await("every target has been scraped")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreException(IOException.class)
                // And Prometheus itself.
                .untilAsserted(() -> assertThat(query("up == 1")).hasSize(targets.size() + 1));
    }

    private void launch(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(command(name)
                .orElseThrow(() -> new IOException(name + " is missing"))
                .toString());
        Collections.addAll(command, arguments);
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private void listening(String name, int port) {
        Process process = processes.get(processes.size() - 1);
        await(name)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> assertThat(process.isAlive())
                        .as(() -> name + " has ended: " + log(name))
                        .isTrue())
                .until(() -> LoopbackPort.isTaken(port));
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }

    /** What is to be changed must be there: else the files have changed, and a test of them would prove nothing. */
    private static String replaced(String text, String what, String by) {
        assertThat(text).contains(what);
        return text.replace(what, by);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static Optional<Path> command(String name) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
