package io.tidegate.dev.clickhouse.engine;

import com.sun.jna.Library;
import com.sun.jna.Pointer;

/**
 * The C interface of libchdb 26.7, as far as the front uses it.
 *
 * <p>{@code size_t} is written as {@code long}: the library exists for 64-bit platforms only. Pointers are opaque. No call
 * is safe against a connection that another thread is using.
 */
@SuppressWarnings("checkstyle:MethodName")
interface Chdb extends Library {

    /** Must be 0 before the first connect, or the engine replaces handlers that the JVM lives on (SIGSEGV among them). */
    void chdb_set_signal_handlers_enabled(int enabled);

    /** Returns a pointer to the connection, null when it failed. The first connection starts the engine. */
    Pointer chdb_connect(int argc, String[] argv);

    /** Takes what {@link #chdb_connect} returned. Closing the last connection shuts the engine down. */
    void chdb_close_conn(Pointer connectionHandle);

    Pointer chdb_query_with_params_n(
            Pointer connection,
            byte[] sql,
            long sqlLength,
            byte[] format,
            long formatLength,
            Pointer names,
            Pointer nameLengths,
            Pointer values,
            Pointer valueLengths,
            long count);

    Pointer chdb_stream_query_with_params_n(
            Pointer connection,
            byte[] sql,
            long sqlLength,
            byte[] format,
            long formatLength,
            Pointer names,
            Pointer nameLengths,
            Pointer values,
            Pointer valueLengths,
            long count);

    /** The next chunk; an empty result marks the end. */
    Pointer chdb_stream_fetch_result(Pointer connection, Pointer stream);

    void chdb_stream_cancel_query(Pointer connection, Pointer stream);

    /** Never null; see {@link #chdb_stream_insert_error}. The SQL has no FORMAT clause and no data. */
    Pointer chdb_stream_insert_with_params_n(
            Pointer connection,
            byte[] sql,
            long sqlLength,
            byte[] format,
            long formatLength,
            Pointer names,
            Pointer nameLengths,
            Pointer values,
            Pointer valueLengths,
            long count);

    /** Copies the data; blocks while the engine is behind. 0 = success. */
    int chdb_stream_append(Pointer insert, Pointer data, long length);

    /** Commits. Returns a result with the rows written, or with an error. */
    Pointer chdb_stream_done(Pointer insert);

    void chdb_stream_cancel_insert(Pointer insert);

    /** Pointer to a C string, null without an error. */
    Pointer chdb_stream_insert_error(Pointer insert);

    void chdb_destroy_insert_stream(Pointer insert);

    Pointer chdb_result_buffer(Pointer result);

    long chdb_result_length(Pointer result);

    double chdb_result_elapsed(Pointer result);

    long chdb_result_rows_read(Pointer result);

    long chdb_result_bytes_read(Pointer result);

    long chdb_result_storage_rows_read(Pointer result);

    long chdb_result_storage_bytes_read(Pointer result);

    long chdb_result_rows_written(Pointer result);

    long chdb_result_bytes_written(Pointer result);

    /** Pointer to a C string, null without an error. */
    Pointer chdb_result_error(Pointer result);

    void chdb_destroy_query_result(Pointer result);

    /** {@code analysis}: struct of four u32 {struct_size = 16, statement_count, flags, class}. 0 = success. */
    int chdb_classify_query_n(
            Pointer connection, byte[] sql, long sqlLength, Pointer database, long databaseLength, Pointer analysis);

    /** Joins the engine's threads. Every connection must be closed first. 0 = success. */
    int chdb_shutdown();
}
