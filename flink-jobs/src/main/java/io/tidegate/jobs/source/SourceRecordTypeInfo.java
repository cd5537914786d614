package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;

/** Type information of {@link SourceRecord}: one per kind of message in it. */
public final class SourceRecordTypeInfo<M extends MessageLite> extends SerializerTypeInfo<SourceRecord<M>> {

    private static final long serialVersionUID = 1L;

    public SourceRecordTypeInfo(Class<M> messageType) {
        super(recordType(), new SourceRecordSerializer<>(new ProtobufSerializer<>(messageType)));
    }

    @SuppressWarnings("unchecked") // the class of a generic record has no type argument
    private static <M extends MessageLite> Class<SourceRecord<M>> recordType() {
        return (Class<SourceRecord<M>>) (Class<?>) SourceRecord.class;
    }
}
