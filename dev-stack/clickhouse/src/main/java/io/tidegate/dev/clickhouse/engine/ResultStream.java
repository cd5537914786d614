package io.tidegate.dev.clickhouse.engine;

/**
 * A result that is fetched chunk by chunk; each chunk is a complete document of the format, header included.
 *
 * <p>Closing it before its end cancels the query. The connection serves nothing else meanwhile.
 */
public final class ResultStream implements AutoCloseable {

    private final Chdb chdb;
    private final EngineConnection connection;
    private final NativeResult stream;
    private QueryStatistics statistics = QueryStatistics.NONE;
    private boolean finished;
    private boolean closed;

    ResultStream(Chdb chdb, EngineConnection connection, NativeResult stream) {
        this.chdb = chdb;
        this.connection = connection;
        this.stream = stream;
    }

    /** The next chunk, which the caller closes, or null at the end. */
    public QueryResult next() throws EngineException {
        if (finished) {
            return null;
        }
        NativeResult chunk = null;
        try {
            chunk = new NativeResult(chdb, chdb.chdb_stream_fetch_result(connection.pointer(), stream.pointer()));
            chunk.check();
        } catch (EngineException e) {
            finished = true;
            connection.markBroken();
            if (chunk != null) {
                chunk.close();
            }
            throw e;
        }
        statistics = statistics.plus(chunk.statistics());
        if (chunk.length() == 0) {
            finished = true;
            chunk.close();
            return null;
        }
        return new QueryResult(chunk);
    }

    /** Of the chunks fetched so far. */
    public QueryStatistics statistics() {
        return statistics;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!finished) {
            chdb.chdb_stream_cancel_query(connection.pointer(), stream.pointer());
            connection.markBroken();
        }
        stream.close();
    }
}
