package io.tidegate.bench.stream;

import io.tidegate.bench.service.Broker;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * {@link RandomEvents} on topic {@code events}.
 *
 * <p>They are written in a transaction. The jobs read what is committed, so they get all of it at once and nothing before: what is measured is
 * how they work through what is there, and no producer works meanwhile.
 */
final class TopicEvents implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final RandomEvents events;
    private final Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();

    TopicEvents(Broker broker, RandomEvents events) {
        this.events = events;
        this.producer = new KafkaProducer<>(
                KafkaAccess.with(Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "bench-" + UUID.randomUUID(),
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        600_000,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.LINGER_MS_CONFIG,
                        5,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        256 * 1024)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /** Writes events that nobody sees before {@link #reveal}. */
    void write(int count) {
        producer.beginTransaction();
        for (int i = 0; i < count; i++) {
            Event event = events.next();
            producer.send(
                    new ProducerRecord<>(
                            Topics.EVENTS, event.getUserId().getBytes(StandardCharsets.US_ASCII), event.toByteArray()),
                    (written, failure) -> {
                        if (failure == null) {
                            ends.merge(
                                    new TopicPartition(written.topic(), written.partition()),
                                    written.offset() + 1,
                                    Math::max);
                        }
                    });
        }
        producer.flush();
    }

    void reveal() {
        producer.commitTransaction();
    }

    /** Behind the last event of each partition. */
    Map<TopicPartition, Long> ends() {
        return Map.copyOf(ends);
    }

    @Override
    public void close() {
        producer.close();
    }
}
