package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;

/** Type information of a generated protobuf message, so that it never falls to Kryo. */
public final class ProtobufTypeInfo<M extends MessageLite> extends SerializerTypeInfo<M> {

    private static final long serialVersionUID = 1L;

    public ProtobufTypeInfo(Class<M> type) {
        super(type, new ProtobufSerializer<>(type));
    }
}
