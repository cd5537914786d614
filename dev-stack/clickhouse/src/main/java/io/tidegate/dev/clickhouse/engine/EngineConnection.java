package io.tidegate.dev.clickhouse.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One connection to the engine: its own settings, current database and temporary tables. Runs one statement at a time and
 * belongs to one thread at a time.
 *
 * <p>After a failure the engine may prepend what the failed statement had already written to the next result, so a broken
 * connection must be closed and replaced ({@link #isBroken()}).
 */
public final class EngineConnection implements AutoCloseable {

    private static final int ANALYSIS_SIZE = 16;
    private static final int STATEMENT_COUNT_OFFSET = 4;

    private final Chdb chdb;
    private final Engine engine;
    private final Pointer handle;
    private boolean broken;
    private boolean closed;

    EngineConnection(Chdb chdb, Engine engine, Pointer handle) {
        this.chdb = chdb;
        this.engine = engine;
        this.handle = handle;
    }

    Pointer pointer() {
        return handle.getPointer(0);
    }

    void markBroken() {
        broken = true;
    }

    /** Whether a statement failed here, or was left before its end. */
    public boolean isBroken() {
        return broken;
    }

    /**
     * Makes a broken connection usable again, where it must be kept for its temporary tables: what the failed statement
     * had left goes out with the result of another one. It stays broken when that fails too.
     */
    public void recover() {
        if (!broken) {
            return;
        }
        try {
            execute("SELECT 1");
            broken = false;
        } catch (EngineException e) {
            broken = true;
        }
    }

    /** How many statements a text holds; 0 when it doesn't parse. Executes nothing. */
    public int countStatements(byte[] sql) {
        try (Memory analysis = new Memory(ANALYSIS_SIZE)) {
            analysis.clear();
            analysis.setInt(0, ANALYSIS_SIZE);
            chdb.chdb_classify_query_n(pointer(), sql, sql.length, null, 0, analysis);
            return analysis.getInt(STATEMENT_COUNT_OFFSET);
        }
    }

    /** Runs a statement and waits for its whole result, which the caller closes. */
    public QueryResult execute(byte[] sql, String format, Map<String, String> parameters) throws EngineException {
        byte[] formatName = format.getBytes(StandardCharsets.UTF_8);
        NativeResult result = null;
        try (NativeParameters bound = new NativeParameters(parameters)) {
            result = new NativeResult(
                    chdb,
                    chdb.chdb_query_with_params_n(
                            pointer(),
                            sql,
                            sql.length,
                            formatName,
                            formatName.length,
                            bound.names(),
                            bound.nameLengths(),
                            bound.values(),
                            bound.valueLengths(),
                            bound.count()));
            result.check();
            return new QueryResult(result);
        } catch (EngineException e) {
            markBroken();
            if (result != null) {
                result.close();
            }
            throw e;
        }
    }

    /** Runs a statement of the front itself and returns its result as tab-separated text. */
    public String execute(String sql) throws EngineException {
        try (QueryResult result = execute(sql.getBytes(StandardCharsets.UTF_8), "TSV", Map.of())) {
            return result.text();
        }
    }

    /** Starts a SELECT whose result is fetched in chunks. */
    public ResultStream stream(byte[] sql, String format, Map<String, String> parameters) throws EngineException {
        byte[] formatName = format.getBytes(StandardCharsets.UTF_8);
        NativeResult result = null;
        try (NativeParameters bound = new NativeParameters(parameters)) {
            result = new NativeResult(
                    chdb,
                    chdb.chdb_stream_query_with_params_n(
                            pointer(),
                            sql,
                            sql.length,
                            formatName,
                            formatName.length,
                            bound.names(),
                            bound.nameLengths(),
                            bound.values(),
                            bound.valueLengths(),
                            bound.count()));
            result.check();
            return new ResultStream(chdb, this, result);
        } catch (EngineException e) {
            markBroken();
            if (result != null) {
                result.close();
            }
            throw e;
        }
    }

    /**
     * Starts an INSERT.
     *
     * @param sql up to the column list or the SETTINGS, without FORMAT, VALUES and data
     * @param format of the data that will be appended
     */
    public InsertStream insert(byte[] sql, String format, Map<String, String> parameters) throws EngineException {
        byte[] formatName = format.getBytes(StandardCharsets.UTF_8);
        try (NativeParameters bound = new NativeParameters(parameters)) {
            return new InsertStream(
                    chdb,
                    this,
                    chdb.chdb_stream_insert_with_params_n(
                            pointer(),
                            sql,
                            sql.length,
                            formatName,
                            formatName.length,
                            bound.names(),
                            bound.nameLengths(),
                            bound.values(),
                            bound.valueLengths(),
                            bound.count()));
        }
    }

    /** Must not be called while a statement is executing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            chdb.chdb_close_conn(handle);
            engine.closed(this);
        }
    }
}
