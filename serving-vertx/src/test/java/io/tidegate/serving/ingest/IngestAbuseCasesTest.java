package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.v1.Event;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.limits.BucketLimiter;
import io.tidegate.serving.limits.LimitsConfig;
import io.tidegate.serving.limits.LimitsConfig.Quota;
import io.tidegate.serving.limits.RequestLimits;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that mean harm, and requests that are sent again. The numbers are rows of the list of abuse cases. */
class IngestAbuseCasesTest {

    private static final String LIKE = "{\"type\":\"like\",\"userId\":\"u1\",\"postId\":\"p1\"}";
    private static final int SUBJECT_EVENTS = 3000;

    private final FakeEventLog log = new FakeEventLog();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Vertx vertx;
    private TestGateway gateway;
    private GatewayConfig.Ingest config;
    private String producer;

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        config = new GatewayConfig.Ingest(
                DataSize.ofKibibytes(256),
                DataSize.ofMebibytes(1),
                2000,
                Duration.ofDays(30),
                Duration.ofMinutes(5),
                Instant.parse("2000-01-01T00:00:00Z"),
                DataSize.ofMebibytes(4),
                Duration.ofSeconds(5));
        LimitsConfig limits = new LimitsConfig(
                Duration.ofMinutes(1),
                0,
                new Quota(0, SUBJECT_EVENTS, new DataSize(0)),
                Quota.NONE,
                Quota.NONE,
                List.of(),
                1_000);
        gateway = TestGateway.start(
                vertx,
                directory,
                new GatewayConfig.Http("127.0.0.1", 0, 2),
                RequestLimits.gate(limits, new BucketLimiter(limits, metrics)),
                new IngestRoutes(vertx, config, new IngestMetrics(metrics), Clock.systemUTC(), log));
        producer = gateway.token("sender", Map.of("tenant", "acme"), "producer");
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private HttpResponse<String> send(HttpRequest.BodyPublisher body, String token, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/events"))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    private HttpResponse<String> post(String body, String... headers) {
        return send(BodyPublishers.ofString(body), producer, headers);
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(new JsonObject(response.body()).getString("code")).isEqualTo(code);
    }

    private static List<Object> ids(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        return new JsonObject(response.body()).getJsonArray("eventIds").stream().toList();
    }

    private double conflicts() {
        return metrics.get("tidegate.ingest.events.conflicting").counter().count();
    }

    // Row 25.
    @Test
    void aBodyOverTheLimitIsRefusedWithOrWithoutALength() {
        refused(post(" ".repeat(300 * 1024)), 413, "body_too_large");
        refused(
                send(BodyPublishers.ofByteArrays(Collections.nCopies(20, new byte[16 * 1024])), producer),
                413,
                "body_too_large");
        assertThat(log.events()).isEmpty();
    }

    // Row 26.
    @Test
    void aGzipBombIsRefusedByWhatItInflatesTo() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write("[".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 64; i++) {
                gzip.write(" ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(bomb.size()).isLessThan(100 * 1024);

        refused(
                send(BodyPublishers.ofByteArray(bomb.toByteArray()), producer, "Content-Encoding", "gzip"),
                413,
                "inflated_too_large");
    }

    // Row 26.
    @Test
    void aGzipBombCostsWhatIsAllowedAndNotWhatItHolds() throws IOException {
        // Given a quarter of a gigabyte in a quarter of a megabyte, which is what a body may have
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 250; i++) {
                gzip.write(zeros);
            }
        }
        int allowed = 1 << 20;
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

        assertThatThrownBy(() -> Gzip.inflate(bomb.toByteArray(), allowed)).isInstanceOf(BodyRefusedException.class);

