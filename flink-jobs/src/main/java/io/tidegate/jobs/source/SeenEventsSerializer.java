package io.tidegate.jobs.source;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Format: latest append time (8 bytes), number of entries (4), then 20 bytes an entry: identity high, low, second. */
final class SeenEventsSerializer extends TypeSerializerSingleton<SeenEvents> {

    private static final long serialVersionUID = 1L;

    static final SeenEventsSerializer INSTANCE = new SeenEventsSerializer();

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public SeenEvents createInstance() {
        return new SeenEvents();
    }

    @Override
    public SeenEvents copy(SeenEvents from) {
        return from.copy();
    }

    @Override
    public SeenEvents copy(SeenEvents from, SeenEvents reuse) {
        return from.copy();
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(SeenEvents seen, DataOutputView target) throws IOException {
        target.writeLong(seen.latestMs());
        target.writeInt(seen.size());
        seen.<IOException>forEach((high, low, second) -> {
            target.writeLong(high);
            target.writeLong(low);
            target.writeInt(second);
        });
    }

    @Override
    public SeenEvents deserialize(DataInputView source) throws IOException {
        long latestMs = source.readLong();
        int entries = source.readInt();
        SeenEvents seen = SeenEvents.restoring(entries, latestMs);
        for (int i = 0; i < entries; i++) {
            seen.restoreEntry(source.readLong(), source.readLong(), source.readInt());
        }
        return seen;
    }

    @Override
    public SeenEvents deserialize(SeenEvents reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public TypeSerializerSnapshot<SeenEvents> snapshotConfiguration() {
        return new Snapshot();
    }

    /** The format has one version. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<SeenEvents> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
