package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.Milestone;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.NotificationKind;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.notify.settings.NotifyApi;
import io.tidegate.serving.notify.settings.NotifyConfig;
import io.tidegate.serving.notify.webhook.AddressPolicy;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What a notifier has around it: the topics, keys, the gateway's API, somebody who raises alerts. */
final class NotifierWorld implements AutoCloseable {

    /** A record of topic notifications.dlq. */
    record DeadLetter(String reason, Delivery delivery) {}

    static final Set<Integer> ANY_PORT =
            IntStream.rangeClosed(1, 65_535).boxed().collect(Collectors.toUnmodifiableSet());

    private static final String ADMIN = "boss";

    private final String bootstrapServers;
    private final TestGateway gateway;
    private final HttpClient http = HttpClient.newHttpClient();
    private final KafkaProducer<byte[], byte[]> producer;

    private NotifierWorld(String bootstrapServers, TestGateway gateway) {
        this.bootstrapServers = bootstrapServers;
        this.gateway = gateway;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Makes topics and {@linkplain #keys keys}, and starts a gateway with the API. */
    static NotifierWorld create(Vertx vertx, String bootstrapServers, Path directory) {
        TopicSetup.ensure(bootstrapServers, 2);
        keys(directory);
        NotifyConfig config = new NotifyConfig(
                Optional.of(directory.resolve("notifier.key")),
                Optional.of(directory.resolve("vapid.pub.pem")),
                new AddressPolicy(false, ANY_PORT, List.of()));
        NotifyApi api = new NotifyApi(vertx, config, bootstrapServers, "test-gateway", Clock.systemUTC());
        NotifierWorld world = new NotifierWorld(bootstrapServers, TestGateway.start(vertx, directory, api));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> world.call("GET", "/api/v1/webhooks", null, ADMIN, "admin")
                                .statusCode()
                        == 200);
        return world;
    }

    /** Makes {@code notifier.key}, {@code vapid.pem} and {@code vapid.pub.pem}. */
    static void keys(Path directory) {
        try {
            Files.writeString(
                    directory.resolve("notifier.key"), Base64.getEncoder().encodeToString(new byte[32]));
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            pem(directory.resolve("vapid.pem"), "PRIVATE KEY", pair.getPrivate().getEncoded());
            pem(
                    directory.resolve("vapid.pub.pem"),
                    "PUBLIC KEY",
                    pair.getPublic().getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pem(Path file, String label, byte[] der) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                        + "-----\n");
    }

    HttpResponse<String> call(String method, String path, String body, String subject, String... roles) {
        return send(method, path, body, gateway.token(subject, roles));
    }

    /** As the admin of a tenant. */
    HttpResponse<String> callAs(String tenant, String method, String path) {
        return send(method, path, null, gateway.token(ADMIN, Map.of("tenant", tenant), "admin"));
    }

    private HttpResponse<String> send(String method, String path, String body, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    JsonObject createWebhook(String url, String filter) {
        return createWebhook(url, filter, "{}");
    }

    JsonObject createWebhook(String url, String filter, String schedule) {
        return createWebhook(url, filter, schedule, "");
    }

    JsonObject createTenantsWebhook(String tenant, String url, String filter) {
        return createWebhook(url, filter, "{}", tenant);
    }

    private JsonObject createWebhook(String url, String filter, String schedule, String tenant) {
        HttpResponse<String> response = send(
                "POST",
                "/api/v1/webhooks",
                "{\"url\":\"" + url + "\",\"filter\":" + filter + ",\"schedule\":" + schedule + "}",
                gateway.token(ADMIN, tenant.isEmpty() ? Map.of() : Map.of("tenant", tenant), "admin"));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return new JsonObject(response.body());
    }

    JsonObject webhook(String id) {
        return new JsonObject(
                call("GET", "/api/v1/webhooks/" + id, null, ADMIN, "admin").body());
    }

    void deleteWebhooks() {
        for (Object webhook : new JsonArray(
                call("GET", "/api/v1/webhooks", null, ADMIN, "admin").body())) {
            call("DELETE", "/api/v1/webhooks/" + ((JsonObject) webhook).getString("id"), null, ADMIN, "admin");
        }
    }

    String alert(String subject, String rule) {
        return alert(subject, rule, Severity.SEVERITY_WARNING, AlertKind.ALERT_KIND_FRAUD);
    }

    /** Its id. */
    String alertOf(String tenant, String subject, String rule) {
        return alert(tenant, subject, rule, Severity.SEVERITY_WARNING, AlertKind.ALERT_KIND_FRAUD);
    }

    /** Its id. */
    String alert(String subject, String rule, Severity severity, AlertKind kind) {
        return alert("", subject, rule, severity, kind);
    }

    private String alert(String tenant, String subject, String rule, Severity severity, AlertKind kind) {
        Alert alert = Alert.newBuilder()
                .setAlertId(UUID.randomUUID().toString())
                .setKind(kind)
                .setRuleId(rule)
                .setRuleVersion(1)
                .setSubject(subject)
                .setSeverity(severity)
                .setMessage(subject + " did what " + rule + " looks for")
                .setDetectedAtMs(System.currentTimeMillis())
                .setTenant(tenant)
                .build();
        send(Topics.ALERTS, subject, alert.toByteArray());
        return alert.getAlertId();
    }

    /** Its id. */
    String milestone(String recipient, String message) {
        Notification notification = Notification.newBuilder()
                .setNotificationId(UUID.randomUUID().toString())
                .setKind(NotificationKind.NOTIFICATION_KIND_MILESTONE)
                .setRecipient(recipient)
                .setMessage(message)
                .setCreatedAtMs(System.currentTimeMillis())
                .setMilestone(Milestone.newBuilder().setPostId("p1").setLikes(100))
                .build();
        send(Topics.NOTIFICATIONS, recipient, notification.toByteArray());
        return notification.getNotificationId();
    }

    void send(String topic, String key, byte[] value) {
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
        producer.flush();
    }

    /** Waits for the dead letter of a target. */
    DeadLetter deadLetter(String target) {
        TopicPartition partition = new TopicPartition(Topics.NOTIFICATIONS_DLQ, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return await().atMost(Duration.ofSeconds(60))
                    .until(
                            () -> {
                                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                                    if (record.key() != null
                                            && new String(record.key(), StandardCharsets.UTF_8).equals(target)) {
                                        return Optional.of(deadLetter(record));
                                    }
                                }
                                return Optional.<DeadLetter>empty();
                            },
                            Optional::isPresent)
                    .orElseThrow();
        }
    }

    private static DeadLetter deadLetter(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new DeadLetter(
                    new String(
                            record.headers()
                                    .lastHeader(DeadLetterHeaders.REASON)
                                    .value(),
                            StandardCharsets.UTF_8),
                    Delivery.parseFrom(record.value()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        gateway.close();
        producer.close();
    }
}
