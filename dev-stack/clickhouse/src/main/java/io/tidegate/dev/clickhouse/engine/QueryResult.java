package io.tidegate.dev.clickhouse.engine;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A result, or one chunk of a streamed one, as a document of the format that was asked for. It stays in the engine's
 * memory until it's closed, so that a large one needs none of the JVM's; it outlives its connection.
 */
public final class QueryResult implements AutoCloseable {

    private static final int SLICE = 64 * 1024;

    private final NativeResult result;
    private final long length;
    private boolean closed;

    QueryResult(NativeResult result) {
        this.result = result;
        this.length = result.length();
    }

    /** In bytes. */
    public long length() {
        return length;
    }

    public QueryStatistics statistics() {
        return result.statistics();
    }

    /** The first bytes, at most {@code limit}. */
    public byte[] head(int limit) {
        int size = (int) Math.min(limit, length);
        return size == 0 ? new byte[0] : result.buffer().getByteArray(0, size);
    }

    /** Everything as text; for results that are known to be small. */
    public String text() {
        return new String(head(Integer.MAX_VALUE - 8), StandardCharsets.UTF_8);
    }

    /** Writes what is behind the first {@code from} bytes. */
    public void writeTo(OutputStream out, long from) throws IOException {
        if (from >= length) {
            return;
        }
        Pointer buffer = result.buffer();
        byte[] slice = new byte[(int) Math.min(SLICE, length - from)];
        for (long position = from; position < length; position += slice.length) {
            int size = (int) Math.min(slice.length, length - position);
            buffer.read(position, slice, 0, size);
            out.write(slice, 0, size);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            result.close();
        }
    }
}
