package io.tidegate.jobs.aggregation.counts;

import io.tidegate.jobs.source.HandWrittenSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Format: events (8 bytes), number of users (4), 8 bytes a user. */
final class EventTallySerializer extends HandWrittenSerializer<EventTally> {

    private static final long serialVersionUID = 1L;

    static final EventTallySerializer INSTANCE = new EventTallySerializer();

    @Override
    public EventTally createInstance() {
        return new EventTally(0, new LongHashSet());
    }

    @Override
    public EventTally copy(EventTally from) {
        return new EventTally(from.events, from.users.copy());
    }

    @Override
    public void serialize(EventTally tally, DataOutputView target) throws IOException {
        target.writeLong(tally.events);
        target.writeInt(tally.users.size());
        tally.users.<IOException>forEach(target::writeLong);
    }

    @Override
    public EventTally deserialize(DataInputView source) throws IOException {
        long events = source.readLong();
        int size = source.readInt();
        LongHashSet users = LongHashSet.withRoomFor(size);
        for (int i = 0; i < size; i++) {
            users.add(source.readLong());
        }
        return new EventTally(events, users);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        target.writeLong(source.readLong());
        int size = source.readInt();
        target.writeInt(size);
        target.write(source, size * Long.BYTES);
    }

    @Override
    public TypeSerializerSnapshot<EventTally> snapshotConfiguration() {
        return new Snapshot();
    }

    /** The format has one version. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<EventTally> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
