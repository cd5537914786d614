package io.tidegate.jobs.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.tidegate.contracts.DeadLetterHeaders;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Decodes one message type and checks it. What can't be decoded or isn't fit becomes a dead letter, here, where its bytes still are:
 * a bad record never stops a job.
 */
final class ProtobufDeserializationSchema<M extends MessageLite>
        implements KafkaRecordDeserializationSchema<SourceRecord<M>> {

    private static final long serialVersionUID = 1L;

    /** What a redrive writes; anything else in the header is somebody's own. */
    private static final Pattern PLACE = Pattern.compile("\\d{1,10}/\\d{1,19}");

    private final Class<M> messageType;
    private final RecordCheck<M> check;
    private transient Parser<M> parser;

    ProtobufDeserializationSchema(Class<M> messageType, RecordCheck<M> check) {
        this.messageType = Objects.requireNonNull(messageType, "messageType");
        this.check = Objects.requireNonNull(check, "check");
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<SourceRecord<M>> out) {
        out.collect(decode(record));
    }

    private SourceRecord<M> decode(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return undecodable(record, "no value");
        }
        M message;
        try {
            message = parser().parseFrom(record.value());
        } catch (InvalidProtocolBufferException e) {
            return undecodable(record, e.getMessage());
        }
        RecordCheck.Refusal refusal = check.refusalOf(message);
        return refusal == null
                ? SourceRecord.decoded(record.partition(), record.offset(), record.timestamp(), message)
                : dead(record, refusal.reason(), refusal.detail(), DeadLetter.CHECK);
    }

    private SourceRecord<M> undecodable(ConsumerRecord<byte[], byte[]> record, String detail) {
        return dead(record, DeadLetter.UNDECODABLE, messageType.getSimpleName() + ": " + detail, DeadLetter.DECODE);
    }

    private static <M extends MessageLite> SourceRecord<M> dead(
            ConsumerRecord<byte[], byte[]> record, String reason, String detail, String stage) {
        return SourceRecord.dead(new DeadLetter(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.key(),
                record.value(),
                reason,
                detail,
                stage,
                redrivenFrom(record)));
    }

    private static String redrivenFrom(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(DeadLetterHeaders.REDRIVEN_FROM);
        String place = header == null || header.value() == null ? "" : new String(header.value(), US_ASCII);
        return PLACE.matcher(place).matches() ? place : "";
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
