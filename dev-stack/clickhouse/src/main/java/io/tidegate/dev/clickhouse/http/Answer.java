package io.tidegate.dev.clickhouse.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.tidegate.dev.clickhouse.compression.BlockOutputStream;
import io.tidegate.dev.clickhouse.compression.ContentCoding;
import io.tidegate.dev.clickhouse.engine.EngineException;
import io.tidegate.dev.clickhouse.engine.QueryResult;
import io.tidegate.dev.clickhouse.engine.QueryStatistics;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The answer to one request: headers as ClickHouse's clients expect them, and a body in the compression that was asked
 * for. Once the body has begun, a failure can only be told by its text at the end of a cut-off body.
 */
final class Answer {

    private static final int BUFFER = 64 * 1024;
    private static final int LARGEST_BUFFERED = 1 << 20;

    private final HttpExchange exchange;
    private final String version;
    private boolean begun;

    Answer(HttpExchange exchange, String version, String timezone) {
        this.exchange = exchange;
        this.version = version;
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-ClickHouse-Server-Display-Name", "tidegate");
        headers.set("X-ClickHouse-Timezone", timezone);
        if (isLastOfItsConnection(exchange)) {
            // Said back, as a server does: a client that isn't told keeps the connection for its next request.
            headers.set("Connection", "close");
        } else {
            headers.set("Keep-Alive", "timeout=" + HttpFront.KEEP_ALIVE.toSeconds());
        }
    }

    private static boolean isLastOfItsConnection(HttpExchange exchange) {
        String connection = exchange.getRequestHeaders().getFirst("Connection");
        return connection != null && connection.equalsIgnoreCase("close");
    }

    void queryId(String queryId) {
        // A header must stay one line, whatever the client sent.
        exchange.getResponseHeaders().set("X-ClickHouse-Query-Id", queryId.replaceAll("[^\\x20-\\x7e]", "?"));
    }

    /** Whether the status line is out. */
    boolean hasBegun() {
        return begun;
    }

    /** A whole answer of the front itself. */
    void text(int status, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=UTF-8");
        send(status, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A statement without a result. */
    void done(OutputFormat format, QueryStatistics statistics) throws IOException {
        resultHeaders(format, statistics);
        send(HttpStatus.OK, new byte[0]);
    }

    /** A whole result. */
    void result(QueryRequest request, OutputFormat format, QueryResult result, QueryStatistics statistics)
            throws IOException {
        Optional<ContentCoding> coding = coding(request);
        boolean plain = !request.compressedAnswer() && coding.isEmpty();
        if (result.length() == 0) {
            done(format, statistics);
        } else if (plain) {
            resultHeaders(format, statistics);
            begun = true;
            exchange.sendResponseHeaders(HttpStatus.OK, result.length());
            try (OutputStream out = exchange.getResponseBody()) {
                result.writeTo(out, 0);
            }
        } else if (result.length() > LARGEST_BUFFERED) {
            try (OutputStream out = stream(request, format, statistics)) {
                result.writeTo(out, 0);
            }
        } else {
            resultHeaders(format, statistics);
            coding.ifPresent(this::announce);
            int size = (int) result.length();
            ByteArrayOutputStream buffered = new ByteArrayOutputStream(size / 2 + 64);
            try (OutputStream out = encode(request, coding, buffered, size)) {
                result.writeTo(out, 0);
            }
            send(HttpStatus.OK, buffered.toByteArray());
        }
    }

    /** Begins a result of unknown length; closing the stream ends the answer. */
    OutputStream stream(QueryRequest request, OutputFormat format, QueryStatistics statistics) throws IOException {
        resultHeaders(format, statistics);
        Optional<ContentCoding> coding = coding(request);
        coding.ifPresent(this::announce);
        begun = true;
        exchange.sendResponseHeaders(HttpStatus.OK, 0);
        OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), BUFFER);
        return encode(request, coding, out, BlockOutputStream.LARGEST_BLOCK);
    }

    /** Tells an error, before the body has begun. */
    void error(EngineException error) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.remove("X-ClickHouse-Format");
        headers.set("X-ClickHouse-Exception-Code", Integer.toString(error.code()));
        text(HttpStatus.of(error.code()), errorText(error));
    }

    String errorText(EngineException error) {
        String message = error.getMessage().stripTrailing();
        String bare = " (version " + version + ")";
        if (message.endsWith(bare)) {
            message = message.substring(0, message.length() - bare.length());
        }
        return message + " (version " + version + " (official build))\n";
    }

    private void resultHeaders(OutputFormat format, QueryStatistics statistics) {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", format.mediaType());
        headers.set("X-ClickHouse-Format", format.name());
        headers.set("X-ClickHouse-Summary", summary(statistics));
    }

    private void announce(ContentCoding coding) {
        exchange.getResponseHeaders().set("Content-Encoding", coding.token());
    }

    private static OutputStream encode(
            QueryRequest request, Optional<ContentCoding> coding, OutputStream out, int expectedSize)
            throws IOException {
        if (request.compressedAnswer()) {
            return new BlockOutputStream(out, Math.min(expectedSize, BlockOutputStream.LARGEST_BLOCK));
        }
        return coding.isPresent() ? coding.get().encode(out) : out;
    }

    private Optional<ContentCoding> coding(QueryRequest request) {
        String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        if (request.compressedAnswer() || !request.httpCompression() || accepted == null) {
            return Optional.empty();
        }
        return ContentCoding.accepted(accepted);
    }

    private void send(int status, byte[] bytes) throws IOException {
        begun = true;
        if (bytes.length == 0) {
            exchange.getResponseHeaders().set("Content-Length", "0");
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length);
        if (!exchange.getRequestMethod().equals("HEAD")) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }

    static String summary(QueryStatistics s) {
        return "{\"read_rows\":\"" + s.readRows()
                + "\",\"read_bytes\":\"" + s.readBytes()
                + "\",\"written_rows\":\"" + s.writtenRows()
                + "\",\"written_bytes\":\"" + s.writtenBytes()
                + "\",\"total_rows_to_read\":\"0\",\"result_rows\":\"" + s.resultRows()
                + "\",\"result_bytes\":\"" + s.resultBytes()
                + "\",\"elapsed_ns\":\"" + s.elapsed().toNanos()
                + "\"}";
    }
}
