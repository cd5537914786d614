package io.tidegate.dev.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its beginning to the end that it has when the call begins; each partition in its order. */
public final class WholeTopic {

    private static final Duration WITHOUT_PROGRESS = Duration.ofSeconds(60);
    /** Kafka's client asks ahead: closing it would wait for a fetch that waits at the broker for more than there is. */
    private static final int FETCH_WAIT_MS = 10;

    private WholeTopic() {}

    /**
     * What is committed. Ends before the first transaction that is open.
     *
     * @throws IOException where the topic isn't there, or nothing comes for a minute
     */
    public static List<ConsumerRecord<byte[], byte[]>> committed(String bootstrapServers, String topic)
            throws IOException {
        return read(bootstrapServers, topic, IsolationLevel.READ_COMMITTED);
    }

    /** Also what belongs to open and aborted transactions. */
    public static List<ConsumerRecord<byte[], byte[]>> uncommitted(String bootstrapServers, String topic)
            throws IOException {
        return read(bootstrapServers, topic, IsolationLevel.READ_UNCOMMITTED);
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(
            String bootstrapServers, String topic, IsolationLevel isolation) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        read(bootstrapServers, topic, isolation, records::add);
        return records;
    }

    /** For topics that are too long for a list. */
    public static void read(
            String bootstrapServers,
            String topic,
            IsolationLevel isolation,
            Consumer<ConsumerRecord<byte[], byte[]>> reader)
            throws IOException {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation.toString(),
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                5_000,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                FETCH_WAIT_MS,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new IOException("topic " + topic + " isn't there");
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long progressNanos = System.nanoTime();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() - progressNanos > WITHOUT_PROGRESS.toNanos()) {
                    throw new IOException("topic " + topic + " can't be read to its end: no progress within "
                            + WITHOUT_PROGRESS.toSeconds() + " s");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    progressNanos = System.nanoTime();
                    reader.accept(record);
                }
            }
        } catch (KafkaException e) {
            throw new IOException("topic " + topic + " can't be read: " + e.getMessage(), e);
        }
    }
}
