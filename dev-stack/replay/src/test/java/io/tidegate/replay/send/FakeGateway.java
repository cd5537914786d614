package io.tidegate.replay.send;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** A gateway on a free port that accepts everything, but for the answers that it was told to give first. */
public final class FakeGateway implements AutoCloseable {

    private static final Pattern EVENT_ID = Pattern.compile("\"eventId\":\"([^\"]+)\"");

    /** Answers one request. */
    public interface Script {
        void answer(HttpExchange exchange, String body) throws IOException;
    }

    private final HttpServer server;
    private final Deque<Script> next = new ArrayDeque<>();
    private final List<String> bodies = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();

    public FakeGateway() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/api/v1/events", this::handle);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The next request that isn't spoken for gets this answer. */
    public synchronized FakeGateway then(Script script) {
        next.add(script);
        return this;
    }

    public FakeGateway thenStatus(int status, String headerOrEmpty, String headerValue, String body) {
        return then((exchange, request) -> {
            if (!headerOrEmpty.isEmpty()) {
                exchange.getResponseHeaders().add(headerOrEmpty, headerValue);
            }
            respond(exchange, status, body);
        });
    }

    /** Takes the batch and cuts the connection without an answer. */
    public FakeGateway thenLoseTheAnswer() {
        return then((exchange, request) -> exchange.close());
    }

    public synchronized List<String> bodies() {
        return List.copyOf(bodies);
    }

    public synchronized List<String> tokens() {
        return List.copyOf(tokens);
    }

    public static List<String> eventIds(String body) {
        return EVENT_ID.matcher(body).results().map(match -> match.group(1)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Script script;
        synchronized (this) {
            bodies.add(body);
            tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
            script = next.poll();
        }
        if (script == null) {
            respond(exchange, 202, accepted(eventIds(body)));
        } else {
            script.answer(exchange, body);
        }
    }

    private static String accepted(List<String> ids) {
        return "{\"accepted\":" + ids.size() + ",\"rejected\":[],\"eventIds\":[\"" + String.join("\",\"", ids) + "\"]}";
    }

    public static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
