package io.tidegate.dev.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a gateway that takes one request, says nothing to the next, refuses the third for now, and so on. */
class LoadClientTest {

    private static final Pattern ID = Pattern.compile("\"eventId\":\"([^\"]+)\"");

    @Test
    void whatTheLogSaysIsWhatTheGatewayHas(@TempDir Path dir) throws Exception {
        Set<String> taken = ConcurrentHashMap.newKeySet();
        AtomicInteger requests = new AtomicInteger();
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        gateway.createContext("/api/v1/events", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int turn = requests.incrementAndGet() % 4;
            if (turn != 3) {
                Matcher ids = ID.matcher(body);
                while (ids.find()) {
                    taken.add(ids.group(1));
                }
            }
            switch (turn) {
                // Taken, and the answer is lost.
                case 2 -> exchange.close();
                case 3 -> answer(exchange, 429, "{}");
                default -> answer(exchange, 202, "{\"accepted\":1,\"rejected\":[],\"eventIds\":[]}");
            }
        });
        gateway.start();
        Path file = dir.resolve("events.log");
        try (LoadClient client = LoadClient.start(
                1,
                "t",
                100,
                file,
                URI.create("http://127.0.0.1:" + gateway.getAddress().getPort()),
                () -> "token")) {
            await().atMost(Duration.ofSeconds(30)).until(() -> client.stats().sent() > 300);
            client.stopMaking();
            assertThat(client.awaitAnswers(Duration.ofSeconds(30))).isTrue();
            assertThat(client.stats().doubtful()).isPositive();
        } finally {
            gateway.stop(0);
        }

        Map<String, SentEvent> sent = SentEvents.read(file);
        Set<String> acknowledged = new HashSet<>();
        Set<String> possible = new HashSet<>();
        sent.forEach((id, event) -> {
            if (event.fate() == Fate.ACKNOWLEDGED) {
                acknowledged.add(id);
            }
            if (event.fate() != Fate.REFUSED) {
                possible.add(id);
            }
        });
        assertThat(taken).containsAll(acknowledged);
        assertThat(possible).containsAll(taken);
        assertThat(acknowledged).hasSizeGreaterThan(sent.size() * 3 / 4);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
