package io.tidegate.jobs.backup;

import io.tidegate.contracts.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The topics that hold what people have set up and what is kept for ever, and the live counters. A record is a line: partition, key,
 * value and headers, each in Base64, {@code -} for none. A record that is written again gets a new time and a new offset.
 *
 * <p>Not the others: logs of what happened are in ClickHouse, and expire; deliveries and redriven dead letters speak of places on
 * topics that a new broker doesn't have.
 */
final class KeptTopics {

    static final List<String> NAMES =
            List.of(Topics.RULES, Topics.RULES_AUDIT, Topics.NOTIFIER_SETTINGS, Topics.COUNTERS);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final String NONE = "-";

    private final Map<String, Object> kafka;

    /** @param kafka settings of clients: where the brokers are, and how to prove who one is */
    KeptTopics(Map<String, Object> kafka) {
        this.kafka = kafka;
    }

    /** @param directory of the backup */
    List<Manifest.Topic> copyTo(Path directory) throws IOException {
        List<Manifest.Topic> topics = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            for (String topic : NAMES) {
                String file = "kafka/" + topic + ".tsv.gz";
                Path target = directory.resolve(file);
                Files.createDirectories(target.getParent());
                List<TopicPartition> partitions = partitions(consumer, topic);
                long records;
                try (Writer out = new OutputStreamWriter(
                        new GZIPOutputStream(Files.newOutputStream(target)), StandardCharsets.US_ASCII)) {
                    records = copy(consumer, partitions, out);
                }
                topics.add(new Manifest.Topic(topic, partitions.size(), records, file, Hashes.of(target)));
            }
        }
        return topics;
    }

    private static long copy(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Writer out)
            throws IOException {
        long records = 0;
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
                    out.write(line(record));
                    records++;
                }
            }
        }
        return records;
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder line = new StringBuilder()
                .append(record.partition())
                .append('\t')
                .append(text(record.key()))
                .append('\t')
                .append(text(record.value()));
        for (Header header : record.headers()) {
            line.append('\t')
                    .append(text(header.key().getBytes(StandardCharsets.UTF_8)))
                    .append('\t')
                    .append(text(header.value()));
        }
        return line.append('\n').toString();
    }

    /** Where every consumer group stands, and where every topic ends. */
    List<Manifest.Position> positions() throws ExecutionException, InterruptedException {
        List<Manifest.Position> positions = new ArrayList<>();
        try (Admin admin = Admin.create(kafka);
                KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            Map<String, TopicDescription> topics = admin.describeTopics(
                            admin.listTopics().names().get())
                    .allTopicNames()
                    .get();
            List<TopicPartition> partitions = topics.values().stream()
                    .flatMap(topic -> topic.partitions().stream()
                            .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                    .toList();
            add(positions, NONE, consumer.endOffsets(partitions));
            for (GroupListing group : admin.listGroups(ListGroupsOptions.forConsumerGroups())
                    .all()
                    .get()) {
                Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group.groupId())
                        .partitionsToOffsetAndMetadata()
                        .get();
                add(
                        positions,
                        group.groupId(),
                        offsets.entrySet().stream()
                                .filter(entry -> entry.getValue() != null)
                                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                                        .offset())));
            }
        }
        return positions;
    }

    private static void add(List<Manifest.Position> positions, String group, Map<TopicPartition, Long> offsets) {
        Map<String, Manifest.Position> sorted = new TreeMap<>();
        offsets.forEach((partition, offset) -> sorted.put(
                partition.topic() + " " + "%08d".formatted(partition.partition()),
                new Manifest.Position(group, partition.topic(), partition.partition(), offset)));
        positions.addAll(sorted.values());
    }

    /** @throws BackupException a topic is missing, has records or another number of partitions; nothing was written */
    void requireEmptyAndFitting(Manifest manifest) throws BackupException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            for (Manifest.Topic topic : manifest.topics()) {
                List<TopicPartition> partitions = partitions(consumer, topic.name());
                if (partitions.size() != topic.partitions()) {
                    throw new BackupException("Topic " + topic.name() + " has " + partitions.size() + " partitions, "
                            + topic.partitions() + " were backed up: a key belongs to its partition");
                }
                Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                if (partitions.stream().anyMatch(partition -> begins.get(partition) < ends.get(partition))) {
                    throw new BackupException("Topic " + topic.name() + " has records: only empty topics are restored");
                }
            }
        }
    }

    /** After {@link #requireEmptyAndFitting}; what was written is read again and compared. */
    void restoreFrom(Path directory, Manifest manifest)
            throws IOException, ExecutionException, InterruptedException, BackupException {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("acks", "all");
        config.put("enable.idempotence", "true");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Manifest.Topic topic : manifest.topics()) {
                List<Future<?>> sent = new ArrayList<>();
                try (BufferedReader in = open(directory.resolve(topic.file()))) {
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        sent.add(producer.send(record(topic.name(), line)));
                    }
                }
                for (Future<?> each : sent) {
                    each.get();
                }
            }
        }
        verify(directory, manifest);
    }

    private void verify(Path directory, Manifest manifest) throws IOException, BackupException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            for (Manifest.Topic topic : manifest.topics()) {
                StringWriter stored = new StringWriter();
                copy(consumer, partitions(consumer, topic.name()), stored);
                try (BufferedReader in = open(directory.resolve(topic.file()))) {
                    if (!byPartition(in.lines().toList())
                            .equals(byPartition(stored.toString().lines().toList()))) {
                        throw new BackupException("Topic " + topic.name() + ": has other records than were backed up");
                    }
                }
            }
        }
    }

    private static Map<String, List<String>> byPartition(List<String> lines) {
        return lines.stream().collect(Collectors.groupingBy(line -> line.substring(0, line.indexOf('\t'))));
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String line) {
        String[] fields = line.split("\t", -1);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, Integer.parseInt(fields[0]), bytes(fields[1]), bytes(fields[2]));
        for (int i = 3; i + 1 < fields.length; i += 2) {
            record.headers().add(new String(bytes(fields[i]), StandardCharsets.UTF_8), bytes(fields[i + 1]));
        }
        return record;
    }

    private static String text(byte[] bytes) {
        return bytes == null ? NONE : Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        return text.equals(NONE) ? null : Base64.getDecoder().decode(text);
    }

    private static BufferedReader open(Path file) throws IOException {
        return new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII));
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("enable.auto.commit", "false");
        config.put("isolation.level", "read_committed");
        config.put("allow.auto.create.topics", "false");
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
