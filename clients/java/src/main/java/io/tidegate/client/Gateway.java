package io.tidegate.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Where the gateway is, and how one speaks to it. */
final class Gateway {

    /**
     * What a problem document says.
     *
     * @param retryAfter of the answer's header
     */
    record Refusal(int status, String code, String detail, Optional<Duration> retryAfter) {

        TidegateException exception() {
            return new TidegateException(status, code, status + " " + code + ": " + detail, null);
        }
    }

    private final URI base;
    private final Supplier<String> token;
    private final HttpClient http;

    Gateway(URI base, Supplier<String> token, Duration connectTimeout) {
        this.base = base;
        this.token = token;
        this.http = HttpClient.newBuilder()
                .connectTimeout(connectTimeout)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    HttpClient http() {
        return http;
    }

    /** Asked for each request and each connection: whoever supplies it renews it in time. */
    String token() {
        return token.get();
    }

    HttpRequest.Builder request(String pathAndQuery, Duration timeout) {
        return HttpRequest.newBuilder(base.resolve(pathAndQuery))
                .timeout(timeout)
                .header("Authorization", "Bearer " + token());
    }

    URI webSocket() {
        URI http = base.resolve("/ws");
        String scheme = "https".equals(http.getScheme()) ? "wss" : "ws";
        return URI.create(scheme + http.toString().substring(http.getScheme().length()));
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    static Refusal refusal(HttpResponse<String> response) {
        String[] said = {"http_" + response.statusCode(), "the gateway answered " + response.statusCode()};
        try {
            Json.read(response.body(), json -> {
                Json.object(json, (name, value) -> {
                    switch (name) {
                        case "code" -> said[0] = Json.text(value);
                        case "detail" -> said[1] = Json.text(value);
                        default -> {}
                    }
                });
                return null;
            });
        } catch (IOException notOurs) {
            // Something between here and the gateway answered; the status has to do.
            return new Refusal(response.statusCode(), said[0], said[1], retryAfter(response));
        }
        return new Refusal(response.statusCode(), said[0], said[1], retryAfter(response));
    }

    private static Optional<Duration> retryAfter(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("\\d{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    }
}
