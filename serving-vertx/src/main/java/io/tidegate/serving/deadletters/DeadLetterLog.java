package io.tidegate.serving.deadletters;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the dead letters and the ledger of those that were sent back. Committed records only; blocks. */
final class DeadLetterLog {

    private static final Duration POLL = Duration.ofMillis(100);
    /** For one answer of the broker. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String bootstrapServers;

    DeadLetterLog(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Hands over every dead letter that is there when it begins, in the topic's order.
     *
     * @throws KafkaException if the broker doesn't answer
     */
    void forEach(Consumer<DeadLetter> reader) {
        read(Topics.EVENTS_DLQ, record -> reader.accept(DeadLetter.of(record)));
    }

    /** The dead letter at a place, if it still is there. */
    Optional<DeadLetter> at(Place place) {
        TopicPartition partition = new TopicPartition(Topics.EVENTS_DLQ, place.partition());
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            if (partitions(consumer, Topics.EVENTS_DLQ).stream().noneMatch(partition::equals)) {
                return Optional.empty();
            }
            consumer.assign(List.of(partition));
            consumer.seek(partition, Math.max(place.offset(), first(consumer, partition)));
            AtomicReference<DeadLetter> found = new AtomicReference<>();
            drain(consumer, Map.of(partition, Math.min(place.offset() + 1, end(consumer, partition))), record -> {
                if (record.offset() == place.offset()) {
                    found.set(DeadLetter.of(record));
                }
            });
            return Optional.ofNullable(found.get());
        }
    }

    /** The dead letters that have been sent back. */
    Set<Place> redriven() {
        Set<Place> places = new HashSet<>();
        read(Topics.EVENTS_DLQ_REDRIVEN, record -> {
            if (record.key() != null) {
                Place.parse(new String(record.key(), StandardCharsets.UTF_8)).ifPresent(places::add);
            }
        });
        return places;
    }

    private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            drain(consumer, consumer.endOffsets(partitions), reader);
        }
    }

    private static void drain(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            boolean progress = false;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (record.offset() < ends.get(partition)) {
                    reader.accept(record);
                }
                progress = true;
            }
            if (progress) {
                deadline = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("no answer from the broker within " + PATIENCE.toSeconds() + " s");
            }
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("topic " + topic + " doesn't exist");
        }
        return partitions;
    }

    private static long first(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        return consumer.beginningOffsets(List.of(partition)).get(partition);
    }

    private static long end(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).get(partition);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                KafkaAccess.with(Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "tidegate-dlq",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        // Closing would wait for a fetch that waits at the broker for more than there is.
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        10,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(PATIENCE.toMillis()))),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
