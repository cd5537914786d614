package io.tidegate.jobs.kafka;

import com.google.protobuf.MessageLite;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A protobuf message as a record: its bytes under the UTF-8 bytes of its key. */
final class KeyedMessageSerializer<M extends MessageLite>
        implements KafkaRecordSerializationSchema<M>, KafkaDatasetFacetProvider {

    private static final long serialVersionUID = 1L;

    private final String topic;
    private final TopicSink.KeyOf<M> keyOf;

    KeyedMessageSerializer(String topic, TopicSink.KeyOf<M> keyOf) {
        this.topic = Objects.requireNonNull(topic, "topic");
        this.keyOf = Objects.requireNonNull(keyOf, "keyOf");
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(M message, KafkaSinkContext context, Long timestamp) {
        // No timestamp: the broker's or the producer's clock is right; the messages carry their own times.
        return new ProducerRecord<>(topic, keyOf.key(message).getBytes(StandardCharsets.UTF_8), message.toByteArray());
    }

    /** The sink asks for its topic: pooled transactional ids are recovered by listing the topic's transactions. */
    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
        return Optional.of(new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
    }
}
