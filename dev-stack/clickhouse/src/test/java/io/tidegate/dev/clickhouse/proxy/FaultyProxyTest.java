package io.tidegate.dev.clickhouse.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers with the body it got. */
class FaultyProxyTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<String> got = new CopyOnWriteArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private HttpServer server;
    private FaultyProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            got.add(body);
            byte[] answer = ("got " + body).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        proxy = FaultyProxy.before(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.stop(0);
    }

    @Test
    void whatADriverSendsPassesWhateverTheScriptSays() throws Exception {
        proxy.onInserts(FaultyProxy.Fault.CUT_BODY);
        // Chunked, as the length isn't known beforehand, and the statement isn't in the URL.
        BodyPublisher chunked = BodyPublishers.ofByteArrays(
                List.of("INSERT ".getBytes(), "x".repeat(70_000).getBytes()));

        assertThat(post("/?database=tidegate", chunked).body())
                .startsWith("got INSERT x")
                .hasSize(70_011);
        assertThat(proxy.isScriptPlayed()).isFalse();
    }

    @Test
    void aChunkedInsertThatIsCutReachesTheStoreOnlyInPart() {
        proxy.onInserts(FaultyProxy.Fault.CUT_BODY);
        BodyPublisher chunked = BodyPublishers.ofByteArrays(
                List.of("a".repeat(1_000).getBytes(), "b".repeat(1_000).getBytes()));

        assertThatThrownBy(() -> post("/?query=INSERT+INTO+t", chunked)).isInstanceOf(IOException.class);
        assertThat(got).noneMatch(body -> body.contains("b".repeat(1_000)));
        assertThat(proxy.isScriptPlayed()).isTrue();
    }

    @Test
    void somethingHappensOnceTheInsertIsThereAndNobodyGetsAnAnswer() {
        CompletableFuture<Void> struck = new CompletableFuture<>();
        proxy.onInsert(FaultyProxy.Moment.COMPLETE, () -> struck.complete(null));

        assertThatThrownBy(() -> post("/?query=INSERT+INTO+t", BodyPublishers.ofString("rows")))
                .isInstanceOf(IOException.class);
        assertThat(struck).isDone();
    }

    @Test
    void aCutWayResetsWhoeverComesUntilItIsMended() throws Exception {
        proxy.cut();
        assertThatThrownBy(() -> post("/", BodyPublishers.ofString("one"))).isInstanceOf(IOException.class);
        proxy.mend();

        assertThat(post("/", BodyPublishers.ofString("two")).body()).isEqualTo("got two");
        assertThat(got).containsExactly("two");
    }

    @Test
    void onASilentWayNothingIsAnsweredAndWhatWaitedEndsWithTheSilence() throws Exception {
        proxy.silence();
        CompletableFuture<HttpResponse<String>> waiting =
                http.sendAsync(request("/", BodyPublishers.ofString("one")), HttpResponse.BodyHandlers.ofString());
        assertThatThrownBy(() -> waiting.get(200, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        assertThat(got).isEmpty();
        proxy.mend();

        assertThatThrownBy(() -> waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        assertThat(post("/", BodyPublishers.ofString("two")).body()).isEqualTo("got two");
    }

    private HttpResponse<String> post(String path, BodyPublisher body) throws IOException, InterruptedException {
        return http.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create(proxy.uri() + path))
                .timeout(LIMIT)
                .POST(body)
                .build();
    }
}
