package io.tidegate.jobs.rules;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topic {@code rules} once, when a job is submitted: so the first event of a new job already meets the rules as they were changed. */
public final class StoredRules {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private StoredRules() {}

    /**
     * All committed records from the beginning to the end that the topic has now.
     *
     * @return in the order of the topic; none where it doesn't exist yet
     * @throws IOException where the topic can't be read within 30 s: to go on with other rules than the ones in force would be wrong
     */
    public static List<RuleRecord> read(String bootstrapServers) throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        List<RuleRecord> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                KafkaAccess.with(Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "tidegate-rules-at-start",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(LIMIT.toMillis()))),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<PartitionInfo> infos = consumer.partitionsFor(Topics.RULES);
            if (infos == null) {
                return records;
            }
            List<TopicPartition> partitions = infos.stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("topic rules wasn't read within " + LIMIT.toSeconds() + " s");
                }
                consumer.poll(Duration.ofMillis(100)).forEach(record -> records.add(of(record)));
            }
            return records;
        } catch (KafkaException e) {
            throw new IOException("topic rules can't be read at " + bootstrapServers + ": " + e.getMessage(), e);
        }
    }

    static RuleRecord of(ConsumerRecord<byte[], byte[]> record) {
        return new RuleRecord(
                record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8),
                record.value() == null ? new byte[0] : record.value());
    }
}
