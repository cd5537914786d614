package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.HandWrittenSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Format: a version (1 byte), then what {@link SharedHistory#write} writes. A later version of the format reads the earlier ones;
 * what an earlier version of the program can't read, it refuses.
 */
final class SharedHistorySerializer extends HandWrittenSerializer<SharedHistory> {

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    static final SharedHistorySerializer INSTANCE = new SharedHistorySerializer();

    @Override
    public SharedHistory createInstance() {
        return new SharedHistory();
    }

    @Override
    public SharedHistory copy(SharedHistory from) {
        return from.copy();
    }

    @Override
    public void serialize(SharedHistory history, DataOutputView target) throws IOException {
        SmallWrites.gather(target, entry -> {
            entry.writeByte(VERSION);
            history.write(entry);
        });
    }

    @Override
    public SharedHistory deserialize(DataInputView source) throws IOException {
        int version = source.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("history of a shared subject of format " + version
                    + ": this program knows up to format " + VERSION);
        }
        return SharedHistory.read(source);
    }

    @Override
    public TypeSerializerSnapshot<SharedHistory> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Versions are told by each entry. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<SharedHistory> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
