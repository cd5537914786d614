package io.tidegate.jobs.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Format: latest append time (8 bytes), number of entries (4), then 20 bytes an entry: identity high, low, second. */
final class SeenEventsSerializer extends HandWrittenSerializer<SeenEvents> {

    private static final long serialVersionUID = 1L;

    private static final int ENTRY_BYTES = 2 * Long.BYTES + Integer.BYTES;
    /** 8 kB at a time. */
    private static final int CHUNK_ENTRIES = 400;

    static final SeenEventsSerializer INSTANCE = new SeenEventsSerializer();

    @Override
    public SeenEvents createInstance() {
        return new SeenEvents();
    }

    @Override
    public SeenEvents copy(SeenEvents from) {
        return from.copy();
    }

    /**
     * This is most of what a checkpoint of these jobs costs, each time: every event of the horizon. So the entries go through
     * an array, not field by field through the layers of streams below.
     */
    @Override
    public void serialize(SeenEvents seen, DataOutputView target) throws IOException {
        target.writeLong(seen.latestMs());
        target.writeInt(seen.size());
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(seen.size(), CHUNK_ENTRIES) * ENTRY_BYTES);
        seen.<IOException>forEach((high, low, second) -> {
            if (!chunk.hasRemaining()) {
                target.write(chunk.array());
                chunk.clear();
            }
            chunk.putLong(high).putLong(low).putInt(second);
        });
        target.write(chunk.array(), 0, chunk.position());
    }

    @Override
    public SeenEvents deserialize(DataInputView source) throws IOException {
        long latestMs = source.readLong();
        int entries = source.readInt();
        SeenEvents seen = SeenEvents.restoring(entries, latestMs);
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(entries, CHUNK_ENTRIES) * ENTRY_BYTES);
        for (int left = entries; left > 0; left -= CHUNK_ENTRIES) {
            int bytes = Math.min(left, CHUNK_ENTRIES) * ENTRY_BYTES;
            source.readFully(chunk.array(), 0, bytes);
            chunk.clear().limit(bytes);
            while (chunk.hasRemaining()) {
                seen.restoreEntry(chunk.getLong(), chunk.getLong(), chunk.getInt());
            }
        }
        return seen;
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
