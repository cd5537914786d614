package io.tidegate.replay.send;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code POST /api/v1/events} of a gateway. */
public final class HttpGateway implements Gateway {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final int SHOWN_CHARACTERS = 300;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final JsonFactory json = new JsonFactory();
    private final URI endpoint;
    private final String token;

    /** @param baseUrl of the gateway, with or without a slash at the end */
    public HttpGateway(URI baseUrl, String token) {
        this.endpoint = URI.create(baseUrl.toString().replaceAll("/+$", "") + "/api/v1/events");
        this.token = token;
    }

    @Override
    public Answer send(byte[] body, int events) {
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .timeout(ANSWER_TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            // Refused, cut or timed out: whether the batch arrived is unknown.
            return new Answer.Unavailable(describe(e), Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Refused("interrupted");
        }
        return switch (response.statusCode()) {
            case 200, 202, 400 -> judged(response, events);
            case 408, 429, 500, 502, 503, 504 ->
                new Answer.Unavailable("HTTP " + response.statusCode(), retryAfter(response));
            case 413 ->
                new Answer.Refused("HTTP 413: the batch is too large for the gateway; try a smaller --batch-size");
            default -> new Answer.Refused("HTTP " + response.statusCode() + ": " + shown(response.body()));
        };
    }

    private Answer judged(HttpResponse<byte[]> response, int events) {
        Verdict verdict;
        try {
            verdict = readVerdict(response.body());
        } catch (IOException e) {
            return new Answer.Refused("HTTP " + response.statusCode() + " with a body that isn't the contract's: "
                    + shown(response.body()));
        }
        if (response.statusCode() == 400 && verdict.rejected.isEmpty()) {
            return new Answer.Refused("HTTP 400: " + shown(response.body()));
        }
        int judged = verdict.accepted + verdict.rejected.size();
        boolean indexed = verdict.rejected.stream().allMatch(r -> r.index() >= 0 && r.index() < events);
        if (judged != events || !indexed) {
            return new Answer.Refused("HTTP " + response.statusCode() + " says accepted " + verdict.accepted
                    + " and rejected " + verdict.rejected.size() + ", but " + events + " events were sent");
        }
        return new Answer.Judged(verdict.accepted, verdict.rejected);
    }

    private static final class Verdict {
        private int accepted;
        private final List<Rejection> rejected = new ArrayList<>();
    }

    /** Members that the replay doesn't need ({@code eventIds}, those of a problem document) are skipped. */
    private Verdict readVerdict(byte[] body) throws IOException {
        Verdict verdict = new Verdict();
        try (JsonParser parser = json.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String member = parser.currentName();
                JsonToken value = parser.nextToken();
                if (member.equals("accepted")) {
                    verdict.accepted = parser.getIntValue();
                } else if (member.equals("rejected") && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        verdict.rejected.add(readRejection(parser));
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        return verdict;
    }

    private static Rejection readRejection(JsonParser parser) throws IOException {
        int index = -1;
        String code = "unknown";
        String field = "";
        String message = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            parser.nextToken();
            switch (member) {
                case "index" -> index = parser.getIntValue();
                case "code" -> code = parser.getText();
                case "field" -> field = parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText();
                case "message" -> message = parser.getText();
                default -> parser.skipChildren();
            }
        }
        return new Rejection(index, code, field, message);
    }

    /** Seconds or an HTTP date; anything else counts as not given. */
    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        return response.headers().firstValue("Retry-After").flatMap(text -> {
            if (text.matches("\\d{1,6}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            try {
                Instant at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                Duration left = Duration.between(Instant.now(), at);
                return Optional.of(left.isNegative() ? Duration.ZERO : left);
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }

    private static String describe(IOException e) {
        if (e instanceof ConnectException) {
            return "no connection to the gateway"; // The JDK's client says no more, and often nothing.
        }
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /** What a server says may be long and may hold control characters; a terminal should get neither. */
    private static String shown(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ");
        return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
    }
}
