package io.tidegate.serving.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.TestGateway;
import io.tidegate.serving.counters.CountersModule;
import io.tidegate.serving.docs.DocsModule;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.ingest.IngestRoutes;
import io.tidegate.serving.limits.Limiter;
import io.tidegate.serving.push.PushConfig;
import io.tidegate.serving.push.PushHub;
import io.tidegate.serving.push.PushMetrics;
import io.tidegate.serving.push.PushModule;
import io.tidegate.serving.query.QueryModule;
import io.tidegate.serving.status.StatusModule;
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

    @Test
    void theApiDescriptionListsEveryRouteThatTheGatewayHasAndMarksTheRestAsPlanned() throws IOException {
        Set<String> mounted = mountedRoutes();
        Set<String> described = new TreeSet<>();
        Set<String> planned = new TreeSet<>();
        MappingNode openapi = openapi();
        for (NodeTuple path : mapping(member(openapi, "paths")).getValue()) {
            for (NodeTuple operation : mapping(path.getValueNode()).getValue()) {
                String method = text(operation.getKeyNode());
                if (!method.equals("parameters")) {
                    boolean later = mapping(operation.getValueNode()).getValue().stream()
                            .anyMatch(member -> text(member.getKeyNode()).equals("x-tidegate-status"));
                    (later ? planned : described).add(method + " " + text(path.getKeyNode()));
                }
            }
        }

        assertThat(described).isEqualTo(mounted);
        assertThat(planned).doesNotContainAnyElementsOf(mounted);
        assertThat(text(member(openapi, "openapi"))).startsWith("3.1");
    }

    @Test
    void everyReferenceOfTheApiDescriptionLeadsSomewhere() {
        List<String> references = new ArrayList<>();
        collectReferences(openapi(), references);

        assertThat(references).hasSizeGreaterThan(50).allSatisfy(reference -> {
            Node node = openapi();
            for (String step : reference.substring(2).split("/")) {
                node = member(mapping(node), step);
            }
        });
    }

    private static Set<String> mountedRoutes() throws IOException {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        PushHub hub = new PushHub(new PushMetrics(meters));
        Path yaml = directory.resolve("gateway.yaml");
        Files.writeString(
                yaml,
                "kafka: {bootstrapServers: '127.0.0.1:9'}\nclickhouse: {url: 'http://127.0.0.1:9'}\n"
                        + "auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}\n");
        GatewayConfig config = GatewayConfig.load(yaml);
        QueryModule queries = new QueryModule(config.clickhouse(), config.query(), meters);
        List<RouteModule> modules = List.of(
                IngestRoutes.create(vertx, config, Limiter.unlimited(), meters),
                new CountersModule(vertx, hub, meters, "127.0.0.1:9", "test"),
                PushModule.create(vertx, PushConfig.DEFAULT, hub, "127.0.0.1:9", "test"),
                queries,
                new StatusModule(vertx, "127.0.0.1:9", "test", meters, queries::figures, List::of, () -> true),
                new DocsModule(),
                new ConsoleModule(true));
        Router router = Router.router(vertx);
        modules.forEach(module -> module.mount(router, gateway.auth()));
        Set<String> routes = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            String path = route.getPath().replaceAll(":(\\w+)", "{$1}");
            if (!path.startsWith("/console/") && !path.startsWith("/docs/")) {
                route.methods().forEach(method -> routes.add(method.name().toLowerCase(Locale.ROOT) + " " + path));
            }
        }
        modules.forEach(module -> TestGateway.await(module.stop()));
        return routes;
    }

    private static MappingNode openapi() {
        return mapping(new Yaml(new LoaderOptions())
                .compose(new StringReader(gateway.get("/openapi.yaml", null).body())));
    }

    private static MappingNode mapping(Node node) {
        assertThat(node).isInstanceOf(MappingNode.class);
        return (MappingNode) node;
    }

    private static String text(Node node) {
        return ((ScalarNode) node).getValue();
    }

    private static Node member(MappingNode mapping, String name) {
        return mapping.getValue().stream()
                .filter(tuple -> text(tuple.getKeyNode()).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no member " + name))
                .getValueNode();
    }

    private static void collectReferences(Node node, List<String> references) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (text(tuple.getKeyNode()).equals("$ref")) {
                    references.add(text(tuple.getValueNode()));
                } else {
                    collectReferences(tuple.getValueNode(), references);
                }
            }
        } else if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(item -> collectReferences(item, references));
        }
    }
}
