package io.tidegate.serving;

import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.HttpApi;
import io.tidegate.serving.http.RequestGate;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The public server with some of the features, a key of its own, and whatever tokens a test needs. */
public final class TestGateway implements AutoCloseable {

    private final Vertx vertx;
    private final TestTokens tokens;
    private final Auth auth;
    private final List<RouteModule> modules;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestGateway(Vertx vertx, TestTokens tokens, Auth auth, List<RouteModule> modules, int port) {
        this.vertx = vertx;
        this.tokens = tokens;
        this.auth = auth;
        this.modules = modules;
        this.port = port;
    }

    /** Starts on a free port with two event loops. The Vert.x stays the caller's; one gateway for each. */
    public static TestGateway start(Vertx vertx, Path directory, RouteModule... modules) {
        return start(vertx, directory, new GatewayConfig.Http("127.0.0.1", 0, 2), RequestGate.OPEN, modules);
    }

    /** With limits or times of its own. */
    public static TestGateway start(
            Vertx vertx, Path directory, GatewayConfig.Http http, RequestGate gate, RouteModule... modules) {
        TestTokens tokens = TestTokens.withKeyIn(directory);
        Auth auth = new Auth(
                vertx,
                new GatewayConfig.Auth(
                        GatewayConfig.Algorithm.ES256,
                        tokens.publicKeyFile(),
                        Optional.empty(),
                        "tidegate",
                        "tidegate"));
        List<RouteModule> all = List.of(modules);
        AtomicInteger port = new AtomicInteger();
        for (RouteModule module : all) {
            await(module.start());
        }
        await(vertx.deployVerticle(
                () -> new HttpApi(http, all, auth, gate, Duration.ofSeconds(1), port),
                new DeploymentOptions().setInstances(2)));
        return new TestGateway(vertx, tokens, auth, all, port.get());
    }

    public int port() {
        return port;
    }

    /** What the gateway checks tokens with. */
    public Auth auth() {
        return auth;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** A token of an hour. */
    public String token(String subject, String... roles) {
        return token(subject, Instant.now().plus(Duration.ofHours(1)), roles);
    }

    /** With further claims, all of them texts. */
    public String token(String subject, Map<String, String> claims, String... roles) {
        return token(subject, Instant.now().plus(Duration.ofHours(1)), claims, roles);
    }

    public String token(String subject, Instant expiresAt, String... roles) {
        return token(subject, expiresAt, Map.of(), roles);
    }

    private String token(String subject, Instant expiresAt, Map<String, String> more, String... roles) {
        return tokens.token(subject, expiresAt, more, roles);
    }

    /** GET with a token, or without one if it is null. */
    public HttpResponse<String> get(String pathAndQuery, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + pathAndQuery))
                .timeout(Duration.ofSeconds(30));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        for (RouteModule module : modules) {
            await(module.drain());
        }
        for (RouteModule module : modules) {
            await(module.stop());
        }
    }

    /** The result, or an exception if there is none within 20 s. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
