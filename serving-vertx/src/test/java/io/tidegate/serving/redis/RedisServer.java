package io.tidegate.serving.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Debian's Redis with {@code deploy/redis}: its settings, its users, a free port. */
final class RedisServer implements AutoCloseable {

    static final String EXPORT_PASSWORD = "of a test: +/@?%";

    private static final Path DEPLOY =
            Path.of("..", "deploy", "redis").toAbsolutePath().normalize();

    private final Path folder;
    private final int port;
    private Process process;

    RedisServer(Path folder) throws IOException {
        this.folder = folder;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            this.port = socket.getLocalPort();
        }
    }

    static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "redis-server")));
    }

    int port() {
        return port;
    }

    /** With nothing in it. Returns when it takes connections. */
    void startEmpty() throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> old = Files.walk(folder)) {
                for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(folder);
        String config = Files.readString(DEPLOY.resolve("redis.conf"))
                .replace("/run/redis", folder.toString())
                .replace("dir /data", "dir " + folder);
        Path file = Files.writeString(folder.resolve("redis.conf"), config);
        ProcessBuilder builder = new ProcessBuilder(
                "sh", DEPLOY.resolve("start").toString(), "--port", Integer.toString(port), "--bind", "127.0.0.1");
        builder.environment()
                .putAll(Map.of(
                        "REDIS_RUN",
                        folder.toString(),
                        "REDIS_CONFIG",
                        file.toString(),
                        "REDIS_EXPORT_PASSWORD",
                        EXPORT_PASSWORD,
                        "REDIS_MONITOR_PASSWORD",
                        "m"));
        process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        await("Redis").atMost(Duration.ofSeconds(60)).until(() -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        await("Redis is gone").atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive());
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }
}
