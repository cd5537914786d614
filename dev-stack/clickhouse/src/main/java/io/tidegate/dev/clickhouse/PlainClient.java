package io.tidegate.dev.clickhouse;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;

/** Runs statements over HTTP, with nothing but the JDK. Thread-safe. */
final class PlainClient {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration QUERY_LIMIT = Duration.ofSeconds(120);
    private static final int OK = 200;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
    private final URI uri;
    private final String user;
    private final String password;

    /** As user {@code default} without a password. */
    PlainClient(URI uri) {
        this(uri, "default", "");
    }

    PlainClient(URI uri, String user, String password) {
        this.uri = uri;
        this.user = user;
        this.password = password;
    }

    /** @throws IllegalStateException with the engine's message */
    String query(String sql) throws IOException {
        return query(sql, Map.of());
    }

    /**
     * @param parameters of the URL, {@code param_…} among them
     * @throws IllegalStateException with the engine's message
     */
    String query(String sql, Map<String, String> parameters) throws IOException {
        StringJoiner url = new StringJoiner("&", "/?", "");
        parameters.forEach((name, value) -> url.add(URLEncoder.encode(name, StandardCharsets.UTF_8) + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8)));
        HttpRequest request = HttpRequest.newBuilder(uri.resolve(url.toString()))
                .timeout(QUERY_LIMIT)
                .header("X-ClickHouse-User", user)
                .header("X-ClickHouse-Key", password)
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != OK) {
                throw new IllegalStateException(response.body().strip());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted during a query", e);
        }
    }
}
