package io.tidegate.client;

import static org.awaitility.Awaitility.await;

import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A gateway in this process, or two while one takes over from the other, and a broker in another. There is no ClickHouse. */
final class RunningGateway implements AutoCloseable {

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final KafkaProcess kafka;
    private final Path configuration;
    /** The newest is the last. */
    private final Deque<Gateway> gateways = new ConcurrentLinkedDeque<>();

    private final KeyPair keys;

    private RunningGateway(KafkaProcess kafka, Path configuration, KeyPair keys) {
        this.kafka = kafka;
        this.configuration = configuration;
        this.keys = keys;
    }

    static RunningGateway start(Path directory) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        Files.writeString(
                directory.resolve("public.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), 2);
        Path yaml = Files.writeString(
                directory.resolve("gateway.yaml"),
                "http: {port: 0}\nops: {port: 0}\ngrpc: {port: 0}\n"
                        + "kafka: {bootstrapServers: \"" + kafka.bootstrapServers() + "\"}\n"
                        + "clickhouse: {url: \"http://127.0.0.1:1\"}\n"
                        + "limits: {ip: {requests: 0}}\n"
                        + "auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}\n");
        RunningGateway running = new RunningGateway(kafka, yaml, keys);
        running.startAnother();
        return running;
    }

    /** Beside the one that runs, on the same broker. */
    void startAnother() throws Exception {
        Gateway gateway = Gateway.start(GatewayConfig.load(configuration)).get(90, TimeUnit.SECONDS);
        gateways.add(gateway);
        await().atMost(Duration.ofSeconds(90)).until(gateway::ready);
    }

    /** As SIGTERM does. */
    void stopOldest() {
        gateways.remove().stop().join();
    }

    /** Of the newest. */
    int port() {
        return gateways.getLast().httpPort();
    }

    String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    /** A token of an hour. */
    String token(String subject, String... roles) {
        String claims = "{\"sub\":\"" + subject + "\",\"roles\":["
                + Arrays.stream(roles).map(role -> '"' + role + '"').collect(Collectors.joining(","))
                + "],\"iss\":\"tidegate\",\"aud\":\"tidegate\",\"exp\":"
                + Instant.now().plusSeconds(3_600).getEpochSecond() + "}";
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

    @Override
    public void close() throws IOException {
        while (!gateways.isEmpty()) {
            stopOldest();
        }
        kafka.close();
    }
}
