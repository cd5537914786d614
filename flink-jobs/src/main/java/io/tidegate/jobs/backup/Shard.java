package io.tidegate.jobs.backup;

import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One shard of ClickHouse over HTTP, for answers and inserts of any size. Talks to its first replica, but for {@link #everywhere}. */
final class Shard {

    private static final String EXCEPTION_CODE = "X-ClickHouse-Exception-Code";
    private static final int QUOTED_ANSWER_BYTES = 1_000;
    private static final Duration HEADER_LIMIT = Duration.ofHours(1);

    private final ClickHouseClientConfig config;
    private final HttpClient http;

    Shard(ClickHouseClientConfig config) {
        this.config = config;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.connectTimeout())
                .build();
    }

    /** The answer while it comes; the caller closes it. A failure half-way ends it with an exception or a broken line. */
    InputStream read(String sql) throws IOException, InterruptedException {
        return send(config.endpoints().get(0), sql, Map.of(), HttpRequest.BodyPublishers.noBody());
    }

    String query(String sql) throws IOException, InterruptedException {
        try (InputStream answer = read(sql)) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The answer's lines; none for an empty answer. */
    List<String> lines(String sql) throws IOException, InterruptedException {
        return query(sql).lines().toList();
    }

    /** On each replica: what concerns one server only. */
    void everywhere(String sql) throws IOException, InterruptedException {
        for (URI replica : config.endpoints()) {
            send(replica, sql, Map.of(), HttpRequest.BodyPublishers.noBody()).close();
        }
    }

    /** Inserts rows in the format that the statement names; they are stored when this returns. */
    void insert(String sql, Map<String, String> settings, InputStream rows) throws IOException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("wait_end_of_query", "1");
        send(config.endpoints().get(0), sql, all, HttpRequest.BodyPublishers.ofInputStream(() -> rows))
                .close();
    }

    private InputStream send(URI base, String sql, Map<String, String> settings, HttpRequest.BodyPublisher body)
            throws IOException, InterruptedException {
        StringBuilder uri = new StringBuilder().append(base);
        if (base.getRawPath() == null || base.getRawPath().isEmpty()) {
            uri.append('/');
        }
        uri.append("?query=").append(URLEncoder.encode(sql, StandardCharsets.UTF_8));
        settings.forEach((name, value) ->
                uri.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri.toString()))
                .header("X-ClickHouse-User", config.user())
                .header("X-ClickHouse-Key", config.password())
                .timeout(HEADER_LIMIT)
                .POST(body)
                .build();
        HttpResponse<InputStream> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new IOException(base + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()), e);
        }
        if (response.statusCode() != 200
                || response.headers().firstValue(EXCEPTION_CODE).isPresent()) {
            try (InputStream answer = response.body()) {
                throw new IOException(base + " answered " + response.statusCode() + ": "
                        + new String(answer.readNBytes(QUOTED_ANSWER_BYTES), StandardCharsets.UTF_8).strip());
            }
        }
        return response.body();
    }
}
