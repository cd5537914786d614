package io.tidegate.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A gateway in a JVM of its own, on ports that stay the same over restarts. */
final class GatewayProcess implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Path directory;
    private final String name;
    private final int httpPort;
    private final int grpcPort;
    private final int opsPort;
    private final Path config;
    private Process process;

    /**
     * @param settings further sections of its YAML
     */
    GatewayProcess(Path directory, String name, TestTokens tokens, String bootstrapServers, String settings) {
        this.directory = directory;
        this.name = name;
        this.httpPort = freePort();
        this.grpcPort = freePort();
        this.opsPort = freePort();
        String yaml = "http: {port: " + httpPort + "}\n"
                + "grpc: {port: " + grpcPort + "}\n"
                + "ops: {port: " + opsPort + "}\n"
                + "kafka: {bootstrapServers: \"" + bootstrapServers + "\"}\n"
                + "clickhouse: {url: \"http://127.0.0.1:1\"}\n"
                + "auth: {publicKeyFile: \"" + tokens.publicKeyFile() + "\", issuer: tidegate, audience: tidegate}\n"
                + settings;
        try {
            this.config = Files.writeString(directory.resolve(name + ".yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            GatewayMain.class.getName(),
                            "--config",
                            config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve(name + ".log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code /health/ready} answers; 0 if nobody does. */
    int readiness() {
        try {
            return HTTP.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + opsPort + "/health/ready"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM; returns its exit code. */
    int terminate() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " doesn't end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int httpPort() {
        return httpPort;
    }

    int grpcPort() {
        return grpcPort;
    }

    String log() {
        try {
            return Files.readString(directory.resolve(name + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
