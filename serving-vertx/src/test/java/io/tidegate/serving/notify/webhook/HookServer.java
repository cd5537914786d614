package io.tidegate.serving.notify.webhook;

import io.tidegate.serving.TestGateway;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A receiver of webhooks on loopback, with TLS for {@code hooks.test}; keeps what it gets and answers as it is told. */
public final class HookServer implements AutoCloseable {

    /** A request as it came. */
    public record Received(String path, Map<String, String> headers, byte[] body, String sni) {
        public String header(String name) {
            return headers.get(name.toLowerCase(java.util.Locale.ROOT));
        }
    }

    public static final String HOST = "hooks.test";
    public static final String STORE_PASSWORD = "test-only";

    private final HttpServer server;
    private final Path certificate;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Handler<HttpServerRequest> answer =
            request -> request.response().setStatusCode(204).end();

    private HookServer(Vertx vertx, Path directory) {
        Path store = directory.resolve("hooks.p12");
        this.certificate = directory.resolve("hooks.pem");
        if (!Files.exists(certificate)) {
            keytool(
                    "-genkeypair",
                    "-alias",
                    "hooks",
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-dname",
                    "CN=hooks",
                    "-ext",
                    "SAN=dns:" + HOST + ",dns:localhost",
                    "-validity",
                    "30",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    STORE_PASSWORD);
            keytool(
                    "-exportcert",
                    "-rfc",
                    "-alias",
                    "hooks",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    STORE_PASSWORD,
                    "-file",
                    certificate.toString());
        }
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setSni(true)
                        .setKeyCertOptions(
                                new PfxOptions().setPath(store.toString()).setPassword(STORE_PASSWORD)))
                .connectionHandler(connection -> connections.incrementAndGet())
                .requestHandler(this::take);
        TestGateway.await(server.listen(0, "127.0.0.1"));
    }

    public static HookServer start(Vertx vertx, Path directory) {
        return new HookServer(vertx, directory);
    }

    private void take(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            Map<String, String> headers = new java.util.HashMap<>();
            request.headers().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
            received.add(new Received(
                    request.path(),
                    headers,
                    body.getBytes(),
                    request.connection().indicatedServerName()));
            answer.handle(request);
        });
    }

    /** What every request from now on gets. */
    public void answers(Handler<HttpServerRequest> handler) {
        answer = handler;
    }

    public void answers(int status) {
        answer = request -> request.response().setStatusCode(status).end();
    }

    public List<Received> received() {
        return received;
    }

    public int connections() {
        return connections.get();
    }

    public int port() {
        return server.actualPort();
    }

    public Path certificate() {
        return certificate;
    }

    public String url(String path) {
        return "https://" + HOST + ":" + port() + path;
    }

    @Override
    public void close() {
        TestGateway.await(server.close());
    }

    private static void keytool(String... arguments) {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
