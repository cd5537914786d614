package io.tidegate.bench.service;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The broker beside the process under test, with all topics; one for this JVM, started when it is first asked for. */
public final class Broker {

    /** Of the keyed topics. */
    public static final int PARTITIONS = 4;

    private static final Duration WITHOUT_PROGRESS = Duration.ofMinutes(1);
    private static Broker only;

    private final KafkaProcess process;

    private Broker(KafkaProcess process) {
        this.process = process;
    }

    public static synchronized Broker get() {
        if (only == null) {
            AtomicReference<KafkaProcess> started = new AtomicReference<>();
            Path directory = Directories.temporary("kafka", () -> {
                if (started.get() != null) {
                    started.get().close();
                }
            });
            started.set(KafkaProcess.start(directory));
            TopicSetup.ensure(started.get().bootstrapServers(), PARTITIONS);
            only = new Broker(started.get());
        }
        return only;
    }

    public String bootstrapServers() {
        return process.bootstrapServers();
    }

    public long pid() {
        return process.pid();
    }

    /** Where each partition of a topic ends now. */
    public Map<TopicPartition, Long> ends(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            return consumer.endOffsets(partitions(consumer, topic));
        }
    }

    /** Removes what is on topic {@code events}: whoever reads it from its beginning begins here. */
    public void forgetEvents() throws IOException, InterruptedException {
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        ends(Topics.EVENTS).forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end)));
        try (Admin admin = Admin.create(
                KafkaAccess.with(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers())))) {
            admin.deleteRecords(all).all().get();
        } catch (ExecutionException e) {
            throw new IOException("records of " + Topics.EVENTS + " can't be removed", e.getCause());
        }
    }

    /** Reads what has come to topic {@code events} since; ticks and markers of transactions are left out. */
    public void eventsSince(Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        since(Topics.EVENTS, from, record -> {
            if (record.key() != null) {
                reader.accept(record);
            }
        });
    }

    /** Reads what has come to a topic since, committed or not. */
    public void since(String topic, Map<TopicPartition, Long> from, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            partitions.forEach(partition -> consumer.seek(partition, from.getOrDefault(partition, 0L)));
            long progress = System.nanoTime();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() - progress > WITHOUT_PROGRESS.toNanos()) {
                    throw new IllegalStateException("topic " + topic + " can't be read to its end");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    progress = System.nanoTime();
                    if (record.offset() < ends.get(new TopicPartition(topic, record.partition()))) {
                        reader.accept(record);
                    }
                }
            }
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> config = new HashMap<>(
                KafkaAccess.with(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers())));
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
