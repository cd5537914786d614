package io.tidegate.dev.demo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.dev.demo.auth.TokenIssuer;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The demo without traffic and with the clock of a replay, on a data directory and on ports that a restart keeps. Starts what
 * {@code scripts/demo} starts, but for the check whether a build is due: what Maven has just built is what is tested.
 */
final class RunningDemo implements AutoCloseable {

    private static final Path HOME = Path.of("..", "..").toAbsolutePath().normalize();
    private static final List<String> PORTS = List.of(
            "http", "grpc", "ops", "flink", "clickhouse", "kafka", "notifier-ops", "flink-metrics", "kafka-metrics");
    private static final Duration START_LIMIT = Duration.ofMinutes(4);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final Path data;
    private final Path logs;
    private final Properties ports = new Properties();
    private CommandRun demo;

    /** @param name of a folder below {@code target/end-to-end}; logs and the output of every command stay there */
    RunningDemo(String name) throws IOException {
        Path folder = Path.of("target", "end-to-end", name).toAbsolutePath();
        deleteBelow(folder, path -> true);
        this.data = folder.resolve("data");
        this.logs = Files.createDirectories(folder.resolve("commands"));
    }

    /** For files of the test; gone when the next one starts. */
    Path folder() {
        return logs.getParent();
    }

    void start() throws IOException {
        List<String> command = new ArrayList<>(java(
                "dev-stack/demo",
                "io.tidegate.dev.demo.DemoMain",
                "--traffic",
                "none",
                "--detection-time",
                "occurred",
                "--data",
                data.toString()));
        for (String port : PORTS) {
            command.addAll(List.of("--" + port + "-port", ports.getProperty(port + ".port", "0")));
        }
        demo = CommandRun.start(logs, "demo", command.toArray(String[]::new));
        await("the demo is ready")
                .atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(500))
                .failFast(() -> assertThat(demo.process().isAlive())
                        .as(() -> "the demo has ended:\n" + demo.errOrNothing())
                        .isTrue())
                .until(() -> demo.out().contains("Tidegate is ready"));
        try (var reader = Files.newBufferedReader(data.resolve("ports.properties"))) {
            ports.load(reader);
        }
    }

    /** SIGTERM, as from a terminal or a service manager; returns when everything is gone. */
    void terminate() throws IOException, InterruptedException {
        demo.process().destroy();
        demo.await(STOP_LIMIT);
    }

    /** SIGKILL of every process at once, children first, so that none can stop in an orderly way. */
    void kill() {
        List<ProcessHandle> all = new ArrayList<>(demo.process().descendants().toList());
        all.add(demo.process().toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        await("every process is gone").atMost(STOP_LIMIT).until(() -> all.stream()
                .noneMatch(ProcessHandle::isAlive));
    }

    /** Starts {@code scripts/replay} with a token of its own. */
    CommandRun replay(Path file, Path mapping, String... more) throws IOException {
        List<String> command = new ArrayList<>(java(
                "dev-stack/replay",
                "io.tidegate.replay.ReplayMain",
                file.toString(),
                "--mapping",
                mapping.toString(),
                "--url",
                http().toString(),
                "--token",
                token("replay", "importer")));
        command.addAll(Arrays.asList(more));
        return CommandRun.start(logs, "replay", command.toArray(String[]::new));
    }

    static Path mapping(String name) {
        return HOME.resolve("dev-stack/replay/mappings").resolve(name);
    }

    String token(String subject, String... roles) throws IOException {
        try {
            return TokenIssuer.of(data).issue(subject, List.of(roles), Duration.ofHours(1));
        } catch (GeneralSecurityException e) {
            throw new IOException("no token", e);
        }
    }

    URI http() {
        return URI.create("http://127.0.0.1:" + port("http"));
    }

    /** Of one of {@link #PORTS}. */
    int port(String name) {
        return Integer.parseInt(ports.getProperty(name + ".port"));
    }

    /** The body of a GET that was answered with 200. */
    String get(String path, String token) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(http().resolve(path))
                                .header("Authorization", "Bearer " + token)
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": HTTP " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    Warehouse warehouse() {
        return new Warehouse(URI.create("http://127.0.0.1:" + port("clickhouse")));
    }

    private static List<String> java(String module, String mainClass, String... args) throws IOException {
        Path target = HOME.resolve(module).resolve("target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dtidegate.home=" + HOME,
                "-cp",
                jar(target) + File.pathSeparator + target.resolve("lib") + File.separator + "*",
                mainClass));
        command.addAll(Arrays.asList(args));
        return command;
    }

    private static Path jar(Path target) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "tidegate-*.jar")) {
            for (Path jar : jars) {
                return jar;
            }
        }
        throw new IOException("no jar in " + target + ": build it first (mvnw package)");
    }

    @Override
    public void close() throws IOException {
        if (demo != null && demo.process().isAlive()) {
            kill();
        }
        deleteBelow(data, path -> !path.startsWith(data.resolve("logs")));
    }

    private static void deleteBelow(Path folder, Predicate<Path> condition) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> deepestFirst =
                    paths.filter(condition).sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                if (!Files.isDirectory(path) || isEmpty(path)) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> members = Files.list(folder)) {
            return members.findAny().isEmpty();
        }
    }
}
