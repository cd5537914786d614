package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.Topics;
import io.tidegate.dev.kafka.KafkaBroker;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway's side: who may set what, what is refused and by which name, and what can be read from the topic. */
class NotifyApiTest {

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static KafkaBroker broker;
    private static NotifierWorld world;

    @BeforeAll
    static void start() {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        world = NotifierWorld.create(VERTX, broker.bootstrapServers(), directory);
    }

    @AfterAll
    static void stop() {
        world.close();
        broker.close();
        VERTX.close();
    }

    private static JsonObject object(HttpResponse<String> response) {
        return new JsonObject(response.body());
    }

    @Test
    void aSecretIsShownOnceAndOthersWebhooksAreNotToBeSeen() {
        HttpResponse<String> made = world.call(
                "POST", "/api/v1/webhooks", "{\"url\":\"https://hooks.test/secret-path\"}", "ann", "analyst");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String id = object(made).getString("id");
        String path = "/api/v1/webhooks/" + id;
        assertThat(object(made).getString("secret")).startsWith("whsec_").hasSize(6 + 43);
        assertThat(made.headers().firstValue("Location")).contains(path);

        HttpResponse<String> own = world.call("GET", path, null, "ann", "analyst");
        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(own.body()).doesNotContain("secret\":");
        assertThat(world.call("GET", path, null, "bob", "analyst").statusCode()).isEqualTo(404);
        assertThat(world.call("DELETE", path, null, "bob", "analyst").statusCode())
                .isEqualTo(404);
        assertThat(new JsonArray(world.call("GET", "/api/v1/webhooks", null, "bob", "analyst")
                        .body()))
                .isEmpty();
        assertThat(world.call("GET", path, null, "boss", "admin").statusCode()).isEqualTo(200);
        assertThat(world.call("GET", "/api/v1/webhooks", null, "ann", "producer")
                        .statusCode())
                .isEqualTo(403);
        assertThat(world.call("DELETE", path, null, "ann", "analyst").statusCode())
                .isEqualTo(204);
        assertThat(world.call("GET", path, null, "ann", "analyst").statusCode()).isEqualTo(404);
    }

    @Test
    void preferencesAreTheUsersOwnOrAnAdmins() {
        String path = "/api/v1/users/ann/notification-preferences";
        String json = "{\"timeZone\":\"Europe/Riga\",\"quietHours\":{\"from\":\"22:00\",\"to\":\"07:30\"},"
                + "\"email\":{\"address\":\"ann@example.test\",\"kinds\":[\"milestone\"],\"digest\":\"1h\"}}";
        assertThat(world.call("GET", path, null, "bob").statusCode()).isEqualTo(403);
        assertThat(world.call("PUT", path, json, "bob", "analyst").statusCode()).isEqualTo(403);
        assertThat(object(world.call("GET", path, null, "ann")).getString("timeZone"))
                .isEqualTo("UTC");

        assertThat(world.call("PUT", path, json, "ann").statusCode()).isEqualTo(200);

        HttpResponse<String> got = world.call("GET", path, null, "boss", "admin");
        assertThat(object(got).getJsonObject("quietHours").getString("to")).isEqualTo("07:30");
        assertThat(object(got).getJsonObject("email").getString("digest")).isEqualTo("1h");
        assertThat(object(got).getString("updatedBy")).isEqualTo("ann");
        // What GET shows can be put back.
        assertThat(world.call("PUT", path, got.body(), "ann").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            webhooks | {}                                                                   | url
            webhooks | {"url":"http://example.com/"}                                        | url
            webhooks | {"url":"https://10.0.0.1/"}                                          | url
            webhooks | {"url":"https://example.com/","filter":{"kinds":["gossip"]}}         | filter.kinds
            webhooks | {"url":"https://example.com/","filter":{"severities":"critical"}}    | filter.severities
            webhooks | {"url":"https://example.com/","schedule":{"digest":"1s"}}            | schedule.digest
            webhooks | {"url":"https://example.com/","schedule":{"timeZone":"Mars"}}        | schedule.timeZone
            webhooks | {"url":"https://example.com/","secret":"mine"}                       | secret
            webhooks | [1]                                                                  | body
            webhooks | {"url":                                                              | body
            users/boss/notification-preferences | {"email":{"enabled":true}}                | email.address
            users/boss/notification-preferences | {"email":{"address":"a@b\\nBcc: c@d"}}    | email.address
            users/boss/notification-preferences | {"email":{"address":"a b@c"}}             | email.address
            users/boss/notification-preferences | {"quietHours":{"from":"25:00","to":"1:0"}} | quietHours.from
            users/boss/notification-preferences | {"quietHours":{"from":"22:00","to":"22:00"}} | quietHours.to
            users/boss/push-subscriptions | {"endpoint":"https://127.0.0.1/","keys":{"p256dh":"AA","auth":"AA"}} | keys.p256dh
            """)
    void whatIsWrongIsNamedByItsField(String path, String body, String field) {
        String method = path.endsWith("preferences") ? "PUT" : "POST";

        HttpResponse<String> response = world.call(method, "/api/v1/" + path, body, "boss", "admin");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(422);
        assertThat(object(response).getString("field")).isEqualTo(field);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        assertThat(world.call("POST", "/api/v1/webhooks", " ".repeat(70_000), "boss", "admin")
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void nothingOnTheTopicCanBeReadWithoutTheKey() {
        HttpResponse<String> made = world.call(
                "POST", "/api/v1/webhooks", "{\"url\":\"https://hooks.test/very-secret\"}", "eve", "analyst");
        String secret = object(made).getString("secret");

        StringBuilder all = new StringBuilder();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(Topics.NOTIFIER_SETTINGS, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    all.append(record.value() == null ? "" : new String(record.value(), StandardCharsets.ISO_8859_1));
                }
            }
        }
        assertThat(all).isNotEmpty().doesNotContain("very-secret").doesNotContain(secret);
    }
}
