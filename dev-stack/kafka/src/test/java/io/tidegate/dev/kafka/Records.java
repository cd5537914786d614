package io.tidegate.dev.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Text records in and out of a broker. */
final class Records {

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(90);

    private Records() {}

    static void send(String bootstrapServers, String topic, String key, String value) {
        try (KafkaProducer<String, String> producer = producer(Map.of("bootstrap.servers", bootstrapServers))) {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        } catch (Exception e) {
            throw new AssertionError("send to " + topic, e);
        }
    }

    static void sendInTransaction(String bootstrapServers, String topic, String key, String value, Duration timeout) {
        try (KafkaProducer<String, String> producer = producer(Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "transactional.id",
                "records",
                "transaction.timeout.ms",
                Math.toIntExact(timeout.toMillis())))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, key, value));
            producer.commitTransaction();
        }
    }

    /** One that is aborted when it is on the topic. */
    static void sendInVain(String bootstrapServers, String topic, String key, String value) {
        try (KafkaProducer<String, String> producer = sendAndStayOpen(bootstrapServers, topic, key, value)) {
            producer.abortTransaction();
        }
    }

    /** One whose transaction the caller ends. */
    static KafkaProducer<String, String> sendAndStayOpen(
            String bootstrapServers, String topic, String key, String value) {
        KafkaProducer<String, String> producer =
                producer(Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "records"));
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, key, value));
        producer.flush();
        return producer;
    }

    /** The first {@code count} committed values of the topic, in order per partition. */
    static List<String> read(String bootstrapServers, String topic, int count) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers);
        config.put("auto.offset.reset", "earliest");
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList());
            List<String> values = new ArrayList<>();
            long deadline = System.nanoTime() + READ_TIMEOUT.toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> config) {
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }
}
