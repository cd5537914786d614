package io.tidegate.dev.chaos.platform;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads whole topics, from their beginnings to the ends that they have when the call begins. */
public final class TopicReader {

    private static final Duration WITHOUT_PROGRESS = Duration.ofSeconds(60);

    private final Map<String, Object> kafkaClient;

    /** @param kafkaClient settings of a client that may read everything */
    public TopicReader(Map<String, Object> kafkaClient) {
        this.kafkaClient = Map.copyOf(kafkaClient);
    }

    /**
     * @param events ordered as detection orders them: by append time, then partition, then offset
     * @param aliveUntilMs append time that every partition has reached, ticks included: epoch milliseconds
     * @param timeWentBack records with an earlier append time than one before them in their partition
     */
    public record EventLogOfTopic(List<TopicEvent> events, long aliveUntilMs, long timeWentBack) {}

    public EventLogOfTopic events() throws IOException {
        List<TopicEvent> events = new ArrayList<>();
        Map<Integer, Long> latest = new TreeMap<>();
        long[] wentBack = {0};
        read(Topics.EVENTS, "read_committed", record -> {
            Event event = parse(Event.parser(), record);
            Long before = latest.put(record.partition(), record.timestamp());
            if (before != null && record.timestamp() < before) {
                wentBack[0]++;
                latest.put(record.partition(), before);
            }
            if (!event.hasTick()) {
                events.add(new TopicEvent(
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        event.getEventId(),
                        event.getUserId()));
            }
        });
        events.sort(Comparator.comparingLong(TopicEvent::appendedAtMs)
                .thenComparingInt(TopicEvent::partition)
                .thenComparingLong(TopicEvent::offset));
        long aliveUntilMs =
                latest.values().stream().mapToLong(Long::longValue).min().orElse(0);
        return new EventLogOfTopic(events, aliveUntilMs, wentBack[0]);
    }

    /** The committed ones, by partition and offset. */
    public List<RaisedAlert> alerts() throws IOException {
        List<RaisedAlert> alerts = new ArrayList<>();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        read(Topics.ALERTS, "read_committed", records::add);
        records.sort(Comparator.<ConsumerRecord<byte[], byte[]>>comparingInt(ConsumerRecord::partition)
                .thenComparingLong(ConsumerRecord::offset));
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Alert alert = parse(Alert.parser(), record);
            alerts.add(new RaisedAlert(
                    "partition " + record.partition() + ", offset " + record.offset(),
                    alert.getAlertId(),
                    alert.getKind().name().replace("ALERT_KIND_", "").toLowerCase(Locale.ROOT),
                    alert.getRuleId(),
                    alert.getSubject(),
                    alert.getEventIdsList(),
                    alert.getStartedAtMs(),
                    alert.getDetectedAtMs()));
        }
        return alerts;
    }

    private static <M> M parse(Parser<M> parser, ConsumerRecord<byte[], byte[]> record) {
        try {
            return parser.parseFrom(record.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "Topic " + record.topic() + ", partition " + record.partition() + ", offset " + record.offset()
                            + " isn't what it should be: " + e.getMessage(),
                    e);
        }
    }

    private void read(String topic, String isolation, Consumer<ConsumerRecord<byte[], byte[]>> reader)
            throws IOException {
        Map<String, Object> config = new HashMap<>(kafkaClient);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
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
