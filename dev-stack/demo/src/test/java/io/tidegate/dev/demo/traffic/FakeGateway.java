package io.tidegate.dev.demo.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes batches of events, or refuses them where the test says so. */
final class FakeGateway implements AutoCloseable {

    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private final Queue<Integer> nextAnswers = new ConcurrentLinkedQueue<>();
    private final List<JsonNode> accepted = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private volatile String authorization = "";

    FakeGateway() throws IOException {
        this(0);
    }

    FakeGateway(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        server.createContext("/api/v1/events", this::take);
        server.start();
    }

    URI events() {
        return URI.create("http://127.0.0.1:" + port() + "/api/v1/events");
    }

    int port() {
        return server.getAddress().getPort();
    }

    void answerNext(Integer... statuses) {
        nextAnswers.addAll(List.of(statuses));
    }

    List<JsonNode> accepted() {
        return accepted;
    }

    /** The ids of the events in refused requests. */
    List<String> refused() {
        return refused;
    }

    String authorization() {
        return authorization;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void take(HttpExchange exchange) throws IOException {
        authorization = exchange.getRequestHeaders().getFirst("Authorization");
        JsonNode events = json.readTree(exchange.getRequestBody());
        Integer status = nextAnswers.poll();
        byte[] answer;
        if (status == null) {
            status = 202;
            events.forEach(accepted::add);
            answer = ("{\"accepted\":" + events.size() + ",\"rejected\":[]}").getBytes(StandardCharsets.UTF_8);
        } else {
            events.forEach(event -> refused.add(event.get("eventId").asText()));
            answer = "{\"status\":503}".getBytes(StandardCharsets.UTF_8);
        }
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }
}
