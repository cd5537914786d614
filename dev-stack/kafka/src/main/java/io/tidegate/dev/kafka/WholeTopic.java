package io.tidegate.dev.kafka;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
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

    private static final int MARKER_WAIT_MS = 10;

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

    /**
     * What is committed, once no transaction is open: a commit returns before its markers are written, and until then what it wrote isn't
     * there for anybody.
     *
     * @throws IOException where the topic isn't there, a transaction stays open for a minute, or nothing comes for one
     */
    public static List<ConsumerRecord<byte[], byte[]>> settled(String bootstrapServers, String topic)
            throws IOException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            List<TopicPartition> partitions =
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            long begunNanos = System.nanoTime();
            while (!ends(admin, partitions, IsolationLevel.READ_COMMITTED)
                    .equals(ends(admin, partitions, IsolationLevel.READ_UNCOMMITTED))) {
                if (System.nanoTime() - begunNanos > WITHOUT_PROGRESS.toNanos()) {
                    throw new IOException("topic " + topic + " has a transaction that is open for more than "
                            + WITHOUT_PROGRESS.toSeconds() + " s");
                }
                Thread.sleep(MARKER_WAIT_MS);
            }
        } catch (ExecutionException e) {
            throw new IOException(
                    "topic " + topic + " can't be asked about: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        return committed(bootstrapServers, topic);
    }

    private static Map<TopicPartition, Long> ends(
            Admin admin, List<TopicPartition> partitions, IsolationLevel isolation)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest, new ListOffsetsOptions(isolation))
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
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
