package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.ImmutableSerializer;
import io.tidegate.jobs.source.SerializerTypeInfo;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Fraud events on their way between tasks, where nothing outlives the job's run, so that the format may change from version to version.
 * What is in state is {@link FraudEventSerializer}'s.
 */
final class FraudEventWire extends ImmutableSerializer<FraudEvent> {

    private static final long serialVersionUID = 1L;
    private static final FraudEventType[] TYPES = FraudEventType.values();

    static final TypeInformation<FraudEvent> TYPE = new SerializerTypeInfo<>(FraudEvent.class, new FraudEventWire());

    private transient WireText texts;

    @Override
    public TypeSerializer<FraudEvent> duplicate() {
        return new FraudEventWire();
    }

    @Override
    public FraudEvent createInstance() {
        return FraudEventSerializer.INSTANCE.createInstance();
    }

    @Override
    public void serialize(FraudEvent event, DataOutputView target) throws IOException {
        target.writeByte(event.type().ordinal());
        WireText.write(event.userId(), target);
        WireText.write(event.eventId(), target);
        target.writeLong(event.timeMs());
        target.writeLong(event.amountE4());
        WireText.write(event.postId(), target);
        WireText.write(event.ip(), target);
        WireText.write(event.deviceId(), target);
        WireText.write(event.country(), target);
        target.writeInt(event.partition());
        target.writeLong(event.offset());
        target.writeLong(event.appendedAtMs());
    }

    @Override
    public FraudEvent deserialize(DataInputView source) throws IOException {
        WireText text = texts();
        return new FraudEvent(
                TYPES[source.readUnsignedByte()],
                text.read(source),
                text.read(source),
                source.readLong(),
                source.readLong(),
                text.read(source),
                text.read(source),
                text.read(source),
                text.read(source),
                source.readInt(),
                source.readLong(),
                source.readLong());
    }

    private WireText texts() {
        if (texts == null) {
            texts = new WireText();
        }
        return texts;
    }

    @Override
    public TypeSerializerSnapshot<FraudEvent> snapshotConfiguration() {
        return new Snapshot();
    }

    /** For nobody: it isn't in state. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<FraudEvent> {
        public Snapshot() {
            super(FraudEventWire::new);
        }
    }
}
