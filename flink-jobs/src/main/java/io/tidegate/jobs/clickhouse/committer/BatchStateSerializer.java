package io.tidegate.jobs.clickhouse.committer;

import io.tidegate.jobs.source.ImmutableSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Batches in operator state: int version, int length, then the form of {@link ClickHouseCommittableSerializer}, which
 * alone changes with time.
 *
 * <p>A batch never changes, so it isn't copied: a snapshot holds the very bytes that wait to be stored, and Flink writes
 * them from there. Copies would cost the pending limit twice more.
 */
public final class BatchStateSerializer extends ImmutableSerializer<ClickHouseCommittable> {

    private static final long serialVersionUID = 1L;

    public static final BatchStateSerializer INSTANCE = new BatchStateSerializer();

    private static final ClickHouseCommittableSerializer FORM = new ClickHouseCommittableSerializer();

    /** Nothing sensible; Flink asks for one only where it reuses objects, and this type is immutable. */
    @Override
    public ClickHouseCommittable createInstance() {
        return null;
    }

    @Override
    public void serialize(ClickHouseCommittable batch, DataOutputView target) throws IOException {
        byte[] bytes = FORM.serialize(batch);
        target.writeInt(FORM.getVersion());
        target.writeInt(bytes.length);
        target.write(bytes);
    }

    @Override
    public ClickHouseCommittable deserialize(DataInputView source) throws IOException {
        int version = source.readInt();
        int length = source.readInt();
        if (length < 0) {
            throw new IOException("A ClickHouse batch in the state is damaged: length " + length);
        }
        byte[] bytes = new byte[length];
        source.readFully(bytes);
        return FORM.deserialize(version, bytes);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        target.writeInt(source.readInt());
        int length = source.readInt();
        target.writeInt(length);
        target.write(source, length);
    }

    @Override
    public TypeSerializerSnapshot<ClickHouseCommittable> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Named in savepoints; never renamed. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ClickHouseCommittable> {

        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
