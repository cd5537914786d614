package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.ImmutableSerializer;
import io.tidegate.jobs.source.StoredText;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Format: the type's position (1 byte), then the other fields in their order. */
final class FraudEventSerializer extends ImmutableSerializer<FraudEvent> {

    private static final long serialVersionUID = 1L;
    private static final FraudEventType[] TYPES = FraudEventType.values();

    static final FraudEventSerializer INSTANCE = new FraudEventSerializer();

    @Override
    public FraudEvent createInstance() {
        return new FraudEvent(FraudEventType.OTHER, "", "", 0, 0, "", "", "", "", 0, 0, 0);
    }

    @Override
    public void serialize(FraudEvent event, DataOutputView target) throws IOException {
        target.writeByte(event.type().ordinal());
        StoredText.write(event.userId(), target);
        StoredText.write(event.eventId(), target);
        target.writeLong(event.timeMs());
        target.writeLong(event.amountE4());
        StoredText.write(event.postId(), target);
        StoredText.write(event.ip(), target);
        StoredText.write(event.deviceId(), target);
        StoredText.write(event.country(), target);
        target.writeInt(event.partition());
        target.writeLong(event.offset());
        target.writeLong(event.appendedAtMs());
    }

    @Override
    public FraudEvent deserialize(DataInputView source) throws IOException {
        int type = source.readUnsignedByte();
        if (type >= TYPES.length) {
            throw new IOException("unknown type of fraud event: " + type);
        }
        return new FraudEvent(
                TYPES[type],
                StringValue.readString(source),
                StringValue.readString(source),
                source.readLong(),
                source.readLong(),
                StringValue.readString(source),
                StringValue.readString(source),
                StringValue.readString(source),
                StringValue.readString(source),
                source.readInt(),
                source.readLong(),
                source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<FraudEvent> snapshotConfiguration() {
        return new Snapshot();
    }

    /** The format has one version. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<FraudEvent> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
