package io.tidegate.dev.demo;

import io.tidegate.dev.demo.auth.TokenIssuer;
import io.tidegate.dev.demo.supervise.PidFiles;
import io.tidegate.dev.demo.supervise.StartFailure;
import io.tidegate.jobs.rules.RuleSet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code scripts/demo}. Progress and trouble go to standard error; standard output carries the line {@value #READY} and,
 * after it, where to look.
 *
 * <p>Exit codes: 0 after SIGINT or SIGTERM, 1 failed, 2 bad options, 3 a port or the data directory is taken.
 */
@Command(
        name = "scripts/demo",
        description = "Runs all of Tidegate on this machine: broker, ClickHouse, Flink jobs, gateway, demo traffic.",
        sortOptions = false,
        usageHelpAutoWidth = true,
        mixinStandardHelpOptions = false)
public final class DemoMain implements Callable<Integer> {

    static final String READY = "Tidegate is ready";
    static final int EXIT_TAKEN = 3;

    private static final Duration LEFTOVER_PATIENCE = Duration.ofSeconds(15);
    private static final Duration TOKEN_LIFETIME = Duration.ofHours(24);

    @Option(
            names = "--traffic",
            defaultValue = "200",
            paramLabel = "EVENTS_PER_SECOND|none",
            description = "Demo traffic (default: ${DEFAULT-VALUE}).")
    private String traffic;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where everything is kept (default: .tidegate in the repository).")
    private Path data;

    @Option(
            names = "--fresh",
            description = "Start from nothing: delete the data of earlier runs (keeps the signing key).")
    private boolean fresh;

    @Option(
            names = "--http-port",
            defaultValue = "8080",
            paramLabel = "PORT",
            description = "API, WebSocket, console (default: ${DEFAULT-VALUE}; 0 picks a free one, like for all).")
    private int httpPort;

    @Option(
            names = "--grpc-port",
            defaultValue = "9090",
            paramLabel = "PORT",
            description = "gRPC (default: ${DEFAULT-VALUE}).")
    private int grpcPort;

    @Option(
            names = "--ops-port",
            defaultValue = "8085",
            paramLabel = "PORT",
            description = "Health and metrics (default: ${DEFAULT-VALUE}).")
    private int opsPort;

    @Option(
            names = "--flink-port",
            defaultValue = "8081",
            paramLabel = "PORT",
            description = "Flink's REST and web UI (default: ${DEFAULT-VALUE}).")
    private int flinkPort;

    @Option(
            names = "--clickhouse-port",
            defaultValue = "8123",
            paramLabel = "PORT",
            description = "ClickHouse over HTTP (default: ${DEFAULT-VALUE}).")
    private int clickhousePort;

    @Option(
            names = "--kafka-port",
            defaultValue = "9092",
            paramLabel = "PORT",
            description = "Kafka (default: ${DEFAULT-VALUE}).")
    private int kafkaPort;

    @Option(
            names = "--notifier-ops-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = "Health and metrics of the notifier (default: a free one, like the next two).")
    private int notifierOpsPort;

    @Option(
            names = "--flink-metrics-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = "Metrics of Flink and its jobs, for Prometheus.")
    private int flinkMetricsPort;

    @Option(
            names = "--kafka-metrics-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = "Metrics of the broker, for Prometheus.")
    private int kafkaMetricsPort;

    @Option(
            names = "--detection-time",
            defaultValue = "append",
            paramLabel = "append|occurred",
            description = "The clock of fraud and surge detection: the broker's, or occurredAt for replays of history "
                    + "(default: ${DEFAULT-VALUE}).")
    private String detectionTime;

    @Option(names = "--rules", paramLabel = "FILE", description = "Thresholds and windows of the detection rules.")
    private Path rules;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    private boolean help;

    private final long started = System.nanoTime();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile int exitCode;

    public static void main(String[] args) {
        DemoMain demo = new DemoMain();
        int code = new CommandLine(demo).execute(args);
        // Under a signal the JVM is on its way out already, and this call only waits for its end.
        if (!demo.stopping.get()) {
            demo.exitCode = code;
        }
        System.exit(code);
    }

    @Override
    public Integer call() {
        DemoSettings settings;
        try {
            settings = settings();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        // Before the first logger.
        System.setProperty(
                "tidegate.log", settings.data().resolve("logs/demo.log").toString());
        System.setProperty("log4j2.configurationFile", "classpath:io/tidegate/dev/demo/log4j2-child.xml");
        try {
            // Never closed: the directory is ours until the last child is gone, and that is when this process ends.
            return run(settings, DataDirectory.open(settings.data()));
        } catch (DataDirectory.InUseException e) {
            System.err.println(e.getMessage());
            return EXIT_TAKEN;
        } catch (IOException e) {
            System.err.println("--data: " + settings.data() + " can't be used: " + e);
            return 1;
        }
    }

    private int run(DemoSettings wanted, DataDirectory directory) throws IOException {
        int killed = new PidFiles(directory.run()).awaitLeftovers(LEFTOVER_PATIENCE);
        if (killed > 0) {
            say("Ended " + killed + " processes that an earlier demo had left behind");
        }
        Optional<String> taken = wanted.ports().firstTaken();
        if (taken.isPresent()) {
            System.err.println(taken.get());
            return EXIT_TAKEN;
        }
        DemoSettings settings = wanted.withPorts(wanted.ports().withFreeOnes());
        if (settings.fresh()) {
            directory.clear();
        }
        Demo demo = new Demo(settings, directory, new PidFiles(directory.run()), this::say);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(demo, directory), "demo-stop"));
        try {
            demo.start();
            announce(settings, TokenIssuer.of(directory.root()));
            String reason = demo.gaveUp().get();
            System.err.println(reason + " (logs: " + directory.logs() + ")");
        } catch (StartFailure e) {
            if (!stopping.get()) {
                e.lastLines().forEach(line -> System.err.println("  | " + line));
                System.err.println(e.getMessage() + " (logs: " + directory.logs() + ")");
            }
        } catch (IOException | GeneralSecurityException | RuntimeException | ExecutionException e) {
            if (!stopping.get()) {
                LoggerFactory.getLogger(DemoMain.class).error("The demo failed", e);
                System.err.println("The demo failed: " + e.getMessage() + " (logs: " + directory.logs() + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    /** Runs as a shutdown hook: after a signal, and after a failure. */
    private void stop(Demo demo, DataDirectory directory) {
        stopping.set(true);
        say("Stopping");
        demo.stop();
        say("Stopped; the data stays in " + directory.root());
        // A demo that was told to stop and did has succeeded, so not the 130 or 143 of a signal.
        Runtime.getRuntime().halt(exitCode);
    }

    private void announce(DemoSettings settings, TokenIssuer tokens) throws GeneralSecurityException {
        Ports ports = settings.ports();
        String http = "http://" + Ports.HOST + ":" + ports.http();
        String token = tokens.issue("demo", List.of("producer"), TOKEN_LIFETIME);
        String dataOption =
                settings.data().equals(settings.home().resolve(".tidegate")) ? "" : " --data '" + settings.data() + "'";
        PrintStream out = System.out;
        out.println(READY);
        out.println();
        out.println("  console      " + http + "/");
        out.println("  API          " + http + "/api/v1  (described at " + http + "/openapi.yaml)");
        out.println("  gRPC         " + Ports.HOST + ":" + ports.grpc() + "  (docs/grpc.md; reflection is on)");
        out.println("  Flink UI     http://" + Ports.HOST + ":" + ports.flink() + "/");
        out.println("  ClickHouse   http://" + Ports.HOST + ":" + ports.clickhouse() + "/  (scripts/sql \"SELECT …\")");
        out.println("  Kafka        " + Ports.HOST + ":" + ports.kafka());
        out.println("  operations   http://" + Ports.HOST + ":" + ports.ops() + "/health/ready and /metrics");
        out.println("  metrics      http://" + Ports.HOST + ":" + ports.flinkMetrics() + "/metrics (Flink), :"
                + ports.kafkaMetrics() + " (Kafka), :" + ports.notifierOps() + " (notifier), :" + ports.clickhouse()
                + " (ClickHouse)");
        out.println("  data, logs   " + settings.data());
        out.println("  a token      scripts/token --sub me --role analyst" + dataOption);
        out.println();
        out.println("Send an event:");
        out.println();
        out.println("curl -sS " + http + "/api/v1/events -H 'Content-Type: application/json' -H 'Authorization: Bearer "
                + token + "' -d '{\"type\":\"like\",\"userId\":\"u1\",\"postId\":\"p1\"}'");
        out.println();
        out.println("Ctrl-C stops everything; the next start goes on where this one ended.");
        out.flush();
    }

    private void say(String line) {
        System.err.println(String.format(Locale.ROOT, "[%6.1f s] %s", elapsedSeconds(), line));
    }

    private double elapsedSeconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    private DemoSettings settings() {
        Path home = Path.of(System.getProperty("tidegate.home", "."))
                .toAbsolutePath()
                .normalize();
        try {
            // Here and not only in the jobs: a typing error shouldn't cost half a start.
            RuleSet.load(Optional.ofNullable(rules));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--rules: " + e.getMessage(), e);
        }
        return new DemoSettings(
                home,
                data == null ? home.resolve(".tidegate") : data.toAbsolutePath().normalize(),
                fresh,
                eventsPerSecond(),
                new Ports(
                        httpPort,
                        grpcPort,
                        opsPort,
                        flinkPort,
                        clickhousePort,
                        kafkaPort,
                        notifierOpsPort,
                        flinkMetricsPort,
                        kafkaMetricsPort),
                detectionTime.toLowerCase(Locale.ROOT),
                Optional.ofNullable(rules).map(Path::toAbsolutePath));
    }

    private OptionalInt eventsPerSecond() {
        if (traffic.equals("none")) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(traffic));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--traffic: events per second or none expected, got " + traffic, e);
        }
    }
}
