package io.tidegate.dev.chaos.steady;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** Prometheus' HTTP interface, as much of it as is needed here. */
final class Prometheus {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** An hour isn't thrown away for one answer that a busy machine was late with. */
    private static final int ATTEMPTS = 4;

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final URI base;

    Prometheus(HttpClient http, URI base) {
        this.http = http;
        this.base = base;
    }

    /** A series of an answer. */
    record Series(Map<String, String> labels, double value) {}

    /** Those that are pending or fire at the moment. */
    List<SeenAlert> alerts() throws IOException, InterruptedException {
        List<SeenAlert> alerts = new ArrayList<>();
        for (JsonNode alert : get("/api/v1/alerts").path("alerts")) {
            alerts.add(SeenAlert.of(
                    labels(alert.path("labels")), alert.path("state").asText()));
        }
        return alerts;
    }

    /** Those that were pending or fired at any evaluation since a time, and after how many evaluations each was still there. */
    Map<SeenAlert, Long> alertsSince(long sinceMs) throws IOException, InterruptedException {
        long seconds = Math.max(1, (System.currentTimeMillis() - sinceMs) / 1_000);
        Map<SeenAlert, Long> alerts = new LinkedHashMap<>();
        for (Series series : query("count_over_time(ALERTS[" + seconds + "s])")) {
            alerts.put(SeenAlert.of(series.labels(), ""), (long) series.value());
        }
        return alerts;
    }

    List<Series> query(String expression) throws IOException, InterruptedException {
        List<Series> all = new ArrayList<>();
        JsonNode data = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        for (JsonNode series : data.path("result")) {
            String value = series.path("value").path(1).asText();
            all.add(new Series(
                    labels(series.path("metric")),
                    Double.parseDouble(value.replace("+Inf", "Infinity").replace("-Inf", "-Infinity"))));
        }
        return all;
    }

    /** The first number of an answer; empty where there is none. */
    OptionalDouble number(String expression) throws IOException, InterruptedException {
        return query(expression).stream()
                .mapToDouble(Series::value)
                .filter(Double::isFinite)
                .findFirst();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        JsonNode answer = JSON.readTree(answer(path));
        if (!answer.path("status").asText().equals("success")) {
            throw new IOException("Prometheus: " + answer.path("error").asText() + " (" + path + ")");
        }
        return answer.path("data");
    }

    private String answer(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(LIMIT).build();
        for (int attempt = 1; ; attempt++) {
            try {
                return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException("Prometheus doesn't answer " + path + ": " + e, e);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        }
    }

    private static Map<String, String> labels(JsonNode node) {
        Map<String, String> labels = new LinkedHashMap<>();
        node.properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }
}
