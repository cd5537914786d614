package io.tidegate.jobs.surge;

import io.tidegate.jobs.source.HandWrittenSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Format: a version (1 byte), then what {@link SurgeSeries#write} writes. A later version of the format reads the earlier ones;
 * what an earlier version of the program can't read, it refuses.
 */
final class SurgeSeriesSerializer extends HandWrittenSerializer<SurgeSeries> {

    private static final long serialVersionUID = 1L;
    private static final int VERSION = 1;

    static final SurgeSeriesSerializer INSTANCE = new SurgeSeriesSerializer();

    @Override
    public SurgeSeries createInstance() {
        return new SurgeSeries();
    }

    @Override
    public SurgeSeries copy(SurgeSeries from) {
        return from.copy();
    }

    @Override
    public void serialize(SurgeSeries series, DataOutputView target) throws IOException {
        target.writeByte(VERSION);
        series.write(target);
    }

    @Override
    public SurgeSeries deserialize(DataInputView source) throws IOException {
        int version = source.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException(
                    "series of a surge subject of format " + version + ": this program knows up to format " + VERSION);
        }
        return SurgeSeries.read(source);
    }

    @Override
    public TypeSerializerSnapshot<SurgeSeries> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Versions are told by each entry. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<SurgeSeries> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
