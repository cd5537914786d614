package io.tidegate.jobs.erasure;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Delivery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The records of a person in Kafka. From a compacted topic they go by tombstones; a log can't be changed, so of those it is said
 * by when they have expired.
 */
final class TopicRecords {

    private static final List<String> COMPACTED = List.of(Topics.NOTIFIER_SETTINGS, Topics.NOTIFIER_DELIVERIES);
    private static final List<String> LOGS =
            List.of(Topics.EVENTS, Topics.EVENTS_DLQ, Topics.ALERTS, Topics.NOTIFICATIONS, Topics.NOTIFICATIONS_DLQ);
    private static final Duration POLL = Duration.ofMillis(200);

    private record Place(TopicPartition partition, String key) {}

    private final Map<String, Object> kafka;

    /** @param kafka settings of clients: where the brokers are, and how to prove who one is */
    TopicRecords(Map<String, Object> kafka) {
        this.kafka = kafka;
    }

    /**
     * @param apply false: only counts
     * @throws ExecutionException the brokers refused or didn't answer
     */
    List<Receipt.Tombstones> bury(Subject subject, boolean apply) throws ExecutionException, InterruptedException {
        List<Receipt.Tombstones> buried = new ArrayList<>();
        for (String topic : COMPACTED) {
            Set<Place> places = find(topic, subject);
            if (apply && !places.isEmpty()) {
                Map<String, Object> config = new HashMap<>(kafka);
                config.put("acks", "all");
                try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
                    for (Place place : places) {
                        producer.send(new ProducerRecord<>(
                                        topic,
                                        place.partition().partition(),
                                        place.key().getBytes(StandardCharsets.UTF_8),
                                        null))
                                .get();
                    }
                }
            }
            buried.add(new Receipt.Tombstones(topic, places.size()));
        }
        return buried;
    }

    /**
     * By when what is on the logs now is gone: a record goes with its segment, when the newest record of that is old enough.
     */
    List<Receipt.Expiry> expiries(Instant now) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(kafka)) {
            List<ConfigResource> resources = LOGS.stream()
                    .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                    .toList();
            Map<ConfigResource, Config> configs =
                    admin.describeConfigs(resources).all().get();
            List<Receipt.Expiry> expiries = new ArrayList<>();
            for (ConfigResource topic : resources) {
                long retentionMs =
                        Long.parseLong(configs.get(topic).get("retention.ms").value());
                long segmentMs =
                        Long.parseLong(configs.get(topic).get("segment.ms").value());
                expiries.add(new Receipt.Expiry(
                        topic.name(),
                        retentionMs < 0 ? null : now.plusMillis(retentionMs).plusMillis(segmentMs)));
            }
            return expiries;
        }
    }

    /** Reads the whole topic: it is compacted, so that is what people have set up, and what is still to be delivered. */
    private Set<Place> find(String topic, Subject subject) {
        Set<Place> places = new HashSet<>();
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("enable.auto.commit", "false");
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.key() == null) {
                        continue;
                    }
                    Place place = new Place(
                            new TopicPartition(topic, record.partition()),
                            new String(record.key(), StandardCharsets.UTF_8));
                    if (record.value() != null && isOf(subject, topic, place.key(), record.value())) {
                        places.add(place);
                    } else {
                        // Deleted, or somebody else's since.
                        places.remove(place);
                    }
                }
            }
        }
        return places;
    }

    private static boolean isOf(Subject subject, String topic, String key, byte[] value) {
        String owner = subject.scoped();
        if (topic.equals(Topics.NOTIFIER_SETTINGS)) {
            return key.equals("user/" + owner) || key.startsWith("push/" + owner + "/");
        }
        try {
            String target = Delivery.parseFrom(value).getTarget();
            return target.equals("email:" + owner) || target.startsWith("push:" + owner + ":");
        } catch (InvalidProtocolBufferException e) {
            // Not a delivery, and so nobody's; the notifier counts it.
            return false;
        }
    }
}
