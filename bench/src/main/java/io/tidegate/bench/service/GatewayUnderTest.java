package io.tidegate.bench.service;

import io.tidegate.serving.Gateway;
import io.tidegate.serving.GatewayConfig;
import java.io.IOException;
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
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The whole gateway in this JVM, as it is deployed: authentication, limits (too high to be reached), metrics, feeds. Only ClickHouse isn't
 * there.
 */
public final class GatewayUnderTest implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final Gateway gateway;
    private final KeyPair keys;

    /** gRPC's, which says on every stop that it has stopped. Held, or its level would be forgotten. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private GatewayUnderTest(Gateway gateway, KeyPair keys) {
        this.gateway = gateway;
        this.keys = keys;
    }

    /** Returns when it is ready. */
    public static GatewayUnderTest start(Broker broker)
            throws IOException, GeneralSecurityException, InterruptedException {
        GRPC.setLevel(Level.SEVERE);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        Path directory = Directories.temporary("gateway", () -> {});
        Files.writeString(
                directory.resolve("public.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        Path config = Files.writeString(directory.resolve("gateway.yaml"), """
                http: {port: 0}
                grpc: {port: 0}
                ops: {port: 0}
                kafka: {bootstrapServers: "%s"}
                clickhouse: {url: "http://127.0.0.1:1"}
                auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}
                shutdown: {lameDuck: 0s, drain: 1s}
                limits:
                  ip: {requests: 1000000000}
                  subject: {requests: 1000000000, events: 1000000000, bytes: 50GiB}
                """.formatted(broker.bootstrapServers()));
        Gateway gateway;
        try {
            gateway = Gateway.start(GatewayConfig.load(config)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the gateway doesn't start", e);
        }
        long latest = System.nanoTime() + PATIENCE.toNanos();
        while (!gateway.ready()) {
            if (System.nanoTime() > latest) {
                throw new IOException("the gateway isn't ready within " + PATIENCE);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return new GatewayUnderTest(gateway, keys);
    }

    public int port() {
        return gateway.httpPort();
    }

    public int grpcPort() {
        return gateway.grpcPort();
    }

    /** A token of a day. */
    public String token(String subject, String role) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        String claims =
                "{\"sub\":\"%s\",\"roles\":[\"%s\"],\"iss\":\"tidegate\",\"aud\":\"tidegate\",\"iat\":%d,\"exp\":%d}"
                        .formatted(subject, role, now, now + Duration.ofDays(1).toSeconds());
        String signed = encode("{\"alg\":\"ES256\",\"typ\":\"JWT\"}") + "." + encode(claims);
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + BASE64URL.encodeToString(signature.sign());
    }

    private static String encode(String json) {
        return BASE64URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        try {
            gateway.stop().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the gateway doesn't stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
