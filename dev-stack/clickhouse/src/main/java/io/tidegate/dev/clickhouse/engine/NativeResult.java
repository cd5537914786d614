package io.tidegate.dev.clickhouse.engine;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Owns one {@code chdb_result*}. */
final class NativeResult implements AutoCloseable {

    private static final double NANOS = 1e9;

    private final Chdb chdb;
    private final Pointer pointer;

    NativeResult(Chdb chdb, Pointer pointer) throws EngineException {
        if (pointer == null) {
            throw new EngineException("The engine returned no result");
        }
        this.chdb = chdb;
        this.pointer = pointer;
    }

    Pointer pointer() {
        return pointer;
    }

    /** Throws the error that the result carries, if any. */
    void check() throws EngineException {
        Pointer error = chdb.chdb_result_error(pointer);
        if (error != null) {
            throw new EngineException(error.getString(0, StandardCharsets.UTF_8.name()));
        }
    }

    long length() {
        return chdb.chdb_result_length(pointer);
    }

    /** Only valid where the length isn't 0. */
    Pointer buffer() {
        return chdb.chdb_result_buffer(pointer);
    }

    QueryStatistics statistics() {
        return new QueryStatistics(
                chdb.chdb_result_storage_rows_read(pointer),
                chdb.chdb_result_storage_bytes_read(pointer),
                chdb.chdb_result_rows_read(pointer),
                chdb.chdb_result_bytes_read(pointer),
                chdb.chdb_result_rows_written(pointer),
                chdb.chdb_result_bytes_written(pointer),
                Duration.ofNanos((long) (chdb.chdb_result_elapsed(pointer) * NANOS)));
    }

    @Override
    public void close() {
        chdb.chdb_destroy_query_result(pointer);
    }
}
