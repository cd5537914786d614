package io.tidegate.dev.clickhouse.http;

import io.tidegate.dev.clickhouse.engine.EngineException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What the URL and the headers of a request ask for.
 *
 * @param query text of the URL's {@code query}; the body is appended to it
 * @param queryId chosen by the client, else made up
 * @param database to use, empty for the default one
 * @param defaultFormat of a result (or of an INSERT's data) when the statement names none
 * @param parameters values of {@code {name:Type}} placeholders
 * @param settings engine settings
 * @param session id of the session to run in, if any
 * @param compressedAnswer whether the answer goes out in ClickHouse's compressed blocks
 * @param compressedBody whether the body comes in such blocks
 * @param httpCompression whether the answer may be coded as {@code Accept-Encoding} asks
 */
record QueryRequest(
        String query,
        String queryId,
        String database,
        String defaultFormat,
        Map<String, String> parameters,
        Map<String, String> settings,
        Optional<SessionRequest> session,
        boolean compressedAnswer,
        boolean compressedBody,
        boolean httpCompression) {

    /**
     * @param timeout after which the session is forgotten when it isn't used
     * @param mustExist whether an unknown id is an error
     */
    record SessionRequest(String id, Duration timeout, boolean mustExist, boolean closeAfterwards) {}

    private static final int BAD_ARGUMENTS = 36;
    private static final int MAX_SESSION_TIMEOUT_SECONDS = 3600;
    private static final int DEFAULT_SESSION_TIMEOUT_SECONDS = 60;
    private static final String PARAMETER_PREFIX = "param_";

    /**
     * Parameters of the protocol that are no settings and mean nothing here: there is one user, an answer's headers wait
     * for its first chunk anyway, and the rest tunes a server's own buffers.
     */
    private static final Set<String> IGNORED = Set.of(
            "user",
            "password",
            "quota_key",
            "role",
            "buffer_size",
            "wait_end_of_query",
            "stacktrace",
            "http_response_buffer_size",
            "http_wait_end_of_query",
            "client_protocol_version",
            // Carries the query id here; async inserts don't exist in the embedded engine.
            "log_comment",
            "async_insert",
            "wait_for_async_insert");

    /** Decodes {@code a=b&c=d}; the last of several equal names wins, as on a server. */
    static Map<String, String> decode(String rawQuery) throws EngineException {
        Map<String, String> decoded = new LinkedHashMap<>();
        if (rawQuery == null || rawQuery.isEmpty()) {
            return decoded;
        }
        try {
            for (String pair : rawQuery.split("&")) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                if (!name.isEmpty()) {
                    decoded.put(
                            URLDecoder.decode(name, StandardCharsets.UTF_8),
                            URLDecoder.decode(value, StandardCharsets.UTF_8));
                }
            }
        } catch (IllegalArgumentException e) {
            throw EngineException.of(BAD_ARGUMENTS, "BAD_ARGUMENTS", "The URL's query isn't percent-encoded properly");
        }
        return decoded;
    }

    /**
     * @param url decoded parameters of the URL
     * @param headerDatabase of {@code X-ClickHouse-Database}, null without
     * @param headerFormat of {@code X-ClickHouse-Format}, null without
     * @param headerQueryId of {@code X-ClickHouse-Query-Id}, null without
     */
    static QueryRequest of(Map<String, String> url, String headerDatabase, String headerFormat, String headerQueryId)
            throws EngineException {
        Map<String, String> rest = new LinkedHashMap<>(url);
        IGNORED.forEach(rest::remove);
        String query = rest.getOrDefault("query", "");
        String queryId =
                firstOf(rest.get("query_id"), headerQueryId, UUID.randomUUID().toString());
        String database = firstOf(rest.get("database"), headerDatabase, "");
        String format = firstOf(rest.get("default_format"), headerFormat, "");
        boolean compress = flag(rest, "compress");
        boolean decompress = flag(rest, "decompress");
        boolean httpCompression = flag(rest, "enable_http_compression");
        Optional<SessionRequest> session = session(rest);
        for (String name : Set.of(
                "query",
                "query_id",
                "database",
                "default_format",
                "compress",
                "decompress",
                "enable_http_compression",
                "http_zlib_compression_level",
                "session_id",
                "session_timeout",
                "session_check",
                "close_session")) {
            rest.remove(name);
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        Map<String, String> settings = new LinkedHashMap<>();
        rest.forEach((name, value) -> {
            if (name.startsWith(PARAMETER_PREFIX)) {
                parameters.put(name.substring(PARAMETER_PREFIX.length()), value);
            } else {
                settings.put(name, value);
            }
        });
        return new QueryRequest(
                query, queryId, database, format, parameters, settings, session, compress, decompress, httpCompression);
    }

    private static Optional<SessionRequest> session(Map<String, String> url) throws EngineException {
        String id = url.getOrDefault("session_id", "");
        if (id.isEmpty()) {
            return Optional.empty();
        }
        int timeout = DEFAULT_SESSION_TIMEOUT_SECONDS;
        String given = url.get("session_timeout");
        if (given != null) {
            try {
                timeout = Integer.parseInt(given);
            } catch (NumberFormatException e) {
                throw EngineException.of(
                        BAD_ARGUMENTS, "INVALID_SESSION_TIMEOUT", "Invalid session timeout: '" + given + "'");
            }
        }
        if (timeout < 0 || timeout > MAX_SESSION_TIMEOUT_SECONDS) {
            throw EngineException.of(
                    BAD_ARGUMENTS,
                    "INVALID_SESSION_TIMEOUT",
                    "Session timeout " + timeout + " is larger than max_session_timeout "
                            + MAX_SESSION_TIMEOUT_SECONDS);
        }
        return Optional.of(new SessionRequest(
                id, Duration.ofSeconds(timeout), flag(url, "session_check"), flag(url, "close_session")));
    }

    private static boolean flag(Map<String, String> url, String name) {
        String value = url.getOrDefault(name, "0");
        return value.equals("1") || value.equalsIgnoreCase("true");
    }

    private static String firstOf(String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null && !candidate.isEmpty()) {
                return candidate;
            }
        }
        return "";
    }
}
