package io.tidegate.jobs.kafka;

import com.google.protobuf.MessageLite;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A protobuf message as a record: its bytes under the UTF-8 bytes of its key. */
final class KeyedMessageSerializer<M extends MessageLite> implements KafkaRecordSerializationSchema<M> {

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
}
