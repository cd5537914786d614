package io.tidegate.dev.clickhouse.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.tidegate.dev.clickhouse.engine.Engine;
import io.tidegate.dev.clickhouse.engine.EngineConnection;
import io.tidegate.dev.clickhouse.engine.EngineException;
import io.tidegate.dev.clickhouse.engine.InsertStream;
import io.tidegate.dev.clickhouse.engine.QueryResult;
import io.tidegate.dev.clickhouse.engine.QueryStatistics;
import io.tidegate.dev.clickhouse.engine.ResultStream;
import io.tidegate.dev.clickhouse.sql.Statement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the statement of a request and writes its answer. */
final class QueryHandler implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(QueryHandler.class);
    private static final int SYNTAX_ERROR = 62;
    private static final int NETWORK_ERROR = 210;
    private static final int ALREADY_RUNNING = 216;
    private static final int DEFAULT_MAX_QUERY_SIZE = 262_144;
    private static final int LARGEST_MAX_QUERY_SIZE = 64 << 20;
    private static final int LARGEST_EXPRESSIONS = 8 << 20;
    private static final String VALUES = "Values";

    private final Engine engine;
    private final Sessions sessions;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    QueryHandler(Engine engine, Sessions sessions) {
        this.engine = engine;
        this.sessions = sessions;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Answer answer = new Answer(exchange, engine.version(), engine.timezone());
        try {
            serve(exchange, answer);
        } catch (EngineException e) {
            LOG.debug("Refused: {}", e.getMessage());
            if (answer.hasBegun()) {
                throw new IOException("The answer was cut off", e);
            }
            answer.error(e);
        }
        exchange.close();
    }

    private void serve(HttpExchange exchange, Answer answer) throws IOException, EngineException {
        Headers headers = exchange.getRequestHeaders();
        Map<String, String> url =
                new LinkedHashMap<>(QueryRequest.decode(exchange.getRequestURI().getRawQuery()));
        String method = exchange.getRequestMethod();
        boolean readOnly = method.equals("GET") || method.equals("HEAD");
        boolean form = MultipartForm.isOne(headers.getFirst("Content-Type"));
        if (form) {
            url.putAll(MultipartForm.read(headers.getFirst("Content-Type"), RequestBody.open(exchange, false)));
        }
        QueryRequest request = QueryRequest.of(
                url,
                headers.getFirst("X-ClickHouse-Database"),
                headers.getFirst("X-ClickHouse-Format"),
                headers.getFirst("X-ClickHouse-Query-Id"));
        answer.queryId(request.queryId());
        InputStream body =
                readOnly || form ? InputStream.nullInputStream() : RequestBody.open(exchange, request.compressedBody());
        RequestText text;
        try {
            text = RequestText.read(request.query(), body, maxQuerySize(request));
        } catch (IOException e) {
            throw brokenBody(e);
        }
        if (!running.add(request.queryId())) {
            throw EngineException.of(
                    ALREADY_RUNNING,
                    "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
                    "Query with id = " + request.queryId() + " is already running.");
        }
        Ending ending;
        try (Lease lease = lease(request)) {
            RequestSettings settings = new RequestSettings(lease.connection());
            settings.apply(request, readOnly);
            try {
                ending = run(request, text, lease.connection(), answer);
            } finally {
                if (request.session().isPresent()) {
                    restore(settings, lease.connection());
                }
            }
        } finally {
            running.remove(request.queryId());
        }
        ending.send();
    }

    private static void restore(RequestSettings settings, EngineConnection connection) {
        try {
            connection.recover();
            settings.restore();
        } catch (EngineException e) {
            // What the statement did stands and must be told; the session may keep a setting of the URL.
            LOG.warn("The settings of a session could not be restored: {}", e.getMessage());
        }
    }

    /**
     * What is left to send when the statement is done. It waits until the session and the query id are free again, because
     * the client's next request may be here before this one returns.
     */
    private interface Ending {
        void send() throws IOException;
    }

    private static int maxQuerySize(QueryRequest request) {
        String given = request.settings().get("max_query_size");
        if (given == null) {
            return DEFAULT_MAX_QUERY_SIZE;
        }
        try {
            long size = Long.parseLong(given);
            return size <= 0 ? LARGEST_MAX_QUERY_SIZE : (int) Math.min(size, LARGEST_MAX_QUERY_SIZE);
        } catch (NumberFormatException e) {
            // The engine says what is wrong with the setting.
            return DEFAULT_MAX_QUERY_SIZE;
        }
    }

    private static EngineException brokenBody(IOException e) {
        return EngineException.of(
                NETWORK_ERROR, "NETWORK_ERROR", "The request's body could not be read: " + e.getMessage());
    }

    private static Ending run(QueryRequest request, RequestText text, EngineConnection connection, Answer answer)
            throws IOException, EngineException {
        Statement statement = text.statement();
        if (statement.kind() == Statement.Kind.INSERT_DATA) {
            return insert(request, text, connection, answer);
        }
        if (connection.countStatements(statement.sql()) > 1) {
            throw EngineException.of(SYNTAX_ERROR, "SYNTAX_ERROR", "Multi-statements are not allowed");
        }
        String named = statement.format() != null ? statement.format() : request.defaultFormat();
        OutputFormat format = OutputFormat.named(named.isEmpty() ? OutputFormat.DEFAULT : named);
        if (statement.kind() == Statement.Kind.SELECT && format.streamed()) {
            return select(request, statement, format, connection, answer);
        }
        QueryResult result = connection.execute(statement.sql(), format.name(), request.parameters());
        return () -> {
            try (result) {
                answer.result(request, format, result, result.statistics());
            }
        };
    }

    private static Ending insert(QueryRequest request, RequestText text, EngineConnection connection, Answer answer)
            throws IOException, EngineException {
        Statement statement = text.statement();
        String named = statement.format() != null ? statement.format() : request.defaultFormat();
        String format = named.isEmpty() ? VALUES : named;
        InputStream data = text.data();
        try {
            if (format.equalsIgnoreCase(VALUES)) {
                data = checkedValues(data, connection);
            }
        } catch (IOException e) {
            throw brokenBody(e);
        }
        QueryStatistics statistics;
        try (InsertStream insert = connection.insert(statement.sql(), format, request.parameters())) {
            try {
                insert.append(data);
            } catch (IOException e) {
                // Without the commit nothing is stored.
                throw brokenBody(e);
            }
            statistics = insert.commit();
        }
        return () -> answer.done(OutputFormat.named(OutputFormat.DEFAULT), statistics);
    }

    /**
     * VALUES may hold expressions, so they're looked through like statements. That needs them in memory; what is larger
     * must be literals.
     */
    private static InputStream checkedValues(InputStream data, EngineConnection connection)
            throws IOException, EngineException {
        byte[] head = data.readNBytes(LARGEST_EXPRESSIONS + 1);
        if (head.length <= LARGEST_EXPRESSIONS) {
            Statement.checkValues(head);
            return new ByteArrayInputStream(head);
        }
        connection.execute("SET input_format_values_interpret_expressions = 0");
        return new SequenceInputStream(new ByteArrayInputStream(head), data);
    }

    private static Ending select(
            QueryRequest request, Statement statement, OutputFormat format, EngineConnection connection, Answer answer)
            throws IOException, EngineException {
        try (ResultStream results = connection.stream(statement.sql(), format.name(), request.parameters())) {
            QueryResult first = results.next();
            if (first == null) {
                return () -> answer.done(format, results.statistics());
            }
            QueryResult second;
            try {
                second = results.next();
            } catch (EngineException e) {
                first.close();
                throw e;
            }
            if (second == null) {
                // A result of one chunk is complete before its first byte goes out: exact errors and statistics.
                return () -> {
                    try (first) {
                        answer.result(request, format, first, results.statistics());
                    }
                };
            }
            return stream(request, format, first, second, results, answer);
        }
    }

    private static Ending stream(
            QueryRequest request,
            OutputFormat format,
            QueryResult first,
            QueryResult second,
            ResultStream results,
            Answer answer)
            throws IOException, EngineException {
        byte[] header;
        // Not closed on failure: the missing end of the body is what tells the client.
        OutputStream out;
        try (first) {
            header = format.header(first.head(OutputFormat.LARGEST_HEADER));
            out = answer.stream(request, format, results.statistics());
            first.writeTo(out, 0);
        } catch (IOException e) {
            second.close();
            throw e;
        }
        QueryResult next = second;
        while (next != null) {
            try (QueryResult chunk = next) {
                boolean repeated = Arrays.equals(chunk.head(header.length), header);
                chunk.writeTo(out, repeated ? header.length : 0);
            }
            try {
                next = results.next();
            } catch (EngineException e) {
                out.write(answer.errorText(e).getBytes(StandardCharsets.UTF_8));
                out.flush();
                throw e;
            }
        }
        return out::close;
    }

    private Lease lease(QueryRequest request) throws EngineException {
        if (request.session().isPresent()) {
            QueryRequest.SessionRequest session = request.session().get();
            return new Lease(sessions.acquire(session), () -> sessions.release(session));
        }
        EngineConnection connection = engine.connect();
        return new Lease(connection, connection::close);
    }

    /** A connection for the time of one request. */
    private record Lease(EngineConnection connection, Runnable giveBack) implements AutoCloseable {

        @Override
        public void close() {
            giveBack.run();
        }
    }
}
