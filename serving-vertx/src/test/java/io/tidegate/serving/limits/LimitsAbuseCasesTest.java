package io.tidegate.serving.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.config.Network;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.limits.LimitsConfig.Quota;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Floods, as the public port sees them. The numbers are rows of the list of abuse cases. */
class LimitsAbuseCasesTest {

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Vertx vertx;
    private TestGateway gateway;

    @TempDir
    private Path directory;

    private static final class Open implements RouteModule {
        @Override
        public void mount(Router router, Auth auth) {
            router.get("/open").handler(context -> context.end("open"));
            router.get("/who")
                    .handler(auth.authenticated())
                    .handler(context -> context.end(Auth.principal(context).sub()));
        }
    }

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private void limits(int ip, Quota subject, String... trustedProxies) {
        LimitsConfig config = new LimitsConfig(
                Duration.ofMinutes(1),
                ip,
                subject,
                Quota.NONE,
                Quota.NONE,
                List.of(trustedProxies).stream().map(Network::parse).toList(),
                1_000);
        Limiter limiter = new BucketLimiter(config, new SimpleMeterRegistry());
        gateway = TestGateway.start(
                vertx,
                directory,
                new GatewayConfig.Http("127.0.0.1", 0, 2),
                RequestLimits.gate(config, limiter),
                new Open());
    }

    private HttpResponse<String> get(String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .timeout(Duration.ofSeconds(20));
        headers.forEach(request::header);
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    private int status(String path, Map<String, String> headers) {
        return get(path, headers).statusCode();
    }

    @Test
    void anAddressThatAsksTooOftenIsToldWhenToComeBack() {
        limits(3, Quota.NONE);
        HttpResponse<String> first = get("/open", Map.of());
        assertThat(first.headers().firstValue("ratelimit-limit")).contains("3");
        assertThat(first.headers().firstValue("ratelimit-remaining")).contains("2");
        assertThat(first.headers().firstValue("ratelimit-reset")).contains("20");
        // Whatever the path and the answer: a 401 and a 404 cost as much.
        assertThat(status("/who", Map.of())).isEqualTo(401);
        assertThat(status("/nothing", Map.of())).isEqualTo(404);

        HttpResponse<String> refused = get("/open", Map.of());

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(1, 20);
        assertThat(refused.headers().firstValue("ratelimit-remaining")).contains("0");
        JsonObject problem = new JsonObject(refused.body());
        assertThat(problem.getString("code")).isEqualTo("rate_limited");
        assertThat(problem.getString("scope")).isEqualTo("ip");
        assertThat(problem.getString("unit")).isEqualTo("requests");
    }

    // Row 21.
    @Test
    void aMadeUpForwardedForHelpsNobody() {
        limits(2, Quota.NONE);
        for (int i = 0; i < 2; i++) {
            assertThat(status("/open", Map.of("X-Forwarded-For", "203.0.113." + i)))
                    .isEqualTo(200);
        }

        assertThat(status("/open", Map.of("X-Forwarded-For", "203.0.113.77"))).isEqualTo(429);
    }

    // Row 21.
    @Test
    void behindATrustedProxyTheRightmostUntrustedHopCounts() {
        limits(1, Quota.NONE, "127.0.0.0/8");
        assertThat(status("/open", Map.of("X-Forwarded-For", "198.51.100.1, 203.0.113.1")))
                .isEqualTo(200);

        // What the client wrote to the left changes nothing.
        assertThat(status("/open", Map.of("X-Forwarded-For", "198.51.100.2, 203.0.113.1")))
                .isEqualTo(429);
        assertThat(status("/open", Map.of("X-Forwarded-For", "198.51.100.1, 203.0.113.2")))
                .isEqualTo(200);
    }

    // Row 22.
    @Test
    void allAddressesOfAnIpv6NetworkOf64BitsAreOne() {
        limits(2, Quota.NONE, "127.0.0.1");
        assertThat(status("/open", Map.of("X-Forwarded-For", "2001:db8:1:1::1")))
                .isEqualTo(200);
        assertThat(status("/open", Map.of("X-Forwarded-For", "2001:db8:1:1:ffff::2")))
                .isEqualTo(200);

        assertThat(status("/open", Map.of("X-Forwarded-For", "2001:db8:1:1:1:2:3:4")))
                .isEqualTo(429);
        assertThat(status("/open", Map.of("X-Forwarded-For", "2001:db8:1:2::1")))
                .isEqualTo(200);
    }

    // Rows 23 and 35.
    @Test
    void oneSubjectFromManyAddressesIsStillOneSubject() {
        limits(100, new Quota(3, 0, new DataSize(0)), "127.0.0.1");
        String token = gateway.token("ada");
        for (int i = 0; i < 3; i++) {
            assertThat(status("/who", Map.of("X-Forwarded-For", "203.0.113." + i, "Authorization", "Bearer " + token)))
                    .isEqualTo(200);
        }

        HttpResponse<String> refused =
                get("/who", Map.of("X-Forwarded-For", "203.0.113.99", "Authorization", "Bearer " + token));

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        assertThat(new JsonObject(refused.body()).getString("scope")).isEqualTo("subject");
        assertThat(status(
                        "/who",
                        Map.of("X-Forwarded-For", "203.0.113.99", "Authorization", "Bearer " + gateway.token("bob"))))
                .isEqualTo(200);
    }
}
