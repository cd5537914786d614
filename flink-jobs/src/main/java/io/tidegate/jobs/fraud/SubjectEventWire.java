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

/** Subjects with their events on their way to {@link SharedDetection}; as {@link FraudEventWire}, in no state. */
final class SubjectEventWire extends ImmutableSerializer<SubjectEvent> {

    private static final long serialVersionUID = 1L;

    static final TypeInformation<SubjectEvent> TYPE =
            new SerializerTypeInfo<>(SubjectEvent.class, new SubjectEventWire());

    private final FraudEventWire events = new FraudEventWire();
    private transient WireText texts;

    @Override
    public TypeSerializer<SubjectEvent> duplicate() {
        return new SubjectEventWire();
    }

    @Override
    public SubjectEvent createInstance() {
        return new SubjectEvent("", events.createInstance(), 0, true);
    }

    @Override
    public void serialize(SubjectEvent event, DataOutputView target) throws IOException {
        WireText.write(event.subject(), target);
        target.writeLong(event.wageredBeforeE4());
        target.writeBoolean(event.mayBegin());
        events.serialize(event.event(), target);
    }

    @Override
    public SubjectEvent deserialize(DataInputView source) throws IOException {
        if (texts == null) {
            texts = new WireText();
        }
        String subject = texts.read(source);
        long wagered = source.readLong();
        boolean mayBegin = source.readBoolean();
        return new SubjectEvent(subject, events.deserialize(source), wagered, mayBegin);
    }

    @Override
    public TypeSerializerSnapshot<SubjectEvent> snapshotConfiguration() {
        return new Snapshot();
    }

    /** For nobody: it isn't in state. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<SubjectEvent> {
        public Snapshot() {
            super(SubjectEventWire::new);
        }
    }
}
