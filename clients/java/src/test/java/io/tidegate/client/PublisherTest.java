package io.tidegate.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the publisher and the questions do when the other side is in trouble: a server that says what the test wants. */
class PublisherTest {

    @FunctionalInterface
    private interface Answering {
        void answer(HttpExchange exchange, String body) throws IOException;
    }

    private HttpServer server;
    private TidegateClient client;
    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    private volatile Answering answering;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] raw = exchange.getRequestBody().readAllBytes();
            boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            String body = new String(
                    gzip ? new GZIPInputStream(new ByteArrayInputStream(raw)).readAllBytes() : raw,
                    StandardCharsets.UTF_8);
            bodies.add(body);
            answering.answer(exchange, body);
            exchange.close();
        });
        server.start();
        client = TidegateClient.builder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .token(() -> "token")
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void accept(HttpExchange exchange) throws IOException {
        send(exchange, 202, "{\"accepted\":1,\"rejected\":[],\"eventIds\":[]}");
    }

    @Test
    void aFailedBatchIsSentAgainAsItWasAfterTheTimeThatTheGatewayAsksFor() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        answering = (exchange, body) -> {
            if (requests.incrementAndGet() == 1) {
                exchange.getResponseHeaders().add("Retry-After", "1");
                send(exchange, 503, "{\"code\":\"log_unavailable\",\"detail\":\"Later.\"}");
            } else {
                accept(exchange);
            }
        };
        Instant begin = Instant.now();
        try (Publisher publisher = client.publisher(PublisherOptions.DEFAULT)) {
            Event event = Event.like("u1", "p1");
            assertThat(publisher.publish(event).get(30, TimeUnit.SECONDS).eventId())
                    .isEqualTo(event.eventId());
        }

        assertThat(bodies).hasSize(2);
        assertThat(bodies.get(1)).isEqualTo(bodies.get(0));
        assertThat(Duration.between(begin, Instant.now())).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void anExpiredTokenIsReplacedOnce() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        answering = (exchange, body) -> {
            if ("Bearer new".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                accept(exchange);
            } else {
                send(exchange, 401, "{\"code\":\"invalid_token\",\"detail\":\"Expired.\"}");
            }
        };
        try (TidegateClient renewing = TidegateClient.builder(URI.create(
                                "http://127.0.0.1:" + server.getAddress().getPort()))
                        .token(() -> asked.incrementAndGet() > 1 ? "new" : "old")
                        .build();
                Publisher publisher = renewing.publisher(PublisherOptions.DEFAULT)) {
            publisher.publish(Event.login("u1")).get(30, TimeUnit.SECONDS);
        }

        assertThat(asked).hasValue(2);
    }

    @Test
    void aBatchThatIsTooLargeIsHalved() throws Exception {
        answering = (exchange, body) -> {
            if (body.split("userId").length > 4) {
                send(exchange, 413, "{\"code\":\"too_many_events\",\"detail\":\"Too many.\"}");
            } else {
                accept(exchange);
            }
        };
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        try (Publisher publisher = client.publisher(PublisherOptions.DEFAULT.withLinger(Duration.ofMillis(300)))) {
            for (int i = 0; i < 10; i++) {
                receipts.add(publisher.publish(Event.login("u" + i)));
            }
        }

        assertThat(receipts).allMatch(receipt -> receipt.isDone() && !receipt.isCompletedExceptionally());
    }

    @Test
    void aFullBufferPushesBackAndClosingTellsWhatIsLeft() throws Exception {
        answering = (exchange, body) -> send(exchange, 503, "");
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        Publisher publisher = client.publisher(PublisherOptions.DEFAULT
                .withMaxBatch(2)
                .withBuffer(4, Duration.ofMillis(200))
                .withDeliveryTimeout(Duration.ofSeconds(1)));
        for (int i = 0; i < 8; i++) {
            receipts.add(publisher.publish(Event.login("u" + i)));
        }
        publisher.close();

        assertThat(receipts).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThatThrownBy(() -> receipts.get(7).get())
                .cause()
                .isInstanceOfSatisfying(
                        TidegateException.class, full -> assertThat(full.code()).isIn("buffer_full", "http_503"));
        assertThat(receipts.stream().map(PublisherTest::code)).contains("buffer_full", "http_503");
        assertThat(code(publisher.publish(Event.login("late")))).isEqualTo("closed");
    }

    private static String code(CompletableFuture<Receipt> receipt) {
        return receipt.handle((done, failure) -> ((TidegateException) failure).code())
                .join();
    }

    @Test
    void closingSendsWhatIsThere() {
        answering = (exchange, body) -> accept(exchange);
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        try (Publisher publisher = client.publisher(PublisherOptions.DEFAULT.withLinger(Duration.ofSeconds(2)))) {
            for (int i = 0; i < 100; i++) {
                receipts.add(publisher.publish(Event.comment("u" + i, "p1")));
            }
        }

        assertThat(receipts).allMatch(CompletableFuture::isDone);
        assertThat(String.join("", bodies)).contains("\"u0\"", "\"u99\"");
    }

    @Test
    void alertsAreReadPageByPageWithinTheRangeOfTheFirst() {
        answering = (exchange, body) -> {
            boolean first = !exchange.getRequestURI().getQuery().contains("cursor=");
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            if (first) {
                exchange.getResponseHeaders().add("X-Next-Cursor", "next");
                exchange.getResponseHeaders()
                        .add(
                                "Link",
                                "</api/v1/alerts?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&limit=1&cursor=next>;"
                                        + " rel=\"next\"");
            }
            send(
                    exchange,
                    200,
                    "[{\"alertId\":\"" + (first ? "a2" : "a1") + "\",\"kind\":\"fraud\",\"ruleId\":\"r\","
                            + "\"ruleVersion\":2,\"subject\":\"u\",\"severity\":\"info\",\"message\":\"m\","
                            + "\"eventIds\":[\"e1\",\"e2\"],\"detectedAt\":\"2026-03-01T10:00:00.123Z\","
                            + "\"later\":{\"more\":[1,{}]}}]");
        };

        AlertPage page = client.alerts(AlertQuery.NEWEST.withLimit(1).about("u"));
        AlertPage last = client.alerts(page.next().orElseThrow());

        assertThat(page.alerts()).extracting(Alert::alertId).containsExactly("a2");
        assertThat(page.alerts().get(0).eventIds()).containsExactly("e1", "e2");
        assertThat(page.next().orElseThrow().from()).contains(Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(last.alerts()).extracting(Alert::alertId).containsExactly("a1");
        assertThat(last.next()).isEmpty();
    }
}
