package io.tidegate.jobs.source;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decodes one message type. What can't be decoded becomes a dead letter: a bad record never stops a job. */
final class ProtobufDeserializationSchema<M extends MessageLite>
        implements KafkaRecordDeserializationSchema<SourceRecord<M>> {

    private static final long serialVersionUID = 1L;

    private final Class<M> messageType;
    private transient Parser<M> parser;

    ProtobufDeserializationSchema(Class<M> messageType) {
        this.messageType = Objects.requireNonNull(messageType, "messageType");
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<SourceRecord<M>> out) {
        out.collect(decode(record));
    }

    private SourceRecord<M> decode(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return dead(record, "no value");
        }
        try {
            return SourceRecord.decoded(
                    record.partition(), record.offset(), record.timestamp(), parser().parseFrom(record.value()));
        } catch (InvalidProtocolBufferException e) {
            return dead(record, e.getMessage());
        }
    }

    private SourceRecord<M> dead(ConsumerRecord<byte[], byte[]> record, String detail) {
        return SourceRecord.dead(
                new DeadLetter(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.key(),
                        record.value(),
                        DeadLetter.UNDECODABLE,
                        messageType.getSimpleName() + ": " + detail),
                record.timestamp());
    }

    private Parser<M> parser() {
        if (parser == null) {
            parser = ProtobufSerializer.parserOf(ProtobufSerializer.defaultInstance(messageType));
        }
        return parser;
    }

    @Override
    public TypeInformation<SourceRecord<M>> getProducedType() {
        return new SourceRecordTypeInfo<>(messageType);
    }
}
