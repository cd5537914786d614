package io.tidegate.dev.demo;

import io.tidegate.dev.clickhouse.EngineMain;
import io.tidegate.dev.demo.auth.KeyFiles;
import io.tidegate.dev.demo.auth.NotifierKeys;
import io.tidegate.dev.demo.flink.FlinkMain;
import io.tidegate.dev.demo.supervise.ChildSpec;
import io.tidegate.dev.demo.supervise.Probe;
import io.tidegate.dev.kafka.BrokerMain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How each child of the demo is run: its command line, its memory, how one knows that it is ready.
 *
 * <p>The sizes add up to less than 3 GiB resident. The limits for stopping add up, with the traffic's, to less than 20 s even
 * when every child has to be killed; nothing is lost then, it only takes longer to start the next time.
 */
final class ChildSpecs {

    static final String ENGINE = "clickhouse";
    static final String BROKER = "kafka";
    static final String FLINK = "flink";
    static final String GATEWAY = "gateway";
    static final String NOTIFIER = "notifier";

    private static final String NOTIFIER_MAIN = "io.tidegate.serving.notify.NotifierMain";
    private static final String NOTIFIER_READY = "Tidegate notifier is running";
    /** Where webhooks of the demo may lead: also to receivers on this machine, which anywhere else is refused. */
    private static final String NOTIFIER_ADDRESSES =
            "allowHttp: true, ports: [443, 8443, 9000, 9001], allowNetworks: [127.0.0.0/8, \"::1/128\"]";
    /** Generous: a child that ends is noticed at once; on a busy machine a late start is better than none, and who waits is told. */
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private static final Duration FLINK_START_LIMIT = Duration.ofMinutes(15);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private final DemoSettings settings;
    private final DataDirectory data;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PROBE_TIMEOUT).build();

    ChildSpecs(DemoSettings settings, DataDirectory data) {
        this.settings = settings;
        this.data = data;
    }

    ChildSpec engine() {
        return java(ENGINE, ownClassPath(), EngineMain.JVM_OPTIONS)
                .main(EngineMain.class.getName())
                .args("--data", data.clickhouse().toString())
                .args(
                        "--host",
                        Ports.HOST,
                        "--port",
                        Integer.toString(settings.ports().clickhouse()))
                .readyWhen(answersOk(clickhouse().resolve("/ping")), START_LIMIT)
                .stopWithin(Duration.ofSeconds(2));
    }

    ChildSpec broker() {
        List<String> jvm = new ArrayList<>(List.of("-Xmx320m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC"));
        metricsAgent().ifPresent(jvm::add);
        return java(BROKER, ownClassPath(), jvm)
                .main(BrokerMain.class.getName())
                .args("--data", data.kafka().toString())
                .args("--port", Integer.toString(settings.ports().kafka()))
                .readyWhen(output -> output.hasLineStartingWith(BrokerMain.READY), START_LIMIT)
                .stopWithin(Duration.ofSeconds(3));
    }

    ChildSpec flink() {
        List<String> memory = List.of(
                "-Xmx768m",
                "-XX:MaxDirectMemorySize=192m",
                "-XX:MaxMetaspaceSize=224m",
                "-XX:+UseG1GC",
                // What Flink reaches into on Java 17.
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.time=ALL-UNNAMED");
        JavaCommand command = java(FLINK, ownClassPath(), memory)
                .main(FlinkMain.class.getName())
                .args("--conf", settings.home().resolve("flink-conf/embedded").toString())
                .args("--data", data.checkpoints().getParent().toString())
                .args("--port", Integer.toString(settings.ports().flink()))
                .args("--metrics-port", Integer.toString(settings.ports().flinkMetrics()))
                .args("--kafka", kafka())
                .args("--clickhouse", clickhouse().toString())
                .args("--detection-time", settings.detectionTime());
        settings.rules().ifPresent(file -> command.args("--rules", file.toString()));
        return command.fatal(FlinkMain.EXIT_BAD_CONFIGURATION, FlinkMain.EXIT_CANNOT_RESUME)
                .readyWhen(output -> output.hasLineStartingWith(FlinkMain.READY), FLINK_START_LIMIT)
                .stopWithin(Duration.ofSeconds(7));
    }

    ChildSpec gateway() throws IOException {
        Files.writeString(data.gatewayConfig(), gatewayConfig());
        return java(
                        GATEWAY,
                        GatewayBuild.classPath(settings.home()),
                        List.of("-Xmx320m", "-XX:MaxDirectMemorySize=128m", "-XX:+UseG1GC"))
                .main(GatewayBuild.MAIN)
                .args("--config", data.gatewayConfig().toString())
                .fatal(2)
                .readyWhen(
                        answersOk(URI.create(
                                "http://" + Ports.HOST + ":" + settings.ports().ops() + "/health/ready")),
                        START_LIMIT)
                .stopWithin(Duration.ofSeconds(4));
    }

    /** The broker speaks JMX; this answers Prometheus. Absent where the demo runs out of class files instead of its jar. */
    private Optional<String> metricsAgent() {
        Path agent = settings.home().resolve("dev-stack/demo/target/agent/jmx_prometheus_javaagent.jar");
        Path rules = settings.home().resolve("deploy/kafka/jmx-exporter.yml");
        return Files.exists(agent)
                ? Optional.of("-javaagent:" + agent + "=" + Ports.HOST + ":"
                        + settings.ports().kafkaMetrics() + ":" + rules)
                : Optional.empty();
    }

    /** Webhooks and web push; e-mail needs a server, which the demo hasn't. */
    ChildSpec notifier() throws IOException {
        Files.writeString(data.notifierConfig(), notifierConfig());
        return java(
                        NOTIFIER,
                        GatewayBuild.classPath(settings.home()),
                        List.of("-Xmx96m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC"))
                .main(NOTIFIER_MAIN)
                .args("--config", data.notifierConfig().toString())
                .fatal(2)
                .readyWhen(output -> output.hasLineStartingWith(NOTIFIER_READY), START_LIMIT)
                .stopWithin(Duration.ofSeconds(2));
    }

    URI clickhouse() {
        return URI.create("http://" + Ports.HOST + ":" + settings.ports().clickhouse());
    }

    String kafka() {
        return Ports.HOST + ":" + settings.ports().kafka();
    }

    /** As a JSON-style YAML document: paths need no escaping but quotes. */
    private String gatewayConfig() {
        Ports ports = settings.ports();
        NotifierKeys keys = new NotifierKeys(data.root());
        return """
                # Written by scripts/demo at each start.
                http: {host: %1$s, port: %2$d}
                grpc: {host: %1$s, port: %3$d}
                ops: {host: %1$s, port: %4$d}
                kafka: {bootstrapServers: "%5$s"}
                clickhouse: {url: "%6$s", database: tidegate, user: default, password: ""}
                auth: {publicKeyFile: %7$s, algorithm: ES256, issuer: tidegate, audience: tidegate}
                notifier: {keyFile: %8$s, vapidPublicKeyFile: %9$s, %10$s}
                # One machine sends everything here.
                limits:
                  ip: {requests: 100000000}
                  subject: {requests: 100000000, events: 1000000000, bytes: 50GiB}
                  tenant: {requests: 100000000, events: 1000000000, bytes: 50GiB}
                rules: {%11$s}
                """.formatted(
                        Ports.HOST,
                        ports.http(),
                        ports.grpc(),
                        ports.ops(),
                        kafka(),
                        clickhouse(),
                        quoted(new KeyFiles(data.root()).publicKey()),
                        quoted(keys.settingsKey()),
                        quoted(keys.vapidPublicKey()),
                        NOTIFIER_ADDRESSES,
                        settings.rules().map(file -> "file: " + quoted(file)).orElse(""));
    }

    private String notifierConfig() {
        NotifierKeys keys = new NotifierKeys(data.root());
        return """
                # Written by scripts/demo at each start. To try e-mail, see docs/notifications.md.
                ops: {host: %s, port: %d}
                kafka: {bootstrapServers: "%s"}
                settings: {keyFile: %s}
                outbound: {%s}
                webPush: {privateKeyFile: %s, publicKeyFile: %s, subject: "mailto:demo@localhost"}
                """.formatted(
                        Ports.HOST,
                        settings.ports().notifierOps(),
                        kafka(),
                        quoted(keys.settingsKey()),
                        NOTIFIER_ADDRESSES,
                        quoted(keys.vapidPrivateKey()),
                        quoted(keys.vapidPublicKey()));
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private Probe answersOk(URI uri) {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(PROBE_TIMEOUT).build();
        return output -> {
            try {
                return http.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
    }

    private static String ownClassPath() {
        return System.getProperty("java.class.path");
    }

    private JavaCommand java(String name, String classPath, List<String> jvm) {
        return new JavaCommand(name, data.logs().resolve(name + ".log"), classPath, jvm);
    }

    /** A Java child under {@link SupervisedMain}, logging to a rolling file. */
    private static final class JavaCommand {

        private final String name;
        private final Path log;
        private final List<String> command = new ArrayList<>();
        private Set<Integer> fatal = Set.of();
        private Probe ready;
        private Duration readyWithin;

        JavaCommand(String name, Path log, String classPath, List<String> jvm) {
            this.name = name;
            this.log = log;
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvm);
            command.addAll(List.of(
                    "-XX:ReservedCodeCacheSize=96m",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-Duser.timezone=UTC",
                    "-Dfile.encoding=UTF-8",
                    "-Djava.awt.headless=true",
                    "-Dlog4j2.configurationFile=classpath:io/tidegate/dev/demo/log4j2-child.xml",
                    "-Dtidegate.log=" + log,
                    "-cp",
                    classPath,
                    SupervisedMain.class.getName()));
        }

        JavaCommand main(String mainClass) {
            command.add(mainClass);
            return this;
        }

        JavaCommand args(String... args) {
            command.addAll(List.of(args));
            return this;
        }

        JavaCommand fatal(Integer... exitCodes) {
            fatal = Set.of(exitCodes);
            return this;
        }

        JavaCommand readyWhen(Probe probe, Duration within) {
            ready = probe;
            readyWithin = within;
            return this;
        }

        ChildSpec stopWithin(Duration limit) {
            // One malloc arena per core and more would only hold on to memory.
            Map<String, String> environment = Map.of("MALLOC_ARENA_MAX", "2");
            return new ChildSpec(name, command, environment, log, ready, readyWithin, limit, fatal);
        }
    }
}