        assertThat(threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before)
                .isLessThan(10L * allowed);
    }

    // Row 27.
    @Test
    void depthHugeNumbersHugeTextsAndRepeatedKeysAre400() {
        refused(post("[".repeat(100_000)), 400, "invalid_json");
        refused(post(LIKE.replace("\"p1\"", "{\"a\":".repeat(50) + "1" + "}".repeat(50))), 400, "invalid_json");
        refused(post(LIKE.replace("\"p1\"", "9".repeat(100_000))), 400, "invalid_json");
        refused(post(LIKE.replace("p1", "p".repeat(100_000))), 400, "too_long");
        refused(post(LIKE.replace("}", ",\"postId\":\"p2\"}")), 400, "duplicate_field");
        refused(post("{\"type\":\"deposit\",\"userId\":\"u1\",\"amount\":1e999999999}"), 400, "invalid_amount");
        assertThat(log.events()).isEmpty();
    }

    // Row 28.
    @Test
    void moreTinyEventsThanABatchMayHoldAre413() {
        refused(post("[" + "{},".repeat(60_000) + "{}]"), 413, "too_many_events");
    }

    // Row 32.
    @Test
    void anotherTenantInTheBodyIsRefusedAndTheTokensIsStamped() {
        refused(post(LIKE.replace("}", ",\"tenant\":\"evil\"}")), 403, "forbidden_tenant");
        refused(
                send(
                        BodyPublishers.ofString(LIKE.replace("}", ",\"tenant\":\"acme\"}")),
                        gateway.token("without", "producer")),
                403,
                "forbidden_tenant");
        assertThat(log.events()).isEmpty();

        ids(post(LIKE));
        ids(post(LIKE.replace("}", ",\"tenant\":\"acme\"}")));
        assertThat(log.events()).extracting(Event::getTenant).containsExactly("acme", "acme");
    }

    // Row 32.
    @Test
    void whoeverIsNoProducerSendsForNobodyNotEvenForThemselves() {
        refused(send(BodyPublishers.ofString(LIKE), gateway.token("u1")), 403, "missing_role");
        refused(send(BodyPublishers.ofString(LIKE), gateway.token("u1", "analyst")), 403, "missing_role");
    }

    // Row 33.
    @Test
    void theSameEventIdWithAnotherPayloadIsCounted() {
        String event = LIKE.replace("}", ",\"eventId\":\"e1\"}");
        ids(post(event));
        ids(post(event));
        assertThat(conflicts()).isZero();

        ids(post(event.replace("p1", "p2")));
        assertThat(conflicts()).isEqualTo(1);
        // Another user's event of the same id is another event.
        ids(post(event.replace("u1", "u2")));
        assertThat(conflicts()).isEqualTo(1);
    }

    // Row 34.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"1970-01-01T00:00:00Z\"",
                "\"9999-12-31T23:59:59Z\"",
                "0",
                "-1",
                "253402300799000",
                "99999999999999999999999"
            })
    void aTimeThatCannotBeIsRefusedWithACode(String time) {
        refused(post(LIKE.replace("}", ",\"occurredAt\":" + time + "}")), 400, "timestamp_out_of_bounds");
    }

    // Row 35.
    @Test
    void whoFloodsIsHeldBackAndOthersAreNot() {
        String batch = "[" + (LIKE + ",").repeat(1999) + LIKE + "]";
        ids(post(batch));
        ids(post(batch));

        HttpResponse<String> refused = post(LIKE);

        refused(refused, 429, "rate_limited");
        assertThat(new JsonObject(refused.body()).getString("unit")).isEqualTo("events");
        assertThat(refused.headers().firstValue("ratelimit-limit")).contains("" + SUBJECT_EVENTS);
        // 1000 owed at 50 a second.
        assertThat(Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(10, 21);
        ids(send(BodyPublishers.ofString(LIKE), gateway.token("other", "producer")));
        ids(send(BodyPublishers.ofString(batch), gateway.token("history", "importer")));
    }

    @Test
    void aBatchUnderAKeyHasTheSameIdsWheneverAndWhereverItIsSent(@TempDir Path directory) {
        String batch =
                "[" + LIKE + "," + LIKE.replace("}", ",\"eventId\":\"mine\"}") + ",{\"type\":\"nope\"}," + LIKE + "]";
        List<Object> first = ids(post(batch, "Idempotency-Key", "order-17"));

        List<Object> again = ids(post(batch, "Idempotency-Key", "\"order-17\""));
        Vertx anotherVertx = Vertx.vertx();
        IngestRoutes anotherInstance = new IngestRoutes(
                anotherVertx, config, new IngestMetrics(new SimpleMeterRegistry()), Clock.systemUTC(), log);
        TestGateway mine = gateway;
        List<Object> elsewhere;
        try (TestGateway another = TestGateway.start(anotherVertx, directory, anotherInstance)) {
            gateway = another;
            elsewhere = ids(send(
                    BodyPublishers.ofString(batch),
                    another.token("sender", Map.of("tenant", "acme"), "producer"),
                    "Idempotency-Key",
                    "order-17"));
        } finally {
            gateway = mine;
            TestGateway.await(anotherVertx.close());
        }

        assertThat(again).isEqualTo(first);
        assertThat(elsewhere).isEqualTo(first);
        assertThat(first.get(1)).isEqualTo("mine");
        assertThat(first.get(2)).isNull();
        assertThat((String) first.get(0))
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(first.get(0)).isNotEqualTo(first.get(3));
    }

    @Test
    void anotherKeySubjectOrTenantMakesOtherIds() {
        List<Object> first = ids(post(LIKE, "Idempotency-Key", "k"));

        assertThat(ids(post(LIKE, "Idempotency-Key", "k2"))).isNotEqualTo(first);
        for (String token : List.of(
                gateway.token("sender2", Map.of("tenant", "acme"), "producer"),
                gateway.token("sender", Map.of("tenant", "other"), "producer"),
                gateway.token("sender", "producer"))) {
            assertThat(ids(send(BodyPublishers.ofString(LIKE), token, "Idempotency-Key", "k")))
                    .isNotEqualTo(first);
        }
        assertThat(ids(post(LIKE))).isNotEqualTo(first);
    }

    @Test
    void anotherBodyUnderAKeyIs422UnlessNothingOfTheFirstWasAccepted() {
        refused(post("{\"type\":\"like\"}", "Idempotency-Key", "k"), 400, "missing_field");
        ids(post(LIKE, "Idempotency-Key", "k"));

        refused(post(LIKE.replace("p1", "p2"), "Idempotency-Key", "k"), 422, "idempotency_key_reused");
        ids(post(LIKE, "Idempotency-Key", "k"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"\"", "a b", "a\"b", "a\\b", "\t"})
    void aKeyOutsideItsGrammarIs400AndNamed(String key) {
        refusedKey(key);
    }

    @Test
    void aKeyThatIsTooLongIs400AndOneOfTheLongestIsFine() {
        refusedKey("k".repeat(129));
        ids(post(LIKE, "Idempotency-Key", "k".repeat(128)));
    }

    @Test
    void twoKeysAre400() {
        HttpResponse<String> response = post(LIKE, "Idempotency-Key", "a", "Idempotency-Key", "b");

        refused(response, 400, "invalid_idempotency_key");
    }

    private void refusedKey(String key) {
        HttpResponse<String> response = post(LIKE, "Idempotency-Key", key);

        refused(response, 400, "invalid_idempotency_key");
        assertThat(new JsonObject(response.body()).getString("field")).isEqualTo("Idempotency-Key");
        assertThat(log.events()).isEmpty();
    }
}
