package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serialises a protobuf message as a four-byte length and its bytes. Messages are immutable, so copies are free; state
 * evolves by protobuf's own rules, so any two versions of one message type are compatible.
 */
public final class ProtobufSerializer<M extends MessageLite> extends ImmutableSerializer<M> {

    private static final long serialVersionUID = 1L;

    private final Class<M> type;
    private transient M defaultInstance;
    private transient Parser<M> parser;

    public ProtobufSerializer(Class<M> type) {
        this.type = Objects.requireNonNull(type, "type");
    }

    @Override
    public M createInstance() {
        return defaultInstance();
    }

    @Override
    public void serialize(M message, DataOutputView target) throws IOException {
        byte[] bytes = message.toByteArray();
        target.writeInt(bytes.length);
        target.write(bytes);
    }

    @Override
    public M deserialize(DataInputView source) throws IOException {
        byte[] bytes = new byte[source.readInt()];
        source.readFully(bytes);
        return parser().parseFrom(bytes);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        int length = source.readInt();
        target.writeInt(length);
        target.write(source, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProtobufSerializer<?> that && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<M> snapshotConfiguration() {
        return new Snapshot<>(type);
    }

    private Parser<M> parser() {
        if (parser == null) {
            parser = parserOf(defaultInstance());
        }
        return parser;
    }

    private M defaultInstance() {
        if (defaultInstance == null) {
            defaultInstance = defaultInstance(type);
        }
        return defaultInstance;
    }

    /** The default instance of a generated message class: every one has the static factory. */
    static <M extends MessageLite> M defaultInstance(Class<M> type) {
        try {
            return type.cast(type.getMethod("getDefaultInstance").invoke(null));
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(type.getName() + " is no generated protobuf message", e);
        }
    }

    @SuppressWarnings("unchecked") // a message's parser makes messages of its own type
    static <M extends MessageLite> Parser<M> parserOf(M defaultInstance) {
        return (Parser<M>) defaultInstance.getParserForType();
    }

    /** Remembers the message class. */
    public static final class Snapshot<M extends MessageLite> implements TypeSerializerSnapshot<M> {

        private static final int VERSION = 1;

        private Class<M> type;

        /** For Flink. */
        public Snapshot() {}

        Snapshot(Class<M> type) {
            this.type = type;
        }

        @Override
        public int getCurrentVersion() {
            return VERSION;
        }

        @Override
        public void writeSnapshot(DataOutputView target) throws IOException {
            target.writeUTF(type.getName());
        }

        @Override
        @SuppressWarnings("unchecked") // written from a Class<M> above
        public void readSnapshot(int readVersion, DataInputView source, ClassLoader loader) throws IOException {
            if (readVersion != VERSION) {
                throw new IOException("snapshot version " + readVersion + " is newer than " + VERSION);
            }
            String name = source.readUTF();
            try {
                type = (Class<M>) Class.forName(name, false, loader);
            } catch (ClassNotFoundException e) {
                throw new IOException("the state holds messages of class " + name + ", which this job jar lacks", e);
            }
        }

        @Override
        public TypeSerializer<M> restoreSerializer() {
            return new ProtobufSerializer<>(type);
        }

        @Override
        public TypeSerializerSchemaCompatibility<M> resolveSchemaCompatibility(TypeSerializerSnapshot<M> old) {
            return old instanceof Snapshot<M> that && that.type.getName().equals(type.getName())
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.incompatible();
        }
    }
}
