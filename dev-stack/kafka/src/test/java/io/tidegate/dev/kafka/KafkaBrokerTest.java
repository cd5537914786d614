package io.tidegate.dev.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.contracts.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerTest {

    @TempDir
    Path dataDir;

    @Test
    void topicsAndRecordsSurviveARestartOnOtherPorts() {
        // Given
        try (KafkaBroker broker = KafkaBroker.start(dataDir)) {
            TopicSetup.ensure(broker.bootstrapServers(), 2);
            Records.send(broker.bootstrapServers(), Topics.EVENTS, "u1", "first");
        }

        // When
        try (KafkaBroker broker = KafkaBroker.start(dataDir)) {
            Records.send(broker.bootstrapServers(), Topics.EVENTS, "u1", "second");

            // Then
            assertThat(Records.read(broker.bootstrapServers(), Topics.EVENTS, 2))
                    .containsExactly("first", "second");
        }
    }

    @Test
    void settingUpTheTopicsTwiceChangesNothing() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(dataDir);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            // Given
            TopicSetup.ensure(broker.bootstrapServers(), 4);

            // When
            TopicSetup.ensure(broker.bootstrapServers(), 8);

            // Then
            Set<String> names = admin.listTopics().names().get();
            assertThat(names)
                    .containsExactlyInAnyOrder(
                            Topics.EVENTS,
                            Topics.EVENTS_DLQ,
                            Topics.EVENTS_DLQ_REDRIVEN,
                            Topics.LEDGER,
                            Topics.ALERTS,
                            Topics.NOTIFICATIONS,
                            Topics.COUNTERS,
                            Topics.RULES,
                            Topics.RULES_AUDIT,
                            Topics.NOTIFIER_SETTINGS,
                            Topics.NOTIFIER_DELIVERIES,
                            Topics.NOTIFICATIONS_DLQ);
            Map<String, TopicDescription> topics =
                    admin.describeTopics(names).allTopicNames().get();
            assertThat(topics.get(Topics.EVENTS).partitions()).hasSize(4);
            assertThat(topics.get(Topics.RULES).partitions()).hasSize(1);
            assertThat(config(admin, Topics.EVENTS)
                            .get("message.timestamp.type")
                            .value())
                    .isEqualTo("LogAppendTime");
            assertThat(config(admin, Topics.COUNTERS).get("cleanup.policy").value())
                    .isEqualTo("compact");
            assertThat(config(admin, Topics.ALERTS).get("cleanup.policy").value())
                    .isEqualTo("delete");
        }
    }

    @Test
    void aTransactionMayStayOpenForAWeek() {
        try (KafkaBroker broker = KafkaBroker.start(dataDir)) {
            // Given
            TopicSetup.ensure(broker.bootstrapServers(), 1);

            // When
            Records.sendInTransaction(broker.bootstrapServers(), Topics.ALERTS, "u1", "alert", Duration.ofDays(7));

            // Then
            assertThat(Records.read(broker.bootstrapServers(), Topics.ALERTS, 1))
                    .containsExactly("alert");
        }
    }

    @Test
    void aTopicIsReadToItsEndWithOrWithoutWhatWasAborted() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(dataDir)) {
            // Given
            String servers = broker.bootstrapServers();
            TopicSetup.ensure(servers, 2);
            Records.sendInTransaction(servers, Topics.ALERTS, "u1", "kept", Duration.ofMinutes(1));
            Records.sendInVain(servers, Topics.ALERTS, "u1", "aborted");
            Records.send(servers, Topics.ALERTS, "u2", "plain");

            // Then
            assertThat(WholeTopic.settled(servers, Topics.ALERTS))
                    .extracting(KafkaBrokerTest::text)
                    .containsExactlyInAnyOrder("kept", "plain");
            assertThat(WholeTopic.uncommitted(servers, Topics.ALERTS))
                    .extracting(KafkaBrokerTest::text)
                    .containsExactlyInAnyOrder("kept", "aborted", "plain");
            assertThat(WholeTopic.committed(servers, Topics.RULES)).isEmpty();
            assertThatThrownBy(() -> WholeTopic.committed(servers, "no-such-topic"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no-such-topic");
        }
    }

    @Test
    void aSettledTopicIsReadWhenNoTransactionIsOpen() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(dataDir)) {
            // Given
            String servers = broker.bootstrapServers();
            TopicSetup.ensure(servers, 2);
            try (KafkaProducer<String, String> open = Records.sendAndStayOpen(servers, Topics.ALERTS, "u1", "late")) {
                // When
                CompletableFuture<List<ConsumerRecord<byte[], byte[]>>> settled = CompletableFuture.supplyAsync(() -> {
                    try {
                        return WholeTopic.settled(servers, Topics.ALERTS);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                assertThat(WholeTopic.committed(servers, Topics.ALERTS)).isEmpty();
                assertThatThrownBy(() -> settled.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
                open.commitTransaction();

                // Then
                assertThat(settled.get()).extracting(KafkaBrokerTest::text).containsExactly("late");
            }
        }
    }

    @Test
    void aSecondBrokerOnTheSameDirectoryIsRefused() {
        try (KafkaBroker first = KafkaBroker.start(dataDir)) {
            assertThat(first.port()).isPositive();

            assertThatThrownBy(() -> KafkaBroker.start(dataDir))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(dataDir.toString());
        }
    }

    private static String text(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static Config config(Admin admin, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(Set.of(resource)).all().get().get(resource);
    }
}
