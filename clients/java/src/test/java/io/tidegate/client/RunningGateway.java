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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A gateway in this process and a broker in another. There is no ClickHouse. */
final class RunningGateway implements AutoCloseable {

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final KafkaProcess kafka;
    private final Gateway gateway;
    private final KeyPair keys;

    private RunningGateway(KafkaProcess kafka, Gateway gateway, KeyPair keys) {
        this.kafka = kafka;
        this.gateway = gateway;
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
        Gateway gateway = Gateway.start(GatewayConfig.load(yaml)).get(90, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(90)).until(gateway::ready);
        return new RunningGateway(kafka, gateway, keys);
    }

    int port() {
        return gateway.httpPort();
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
        gateway.stop().join();
        kafka.close();
    }
}
