package io.tidegate.jobs.source;

import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Serialises {@link SourceRecord}: partition, offset, append time, a kind byte, then the message or the dead letter. */
public final class SourceRecordSerializer<M extends MessageLite> extends ImmutableSerializer<SourceRecord<M>> {

    private static final long serialVersionUID = 1L;

    private static final int MESSAGE = 0;
    /** 1 was a dead letter without stage; nothing keeps one in state. */
    private static final int DEAD_LETTER = 2;

    private final TypeSerializer<M> messages;

    SourceRecordSerializer(TypeSerializer<M> messages) {
        this.messages = Objects.requireNonNull(messages, "messages");
    }

    @Override
    public TypeSerializer<SourceRecord<M>> duplicate() {
        TypeSerializer<M> duplicate = messages.duplicate();
        return duplicate == messages ? this : new SourceRecordSerializer<>(duplicate);
    }

    @Override
    public SourceRecord<M> createInstance() {
        return SourceRecord.decoded(0, 0, 0, messages.createInstance());
    }

    @Override
    public void serialize(SourceRecord<M> record, DataOutputView target) throws IOException {
        target.writeInt(record.partition());
        target.writeLong(record.offset());
        target.writeLong(record.appendedAtMs());
        if (record.message() != null) {
            target.writeByte(MESSAGE);
            messages.serialize(record.message(), target);
        } else {
            target.writeByte(DEAD_LETTER);
            DeadLetter letter = record.deadLetter();
            target.writeUTF(letter.topic());
            writeBytes(letter.key(), target);
            writeBytes(letter.value(), target);
            target.writeUTF(letter.reason());
            target.writeUTF(letter.detail());
            target.writeUTF(letter.stage());
            target.writeUTF(letter.redrivenFrom());
        }
    }

    @Override
    public SourceRecord<M> deserialize(DataInputView source) throws IOException {
        int partition = source.readInt();
        long offset = source.readLong();
        long appendedAtMs = source.readLong();
        int kind = source.readByte();
        return switch (kind) {
            case MESSAGE -> SourceRecord.decoded(partition, offset, appendedAtMs, messages.deserialize(source));
            case DEAD_LETTER ->
                SourceRecord.dead(new DeadLetter(
                        source.readUTF(),
                        partition,
                        offset,
                        appendedAtMs,
                        readBytes(source),
                        readBytes(source),
                        source.readUTF(),
                        source.readUTF(),
                        source.readUTF(),
                        source.readUTF()));
            default -> throw new IOException("unknown kind of source record: " + kind);
        };
    }

    private static void writeBytes(byte[] bytes, DataOutputView target) throws IOException {
        target.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            target.write(bytes);
        }
    }

    private static byte[] readBytes(DataInputView source) throws IOException {
        int length = source.readInt();
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        source.readFully(bytes);
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SourceRecordSerializer<?> that && messages.equals(that.messages);
    }

    @Override
    public int hashCode() {
        return messages.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<SourceRecord<M>> snapshotConfiguration() {
        return new Snapshot<>(this);
    }

    /** The serializer of the message is all that can change. */
    public static final class Snapshot<M extends MessageLite>
            extends CompositeTypeSerializerSnapshot<SourceRecord<M>, SourceRecordSerializer<M>> {

        /** For Flink. */
        public Snapshot() {}

        Snapshot(SourceRecordSerializer<M> serializer) {
            super(serializer);
        }

        @Override
        protected int getCurrentOuterSnapshotVersion() {
            return 1;
        }

        @Override
        protected TypeSerializer<?>[] getNestedSerializers(SourceRecordSerializer<M> outer) {
            return new TypeSerializer<?>[] {outer.messages};
        }

        @Override
        @SuppressWarnings("unchecked") // the nested serializer is the one that getNestedSerializers gave
        protected SourceRecordSerializer<M> createOuterSerializerWithNestedSerializers(TypeSerializer<?>[] nested) {
            return new SourceRecordSerializer<>((TypeSerializer<M>) nested[0]);
        }
    }
}
