package io.tidegate.serving.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        gateway = TestGateway.start(vertx, directory, new ConsoleModule(true));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    @Test
    void thePageNeedsNoTokenAndAllowsNothingFromOutside() {
        HttpResponse<String> page = gateway.get("/", null);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy")).hasValueSatisfying(policy -> assertThat(policy)
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe"));
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void everyFileThatThePageNamesIsServedAndNoneIsElsewhere() {
        Set<String> named = new TreeSet<>();
        List<String> unread = new ArrayList<>(List.of("/"));
        Pattern link = Pattern.compile("(?:href|src)=\"([^\"#]+)\"|url\\(([^)]+)\\)");
        while (!unread.isEmpty()) {
            String path = unread.remove(0);
            HttpResponse<String> file = gateway.get(path, null);
            assertThat(file.statusCode()).as(path).isEqualTo(200);
            if (path.endsWith(".js")) {
                continue;
            }
            // The one address that is only a name.
            assertThat(file.body().replace("http://www.w3.org/2000/svg", ""))
                    .as(path)
                    .doesNotContain("http:")
                    .doesNotContain("https:");
            Matcher matcher = link.matcher(file.body());
            while (matcher.find()) {
                String target = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
                assertThat(target).startsWith("/console/");
                if (named.add(target)) {
                    unread.add(target);
                }
            }
        }
        assertThat(named)
                .contains("/console/icon.svg")
                .anyMatch(path -> path.endsWith(".js"))
                .anyMatch(path -> path.endsWith(".css"))
                .anyMatch(path -> path.endsWith(".woff2"));
    }

    /** The page's program, whose name changes with its content. */
    private static String program() {
        Matcher matcher = Pattern.compile("src=\"(/console/assets/[^\"]+\\.js)\"")
                .matcher(gateway.get("/", null).body());
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private static HttpResponse<byte[]> get(String path, String header, String value)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                                .header(header, value)
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void whatHasItsContentInItsNameIsKeptForEverAndThePageItselfIsAskedForAgain() {
        assertThat(gateway.get(program(), null).headers().firstValue("Cache-Control"))
                .contains("public, max-age=31536000, immutable");
        assertThat(gateway.get("/", null).headers().firstValue("Cache-Control")).contains("no-cache");
    }

    @Test
    void anUnchangedFileIsNotSentAgain() throws IOException, InterruptedException {
        String etag = gateway.get("/", null).headers().firstValue("ETag").orElseThrow();

        HttpResponse<byte[]> again = get("/", "If-None-Match", etag);

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void whoTakesCompressedFilesGetsThem() throws IOException, InterruptedException {
        HttpResponse<byte[]> compressed = get(program(), "Accept-Encoding", "gzip, deflate, br");

        assertThat(compressed.headers().firstValue("Content-Encoding")).contains("gzip");
        try (GZIPInputStream content = new GZIPInputStream(new ByteArrayInputStream(compressed.body()))) {
            assertThat(new String(content.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(gateway.get(program(), null).body());
        }
        assertThat(compressed.body()).hasSizeLessThan(60_000);
    }

    @Test
    void thereIsNothingBesideThosePaths() {
        for (String path : List.of(
                "/console/",
                "/console/files.txt",
                "/console/index.html",
                "/console/assets/",
                "/console/icon.svg%00",
                "/console/%2e%2e/%2e%2e/etc/passwd",
                "/console/openapi.yaml")) {
            assertThat(gateway.get(path, null).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void thePageCanBeSwitchedOff() {
        Vertx another = Vertx.vertx();
        try (TestGateway without = TestGateway.start(another, directory, new ConsoleModule(false))) {
            assertThat(without.get("/", null).statusCode()).isEqualTo(404);
            assertThat(without.get("/openapi.yaml", null).statusCode()).isEqualTo(200);
        } finally {
            TestGateway.await(another.close());
        }
    }
}
