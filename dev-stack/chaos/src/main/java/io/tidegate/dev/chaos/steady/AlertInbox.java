package io.tidegate.dev.chaos.steady;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Whom Alertmanager tells: the operator's telephone, so to speak. Thread-safe. */
final class AlertInbox implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final List<Message> messages = new ArrayList<>();

    /**
     * @param instance empty where the alert has none
     * @param status {@code firing} or {@code resolved}
     */
    record Message(long atMs, String name, String instance, String status) {}

    private AlertInbox(HttpServer server) {
        this.server = server;
    }

    static AlertInbox open() throws IOException {
        AlertInbox inbox =
                new AlertInbox(HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0));
        inbox.server.createContext("/", inbox::take);
        inbox.server.start();
        return inbox;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    synchronized List<Message> messages() {
        return List.copyOf(messages);
    }

    boolean has(String name, String status, long sinceMs) {
        return messages().stream()
                .anyMatch(message -> message.atMs() >= sinceMs
                        && message.name().equals(name)
                        && message.status().equals(status));
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            long nowMs = System.currentTimeMillis();
            synchronized (this) {
                for (JsonNode alert : body.path("alerts")) {
                    messages.add(new Message(
                            nowMs,
                            alert.path("labels").path("alertname").asText(),
                            alert.path("labels").path("instance").asText(),
                            alert.path("status").asText()));
                }
            }
            exchange.sendResponseHeaders(200, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
