package io.tidegate.jobs.fraud;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Many small writes made one. What a checkpoint writes to goes through several layers of streams, each of which would see every number
 * and every text of every entry by itself, each second.
 */
final class SmallWrites {

    private static final int FIRST_CAPACITY = 1 << 10;

    /** Beyond that a buffer isn't used again: one history in thousands is that long. */
    private static final int KEPT_CAPACITY = 1 << 16;

    /** Snapshots are written by threads of their own, beside the task's. */
    private static final ThreadLocal<DataOutputSerializer> BUFFERS =
            ThreadLocal.withInitial(() -> new DataOutputSerializer(FIRST_CAPACITY));

    private SmallWrites() {}

    /** Writes an entry. */
    @FunctionalInterface
    interface Entry {
        void write(DataOutputView target) throws IOException;
    }

    /** Writes what {@code entry} writes to {@code target}, in one piece. Entries don't nest. */
    static void gather(DataOutputView target, Entry entry) throws IOException {
        DataOutputSerializer buffer = buffer();
        entry.write(buffer);
        target.write(buffer.getSharedBuffer(), 0, buffer.length());
    }

    /** What {@code entry} writes. */
    static byte[] bytes(Entry entry) {
        DataOutputSerializer buffer = buffer();
        try {
            entry.write(buffer);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be written to", e);
        }
        return buffer.getCopyOfBuffer();
    }

    private static DataOutputSerializer buffer() {
        DataOutputSerializer buffer = BUFFERS.get();
        if (buffer.getSharedBuffer().length > KEPT_CAPACITY) {
            buffer = new DataOutputSerializer(FIRST_CAPACITY);
            BUFFERS.set(buffer);
        }
        buffer.clear();
        return buffer;
    }
}
