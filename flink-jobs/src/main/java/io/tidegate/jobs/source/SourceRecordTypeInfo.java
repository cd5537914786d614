package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;
import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Type information of {@link SourceRecord}. */
public final class SourceRecordTypeInfo<M extends MessageLite> extends TypeInformation<SourceRecord<M>> {

    private static final long serialVersionUID = 1L;

    private final Class<M> messageType;

    public SourceRecordTypeInfo(Class<M> messageType) {
        this.messageType = Objects.requireNonNull(messageType, "messageType");
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    @SuppressWarnings("unchecked") // the class of a generic record has no type argument
    public Class<SourceRecord<M>> getTypeClass() {
        return (Class<SourceRecord<M>>) (Class<?>) SourceRecord.class;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<SourceRecord<M>> createSerializer(SerializerConfig config) {
        return new SourceRecordSerializer<>(new ProtobufSerializer<>(messageType));
    }

    @Override
    public String toString() {
        return "SourceRecord<" + messageType.getSimpleName() + ">";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SourceRecordTypeInfo<?> that && messageType.equals(that.messageType);
    }

    @Override
    public int hashCode() {
        return messageType.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof SourceRecordTypeInfo<?>;
    }
}
