package io.tidegate.dev.clickhouse.http;

import io.tidegate.dev.clickhouse.engine.EngineException;
import io.tidegate.dev.clickhouse.sql.Statement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;

/**
 * The statement of a request, and for an INSERT the stream of its data: the URL's {@code query} and the body, one behind
 * the other.
 */
record RequestText(Statement statement, InputStream data) {

    private static final int SYNTAX_ERROR = 62;

    /**
     * @param maxQuerySize how much of the text may belong to the statement; the data of an INSERT isn't limited
     * @throws IOException of the body
     */
    static RequestText read(String query, InputStream body, int maxQuerySize) throws IOException, EngineException {
        byte[] url = query.strip().getBytes(StandardCharsets.UTF_8);
        InputStream text = url.length == 0
                ? body
                : new SequenceInputStream(
                        new ByteArrayInputStream(url),
                        new SequenceInputStream(new ByteArrayInputStream(new byte[] {'\n'}), body));
        byte[] head = text.readNBytes(maxQuerySize + 1);
        Statement statement = Statement.parse(head, head.length, url.length);
        if (statement.kind() == Statement.Kind.INSERT_DATA) {
            int offset = statement.dataOffset();
            return new RequestText(
                    statement,
                    new SequenceInputStream(new ByteArrayInputStream(head, offset, head.length - offset), text));
        }
        if (head.length > maxQuerySize) {
            throw EngineException.of(
                    SYNTAX_ERROR,
                    "SYNTAX_ERROR",
                    "Max query size exceeded (can be increased with the `max_query_size` setting)");
        }
        return new RequestText(statement, InputStream.nullInputStream());
    }
}
