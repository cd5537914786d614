package io.tidegate.jobs.aggregation.pane;

import io.tidegate.jobs.source.HandWrittenSerializer;
import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Format: version (8 bytes), when to flush (8), the content as its own serializer has it. */
public final class PaneSerializer<A> extends HandWrittenSerializer<Pane<A>> {

    private static final long serialVersionUID = 1L;

    private final TypeSerializer<A> contents;

    PaneSerializer(TypeSerializer<A> contents) {
        this.contents = Objects.requireNonNull(contents, "contents");
    }

    @Override
    public TypeSerializer<Pane<A>> duplicate() {
        TypeSerializer<A> duplicate = contents.duplicate();
        return duplicate == contents ? this : new PaneSerializer<>(duplicate);
    }

    @Override
    public Pane<A> createInstance() {
        return new Pane<>(contents.createInstance(), 0, Pane.CLEAN);
    }

    @Override
    public Pane<A> copy(Pane<A> from) {
        return new Pane<>(contents.copy(from.content), from.version, from.flushAtMs);
    }

    @Override
    public void serialize(Pane<A> pane, DataOutputView target) throws IOException {
        target.writeLong(pane.version);
        target.writeLong(pane.flushAtMs);
        contents.serialize(pane.content, target);
    }

    @Override
    public Pane<A> deserialize(DataInputView source) throws IOException {
        long version = source.readLong();
        long flushAtMs = source.readLong();
        return new Pane<>(contents.deserialize(source), version, flushAtMs);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        target.writeLong(source.readLong());
        target.writeLong(source.readLong());
        contents.copy(source, target);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PaneSerializer<?> that && contents.equals(that.contents);
    }

    @Override
    public int hashCode() {
        return contents.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<Pane<A>> snapshotConfiguration() {
        return new Snapshot<>(this);
    }

    /** The serializer of the content is all that can change. */
    public static final class Snapshot<A> extends CompositeTypeSerializerSnapshot<Pane<A>, PaneSerializer<A>> {

        /** For Flink. */
        public Snapshot() {}

        Snapshot(PaneSerializer<A> serializer) {
            super(serializer);
        }

        @Override
        protected int getCurrentOuterSnapshotVersion() {
            return 1;
        }

        @Override
        protected TypeSerializer<?>[] getNestedSerializers(PaneSerializer<A> outer) {
            return new TypeSerializer<?>[] {outer.contents};
        }

        @Override
        @SuppressWarnings("unchecked") // the nested serializer is the one that getNestedSerializers gave
        protected PaneSerializer<A> createOuterSerializerWithNestedSerializers(TypeSerializer<?>[] nested) {
            return new PaneSerializer<>((TypeSerializer<A>) nested[0]);
        }
    }
}
