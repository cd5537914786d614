package io.tidegate.serving.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.auth.Auth;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1 as no client of good will speaks it. The numbers are rows of the list of abuse cases. */
class HttpAbuseCasesTest {

    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final String ORIGIN = "https://console.example";

    private final AtomicInteger seen = new AtomicInteger();
    private Vertx vertx;
    private TestGateway gateway;

    private final class Routes implements RouteModule {
        @Override
        public void mount(Router router, Auth auth) {
            router.get("/hello").handler(context -> {
                seen.incrementAndGet();
                context.end("hello");
            });
            router.put("/body").handler(BodyHandler.create(false)).handler(context -> {
                seen.incrementAndGet();
                context.end("taken");
            });
            router.get("/page").handler(context -> context.response()
                    .putHeader("Content-Security-Policy", "default-src 'self'")
                    .end("page"));
            router.get("/boom").handler(context -> {
                throw new IllegalStateException("broken");
            });
            router.get("/socket").handler(context -> context.request().toWebSocket());
        }
    }

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        gateway = TestGateway.start(
                vertx,
                directory,
                new GatewayConfig.Http("127.0.0.1", 0, 2, SHORT, SHORT, SHORT, Set.of(ORIGIN)),
                RequestGate.OPEN,
                new Routes());
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", gateway.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Everything until the server closes the connection. */
    private static String readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder all = new StringBuilder();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.append((char) b);
            }
        } catch (SocketException reset) {
            // Closed while something of ours was on its way.
            return all.toString();
        }
        return all.toString();
    }

    private String exchange(String request) {
        try (Socket socket = connect()) {
            write(socket, request);
            return readToEnd(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of several that go on at the same time, because each of them is mostly waiting. */
    private interface Case {
        void run() throws Exception;
    }

    // Row 24.
    @TestFactory
    Stream<DynamicTest> whoTakesTooLongIsEnded() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("a head that never ends is 408", this::aHeadThatNeverEndsIs408);
        cases.put("a head that comes in drops ends too", this::aHeadThatComesInDropsEndsToo);
        cases.put("a body that never ends is 408 on every route", this::aBodyThatNeverEndsIs408OnEveryRoute);
        cases.put("a connection that asks for nothing is closed", this::aConnectionThatAsksForNothingIsClosed);
        cases.put("a WebSocket isn't one that asks for nothing", this::aWebSocketIsNotAConnectionThatAsksForNothing);
        List<DynamicTest> tests = new ArrayList<>();
        cases.forEach((name, one) -> {
            FutureTask<Void> running = new FutureTask<>(() -> {
                one.run();
                return null;
            });
            new Thread(running, name).start();
            tests.add(DynamicTest.dynamicTest(name, running::get));
        });
        return tests.stream();
    }

    private void aHeadThatNeverEndsIs408() throws IOException {
        try (Socket socket = connect()) {
            write(socket, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ");

            assertThat(readToEnd(socket)).startsWith("HTTP/1.1 408 ");
        }
        assertThat(seen).hasValue(0);
    }

    private void aHeadThatComesInDropsEndsToo() throws Exception {
        try (Socket socket = connect()) {
            write(socket, "GET /hello HTTP/1.1\r\nHost: x\r\n");
            Thread drops = new Thread(() -> {
                try {
                    for (int i = 0; i < 400; i++) {
                        write(socket, "X-" + i + ": y\r\n");
                        Thread.sleep(50);
                    }
                } catch (IOException e) {
                    // That's what is wanted: the server has hung up.
                    return;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            drops.start();
            long begin = System.nanoTime();

            readToEnd(socket);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
            drops.interrupt();
            drops.join();
            assertThat(seen).hasValue(0);
        }
    }

    private void aBodyThatNeverEndsIs408OnEveryRoute() throws IOException {
        try (Socket socket = connect()) {
            write(socket, "PUT /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");

            assertThat(readToEnd(socket)).startsWith("HTTP/1.1 408 ").contains("body_timeout");
        }
        assertThat(seen).hasValue(0);
    }

    private void aConnectionThatAsksForNothingIsClosed() throws IOException {
        try (Socket socket = connect()) {
            write(socket, "GET /page HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(readToEnd(socket)).startsWith("HTTP/1.1 200 ");
        }
    }

    private void aWebSocketIsNotAConnectionThatAsksForNothing() throws InterruptedException {
        WebSocketClient client = vertx.createWebSocketClient();
        var socket = TestGateway.await(client.connect(gateway.port(), "127.0.0.1", "/socket"));
        AtomicInteger closed = new AtomicInteger();
        socket.closeHandler(done -> closed.incrementAndGet());

        // Longer than any of the limits, which is the point.
        Thread.sleep(3 * SHORT.toMillis());

        assertThat(closed).hasValue(0);
        TestGateway.await(client.close());
    }

    // Row 29.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\nContent-Length: 5",
                "Content-Length: 5, 5",
                "Content-Length: -5",
                "Content-Length: +5",
                "Content-Length: 0x5",
                "Content-Length: 99999999999999999999",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding: \u000bchunked",
                "Host: y",
                "X-Null: a\u0000b",
                "X-Return: a\rb",
                ": no name"
            })
    void aRequestThatAProxyCouldReadDifferentlyIs400AndTheEnd(String headers) {
        String answer = exchange("PUT /body HTTP/1.1\r\nHost: x\r\n" + headers
                + "\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertThat(answer.split("HTTP/1\\.[01] ", -1)).as("one answer").hasSize(2);
        assertThat(seen).hasValue(0);
    }

    // Row 29.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "PUT /body HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /hello HTTP/1.1\r\n\r\n",
                "GET /hello HTTP/1.2\r\nHost: x\r\n\r\n",
                "GET /hello HTTP/0.9\r\nHost: x\r\n\r\n",
                "GET /hello\r\n\r\n",
                "!\r\n\r\n"
            })
    void whatIsNoProperRequestIs400AndTheEnd(String request) {
        assertThat(exchange(request)).matches("(?s)HTTP/1\\.[01] 400 .*");
        assertThat(seen).hasValue(0);
    }

    // Row 29.
    @Test
    void aChunkThatIsNoneEndsTheConnection() {
        String answer =
                exchange("PUT /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"
                        + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(answer).doesNotContain(" 200 ");
        assertThat(seen).hasValue(0);
    }

    @Test
    void headsHaveTheirLimits() {
        assertThat(exchange("GET /hello?" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .contains(" 414 ");
        assertThat(exchange("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n"))
                .contains(" 431 ");
        assertThat(exchange("GET /hello HTTP/1.1\r\nHost: x\r\n" + "X: y\r\n".repeat(5_000) + "\r\n"))
                .contains(" 431 ");
        assertThat(seen).hasValue(0);
    }

    // Row 39.
    @Test
    void whatStrangersWriteStaysOnItsLineInTheLog() throws IOException {
        Properties settings = new Properties();
        try (InputStream in = RouteModule.class.getResourceAsStream("/io/tidegate/serving/log4j2-gateway.properties")) {
            settings.load(in);
        }
        PatternLayout layout = PatternLayout.newBuilder()
                .withPattern(settings.getProperty("appender.stderr.layout.pattern"))
                .build();

        String line = layout.toSerializable(Log4jLogEvent.newBuilder()
                .setLoggerName("x")
                .setLevel(Level.WARN)
                .setMessage(new SimpleMessage("user u1\r\n2026-01-01 INFO all is well"))
                .setThrown(new IllegalStateException("bad value a\r\n2026-01-01 INFO all is well"))
                .build());

        assertThat(line)
                .contains("user u1\\r\\n2026-01-01")
                .contains("IllegalStateException")
                .endsWith("\n");
        assertThat(line.stripTrailing()).doesNotContain("\r\n2026");
        assertThat(line.strip().lines()).noneMatch(part -> part.startsWith("2026-01-01 INFO"));
    }

    // Rows 9 and 39.
    @Test
    void aFailureIsLoggedWithoutWhatTheUrlSaid() {
        List<String> lines = new CopyOnWriteArrayList<>();
        AbstractAppender appender = new AbstractAppender("test", null, null, true, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                lines.add(event.getMessage().getFormattedMessage() + " " + event.getThrown());
            }
        };
        appender.start();
        Logger root = (Logger) LogManager.getRootLogger();
        root.addAppender(appender);
        try {
            assertThat(gateway.get("/boom?token=secret%0d%0aline", null).statusCode())
                    .isEqualTo(500);
            await().until(() -> !lines.isEmpty());
        } finally {
            root.removeAppender(appender);
        }
        assertThat(lines).noneMatch(line -> line.contains("secret") || line.contains("\n"));
    }

    @Test
    void everyAnswerTellsTheBrowserToTrustNothing() {
        for (String path : List.of("/hello", "/nothing", "/boom")) {
            HttpResponse<String> response = gateway.get(path, null);
            assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
            assertThat(response.headers().firstValue("content-security-policy"))
                    .contains("default-src 'none'; frame-ancestors 'none'");
        }
        // The page has its own.
        assertThat(gateway.get("/page", null).headers().allValues("content-security-policy"))
                .singleElement()
                .isEqualTo("default-src 'self'");
    }

    @Test
    void aPageOfAnAllowedOriginMayCallAndNoOtherIsToldSo() {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/body"))
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Access-Control-Request-Method", "PUT")
                .header("Access-Control-Request-Headers", "authorization");

        HttpResponse<String> allowed = http.sendAsync(
                        asked.copy().header("Origin", ORIGIN).build(), HttpResponse.BodyHandlers.ofString())
                .join();
        assertThat(allowed.statusCode()).isEqualTo(204);
        assertThat(allowed.headers().firstValue("access-control-allow-origin")).contains(ORIGIN);
        assertThat(allowed.headers().firstValue("access-control-allow-headers"))
                .hasValueSatisfying(headers -> assertThat(headers).contains("Authorization"));
        assertThat(allowed.headers().firstValue("access-control-allow-credentials"))
                .isEmpty();
        for (String origin : List.of("https://evil.example", "null", ORIGIN + ".evil.example")) {
            HttpResponse<String> refused = http.sendAsync(
                            asked.copy().header("Origin", origin).build(), HttpResponse.BodyHandlers.ofString())
                    .join();
            assertThat(refused.headers().firstValue("access-control-allow-origin"))
                    .isEmpty();
        }
    }
}
