package io.tidegate.jobs.kafka;

import com.google.protobuf.MessageLite;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.source.DeadLetter;
import java.io.Serializable;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The topics that jobs write.
 *
 * <p>Alerts, notifications and dead letters are transactional: a {@code read_committed} reader sees each exactly once, one
 * checkpoint later; a {@code read_uncommitted} reader sees it at once and may see it again after a failure, with the same id.
 * Counters are absolute values, so at-least-once is enough for them.
 */
public final class TopicSink {

    private TopicSink() {}

    public static Sink<Alert> alerts(JobConfig config, String job) {
        return transactional(
                config, job, Topics.ALERTS, new KeyedMessageSerializer<>(Topics.ALERTS, Alert::getSubject));
    }

    public static Sink<Notification> notifications(JobConfig config, String job) {
        return transactional(
                config,
                job,
                Topics.NOTIFICATIONS,
                new KeyedMessageSerializer<>(Topics.NOTIFICATIONS, Notification::getRecipient));
    }

    public static Sink<DeadLetter> deadLetters(JobConfig config, String job) {
        Properties properties = producer();
        // The largest record that a topic takes, with the headers on top of it.
        properties.setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(Topics.MAX_DEAD_LETTER_BYTES));
        return transactional(config, job, Topics.EVENTS_DLQ, new DeadLetterSerializer(job), properties);
    }

    public static KafkaSink<Counter> counters(JobConfig config) {
        return KafkaSink.<Counter>builder()
                .setBootstrapServers(config.kafkaBootstrapServers())
                .setKafkaProducerConfig(producer())
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(new KeyedMessageSerializer<>(Topics.COUNTERS, CounterKeys::of))
                .build();
    }

    private static <T> Sink<T> transactional(
            JobConfig config, String job, String topic, KafkaRecordSerializationSchema<T> serializer) {
        return transactional(config, job, topic, serializer, producer());
    }

    private static <T> Sink<T> transactional(
            JobConfig config,
            String job,
            String topic,
            KafkaRecordSerializationSchema<T> serializer,
            Properties properties) {
        properties.setProperty(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                Long.toString(config.transactionTimeout().toMillis()));
        // The prefix is stable for ever: after a restart the sink finds its open transactions by it.
        return new AttemptKafkaSink<>(
                config.kafkaBootstrapServers(), properties, "tidegate-" + job + "-" + topic, serializer);
    }

    private static Properties producer() {
        Properties properties = KafkaAccess.properties();
        properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // An alert leaves at once: the fast lane's latency counts, not the size of its batch.
        properties.setProperty(ProducerConfig.LINGER_MS_CONFIG, "0");
        // After a failure each transaction that was open is aborted before an alert can be written, and the coordinator
        // says "not
        // yet" until it is: several times the pause, which is 100 ms by default.
        properties.setProperty(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, "20");
        return properties;
    }

    /** The key of a message of type {@code M}. */
    @FunctionalInterface
    interface KeyOf<M extends MessageLite> extends Serializable {
        String key(M message);
    }
}
