package io.tidegate.dev.kafka.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker with the files of {@code deploy/kafka}: its security, its rights, its clients' settings. */
class SecureBrokerTest {

    private static final Path DEPLOY =
            Path.of("..", "..", "deploy", "kafka").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String PASSWORD = "of-the-certificates";
    private static final byte[] VALUE = "v".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path folder;

    private static KafkaBroker broker;
    private static AccessList list;
    private static Map<String, String> passwords;

    @BeforeAll
    static void start() throws IOException {
        Path certificates = folder.resolve("tls");
        Certificates.make(certificates, PASSWORD, List.of("127.0.0.1", "localhost"));
        broker = KafkaBroker.startSecure(
                folder.resolve("kafka"),
                BrokerSecurity.of(DEPLOY.resolve("security.properties"), certificates, PASSWORD));
        TopicSetup.ensure(administrator(), 2, 1, 1);
        list = AccessList.read(DEPLOY.resolve("access.acl"));
        passwords = list.users().stream().collect(Collectors.toMap(user -> user, user -> "secret of " + user));
        AccessSetup.apply(administrator(), list, passwords);
        // The controller has them; the broker follows.
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            write("gateway", Topics.EVENTS);
            return true;
        });
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void aGatewayWritesEventsAndCannotReadThem() throws Exception {
        write("gateway", Topics.EVENTS);
        read("gateway", Topics.ALERTS);
        read("gateway", Topics.COUNTERS);

        for (String topic : List.of(Topics.EVENTS, Topics.EVENTS_DLQ, Topics.NOTIFIER_DELIVERIES)) {
            assertThatThrownBy(() -> read("gateway", topic)).as(topic).isInstanceOf(TopicAuthorizationException.class);
        }
        for (String topic : List.of(Topics.COUNTERS, Topics.NOTIFICATIONS, Topics.EVENTS_DLQ)) {
            assertThatThrownBy(() -> write("gateway", topic))
                    .as(topic)
                    .hasRootCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void aJobReadsInItsGroupAndWritesInItsTransactions() throws Exception {
        write("gateway", Topics.EVENTS);

        try (KafkaConsumer<byte[], byte[]> events =
                consumer("jobs", Map.of(ConsumerConfig.GROUP_ID_CONFIG, "tidegate-fraud"))) {
            events.subscribe(List.of(Topics.EVENTS));
            await().atMost(PATIENCE)
                    .until(() -> !events.poll(Duration.ofMillis(200)).isEmpty());
            events.commitSync();
        }
        try (KafkaProducer<byte[], byte[]> alerts =
                producer("jobs", Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "tidegate-fraud-alerts-0-1"))) {
            alerts.initTransactions();
            alerts.beginTransaction();
            alerts.send(new ProducerRecord<>(Topics.ALERTS, VALUE)).get();
            alerts.commitTransaction();
        }

        // As Flink's sink does before its first transaction, for every topic that it writes to.
        try (Admin admin = Admin.create(client("jobs", passwords.get("jobs")))) {
            for (String topic : List.of(Topics.ALERTS, Topics.NOTIFICATIONS, Topics.EVENTS_DLQ)) {
                assertThat(admin.describeProducers(List.of(new TopicPartition(topic, 0)))
                                .all()
                                .get())
                        .as(topic)
                        .hasSize(1);
            }
        }

        try (KafkaProducer<byte[], byte[]> rules =
                producer("jobs", Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "tidegate-rules"))) {
            assertThatThrownBy(rules::initTransactions).isInstanceOf(TransactionalIdAuthorizationException.class);
        }
        try (KafkaConsumer<byte[], byte[]> events =
                consumer("jobs", Map.of(ConsumerConfig.GROUP_ID_CONFIG, "tidegate-notifier"))) {
            events.subscribe(List.of(Topics.EVENTS));
            assertThatThrownBy(() -> events.poll(PATIENCE)).isInstanceOf(GroupAuthorizationException.class);
        }
        assertThatThrownBy(() -> write("jobs", Topics.RULES)).hasRootCauseInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void theOthersMayWhatTheyAreFor() throws Exception {
        write("notifier", Topics.NOTIFIER_DELIVERIES);
        write("notifier", Topics.NOTIFICATIONS_DLQ);
        read("export", Topics.COUNTERS);
        read("tools", Topics.EVENTS_DLQ);
        write("tools", Topics.EVENTS);
        read("ui", Topics.EVENTS);

        assertThatThrownBy(() -> read("notifier", Topics.EVENTS)).isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> read("export", Topics.ALERTS)).isInstanceOf(TopicAuthorizationException.class);
        // Who may write nowhere doesn't even get a producer's id.
        assertThatThrownBy(() -> write("export", Topics.COUNTERS)).hasRootCauseInstanceOf(AuthorizationException.class);
        assertThatThrownBy(() -> write("ui", Topics.EVENTS)).hasRootCauseInstanceOf(AuthorizationException.class);
        // Nobody but the administrator changes anything about the cluster.
        try (Admin admin = Admin.create(client("tools", "secret of tools"))) {
            assertThatThrownBy(() ->
                            admin.deleteTopics(List.of(Topics.EVENTS)).all().get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void aStrangerGetsNothing() throws IOException {
        assertThatThrownBy(() -> names(client("stranger", "secret of stranger")))
                .hasCauseInstanceOf(SaslAuthenticationException.class);
        assertThatThrownBy(() -> names(client("gateway", "a guess")))
                .hasCauseInstanceOf(SaslAuthenticationException.class);
        // At the administrator's door without a certificate.
        Map<String, Object> without = administrator();
        without.keySet().removeIf(name -> name.startsWith("ssl.keystore") || name.equals("ssl.key.password"));
        assertThatThrownBy(() -> names(without)).hasCauseInstanceOf(SslAuthenticationException.class);
    }

    @Test
    void whatIsTakenOutOfTheFileIsTakenAway() throws Exception {
        Path file = folder.resolve("more.acl");
        Files.writeString(
                file,
                Files.readString(DEPLOY.resolve("access.acl")) + "export read,describe topic " + Topics.RULES + "\n");
        AccessSetup.apply(administrator(), AccessList.read(file), passwords);
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            read("export", Topics.RULES);
            return true;
        });

        AccessSetup.apply(administrator(), list, passwords);

        await().atMost(PATIENCE).untilAsserted(() -> assertThatThrownBy(() -> read("export", Topics.RULES))
                .isInstanceOf(TopicAuthorizationException.class));
    }

    @Test
    void aLineThatIsWrongIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.acl"), "# fine\ngateway reed topic events\n");

        assertThatThrownBy(() -> AccessList.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("wrong.acl:2: operation: one by its name expected, not reed");
        assertThat(list.users()).containsExactly("gateway", "jobs", "notifier", "export", "tools", "ui");
    }

    private static void write(String user, String topic) throws ExecutionException, InterruptedException, IOException {
        try (KafkaProducer<byte[], byte[]> producer = producer(user, Map.of())) {
            producer.send(new ProducerRecord<>(topic, VALUE, VALUE)).get();
        }
    }

    /** Fetches from the beginning of a topic's first partition, whatever is there. */
    private static void read(String user, String topic) throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(user, Map.of())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(Set.of(partition));
            consumer.seekToBeginning(Set.of(partition));
            consumer.position(partition);
            consumer.poll(Duration.ofSeconds(1));
        }
    }

    private static Set<String> names(Map<String, Object> config) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(config)) {
            return new HashSet<>(admin.listTopics().names().get());
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String user, Map<String, Object> more) throws IOException {
        Map<String, Object> config = client(user, passwords.get(user));
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis());
        config.putAll(more);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String user, Map<String, Object> more) throws IOException {
        Map<String, Object> config = client(user, passwords.get(user));
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.putAll(more);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Object> client(String user, String password) throws IOException {
        Map<String, Object> config = new HashMap<>(BrokerSecurity.filled(
                DEPLOY.resolve("client.properties"),
                Map.of(
                        "KAFKA_USER", user,
                        "KAFKA_PASSWORD", password,
                        "KAFKA_CA_FILE", folder.resolve("tls/ca.pem").toString())));
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
        return config;
    }

    private static Map<String, Object> administrator() throws IOException {
        Map<String, Object> config = new HashMap<>(BrokerSecurity.filled(
                DEPLOY.resolve("admin.properties"),
                Map.of("KAFKA_TLS_DIRECTORY", folder.resolve("tls").toString(), "KAFKA_TLS_PASSWORD", PASSWORD)));
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.administratorServers());
        return config;
    }
}
