package io.tidegate.dev.clickhouse.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * One INSERT whose data is pushed in pieces. Rows exist after {@link #commit()} returned; closing without it cancels, so
 * that a body that was cut in the middle stores nothing.
 *
 * <p>Memory is the engine's: it forms blocks of up to {@code min_insert_block_size_rows} and writes them when they're
 * full. A body larger than one block is therefore written in several parts, of which the earlier ones stay if a later
 * piece turns out broken, as on any ClickHouse server.
 */
public final class InsertStream implements AutoCloseable {

    private static final int PIECE = 256 * 1024;

    private final Chdb chdb;
    private final EngineConnection connection;
    private final Pointer pointer;
    private boolean finished;

    InsertStream(Chdb chdb, EngineConnection connection, Pointer pointer) throws EngineException {
        this.chdb = chdb;
        this.connection = connection;
        this.pointer = pointer;
        try {
            check();
        } catch (EngineException e) {
            close();
            throw e;
        }
    }

    /** Pushes everything that the stream has; an {@link IOException} of it passes through. */
    public void append(InputStream data) throws IOException, EngineException {
        byte[] piece = new byte[PIECE];
        try (Memory memory = new Memory(PIECE)) {
            int length;
            while ((length = data.readNBytes(piece, 0, PIECE)) > 0) {
                memory.write(0, piece, 0, length);
                if (chdb.chdb_stream_append(pointer, memory, length) != 0) {
                    check();
                    throw new EngineException("The engine refused the data of an INSERT");
                }
            }
        }
    }

    /** Ends the data and makes the rows visible. */
    public QueryStatistics commit() throws EngineException {
        finished = true;
        try (NativeResult result = new NativeResult(chdb, chdb.chdb_stream_done(pointer))) {
            result.check();
            return result.statistics();
        } catch (EngineException e) {
            connection.markBroken();
            throw e;
        }
    }

    private void check() throws EngineException {
        Pointer error = chdb.chdb_stream_insert_error(pointer);
        if (error != null) {
            connection.markBroken();
            throw new EngineException(error.getString(0, StandardCharsets.UTF_8.name()));
        }
    }

    @Override
    public void close() {
        if (!finished) {
            chdb.chdb_stream_cancel_insert(pointer);
            connection.markBroken();
        }
        chdb.chdb_destroy_insert_stream(pointer);
    }
}
