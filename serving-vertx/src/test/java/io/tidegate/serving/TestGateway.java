package io.tidegate.serving;

import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.HttpApi;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** The public server with some of the features, a key of its own, and whatever tokens a test needs. */
public final class TestGateway implements AutoCloseable {

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final Vertx vertx;
    private final KeyPair keys;
    private final Auth auth;
    private final List<RouteModule> modules;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestGateway(Vertx vertx, KeyPair keys, Auth auth, List<RouteModule> modules, int port) {
        this.vertx = vertx;
        this.keys = keys;
        this.auth = auth;
        this.modules = modules;
        this.port = port;
    }

    /** Starts on a free port with two event loops. The Vert.x stays the caller's; one gateway for each. */
    public static TestGateway start(Vertx vertx, Path directory, RouteModule... modules) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            Path pem = directory.resolve("public.pem");
            Files.writeString(
                    pem,
                    "-----BEGIN PUBLIC KEY-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(keys.getPublic().getEncoded()) + "\n-----END PUBLIC KEY-----\n");
            Auth auth = new Auth(
                    vertx,
                    new GatewayConfig.Auth(
                            GatewayConfig.Algorithm.ES256, pem, Optional.empty(), "tidegate", "tidegate"));
            List<RouteModule> all = List.of(modules);
            AtomicInteger port = new AtomicInteger();
            for (RouteModule module : all) {
                await(module.start());
            }
            await(vertx.deployVerticle(
                    () -> new HttpApi(
                            new GatewayConfig.Http("127.0.0.1", 0, 2), all, auth, Duration.ofSeconds(1), port),
                    new DeploymentOptions().setInstances(2)));
            return new TestGateway(vertx, keys, auth, all, port.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        String claims = "{\"sub\":\"" + subject + "\",\"roles\":["
                + Arrays.stream(roles).map(role -> '"' + role + '"').collect(Collectors.joining(","))
                + "],\"iss\":\"tidegate\",\"aud\":\"tidegate\",\"iat\":"
                + Instant.now().getEpochSecond() + ",\"exp\":"
                + expiresAt.getEpochSecond()
                + more.entrySet().stream()
                        .map(claim -> ",\"" + claim.getKey() + "\":\"" + claim.getValue() + '"')
                        .collect(Collectors.joining())
                + "}";
        String signed = encode("{\"alg\":\"ES256\",\"typ\":\"JWT\"}") + "." + encode(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + BASE64URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String json) {
        return BASE64URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
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
