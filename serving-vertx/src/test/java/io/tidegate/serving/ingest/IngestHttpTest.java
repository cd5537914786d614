package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.v1.Event;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IngestHttpTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String LIKE = "{\"type\":\"like\",\"userId\":\"u1\",\"postId\":\"p1\"}";
    private static final int MAX_BODY = 256 * 1024;
    private static final int MAX_INFLATED = 1024 * 1024;

    private final FakeEventLog log = new FakeEventLog();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Vertx vertx;
    private TestGateway gateway;
    private String producer;

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        GatewayConfig.Ingest config = new GatewayConfig.Ingest(
                new DataSize(MAX_BODY),
                new DataSize(MAX_INFLATED),
                2000,
                Duration.ofDays(30),
                Duration.ofMinutes(5),
                Instant.parse("2000-01-01T00:00:00Z"),
                DataSize.ofMebibytes(1),
                Duration.ofSeconds(2));
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        gateway = TestGateway.start(
                vertx, directory, new IngestRoutes(vertx, config, new IngestMetrics(metrics), clock, log));
        producer = gateway.token("sender", "producer");
    }

    @AfterEach
    void stop() {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private HttpRequest.Builder request() {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/events"))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + producer)
                .header("Content-Type", "application/json");
    }

    private HttpResponse<String> send(HttpRequest request) {
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
    }

    private HttpResponse<String> post(String body) {
        return send(request().POST(BodyPublishers.ofString(body)).build());
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    private static JsonObject problem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getString("type")).isEqualTo("urn:tidegate:problem:" + code);
        assertThat(problem.getString("title")).isNotBlank();
        assertThat(problem.getString("detail")).isNotBlank();
        return problem;
    }

    @Test
    void theSmallestEventIsAccepted() {
        HttpResponse<String> response = post(LIKE);

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        JsonObject answer = new JsonObject(response.body());
        assertThat(answer.getInteger("accepted")).isEqualTo(1);
        assertThat(answer.getJsonArray("rejected")).isEmpty();
        Event event = log.events().get(0);
        assertThat(answer.getJsonArray("eventIds")).containsExactly(event.getEventId());
        assertThat(event.getIngestedAtMs()).isEqualTo(NOW.toEpochMilli());
        assertThat(event.getOccurredAtMs()).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void aBatchTellsWhichEventsAreBadAndTakesTheOthers() {
        HttpResponse<String> response =
                post("[{\"type\":\"like\",\"userId\":\"u1\",\"postId\":\"p1\",\"eventId\":\"a\"},"
                        + "{\"type\":\"like\",\"userId\":\"u1\"},"
                        + "{\"type\":\"deposit\",\"userId\":\"u1\",\"amount\":1.00001},"
                        + "{\"type\":\"login\",\"userId\":\"u1\",\"eventId\":\"d\"}]");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(response.body()))
                .isEqualTo(new JsonObject()
                        .put("accepted", 2)
                        .put(
                                "rejected",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("index", 1)
                                                .put("code", "missing_field")
                                                .put("field", "postId")
                                                .put("message", "'postId' is required for an event of type like."))
                                        .add(new JsonObject()
                                                .put("index", 2)
                                                .put("code", "invalid_amount")
                                                .put("field", "amount")
                                                .put("message", "'amount' has more than four decimals.")))
                        .put(
                                "eventIds",
                                new JsonArray().add("a").addNull().addNull().add("d")));
        assertThat(log.events()).extracting(Event::getEventId).containsExactly("a", "d");
        assertThat(metrics.get("tidegate.ingest.events.accepted").counter().count())
                .isEqualTo(2);
        assertThat(metrics.get("tidegate.ingest.events.rejected")
                        .tag("code", "invalid_amount")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "application/ndjson; charset=UTF-8"})
    void linesAreAccepted(String contentType) {
        HttpResponse<String> response = send(request()
                .setHeader("Content-Type", contentType)
                .POST(BodyPublishers.ofString(LIKE + "\nnonsense\n" + LIKE + "\n"))
                .build());

        assertThat(response.statusCode()).isEqualTo(202);
        JsonObject answer = new JsonObject(response.body());
        assertThat(answer.getInteger("accepted")).isEqualTo(2);
        assertThat(answer.getJsonArray("rejected").getJsonObject(0).getString("code"))
                .isEqualTo("invalid_json");
    }

    @Test
    void gzipIsAcceptedForEveryFormat() {
        String many = "[" + (LIKE + ",").repeat(1500) + LIKE + "]";
        for (String body : List.of(LIKE, many)) {
            HttpResponse<String> response = send(request()
                    .header("Content-Encoding", "gzip")
                    .POST(BodyPublishers.ofByteArray(gzip(body)))
                    .build());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        }
        HttpResponse<String> lines = send(request()
                .setHeader("Content-Type", "application/x-ndjson")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip(LIKE + "\n" + LIKE)))
                .build());
        assertThat(lines.statusCode()).isEqualTo(202);
        assertThat(log.events()).hasSize(1 + 1501 + 2);
    }

    @Test
    void aLongBodyIsDecodedOffTheEventLoopWithTheSameAnswer() {
        String padded = LIKE + " ".repeat(200);
        HttpResponse<String> response = post("[" + (padded + ",").repeat(800) + padded + "]");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(response.body()).getInteger("accepted")).isEqualTo(801);
    }

    @Test
    void whenEveryEventIsBadTheProblemListsThem() {
        JsonObject problem = problem(
                post("[{\"type\":\"nope\",\"userId\":\"u\"},{\"type\":\"like\",\"userId\":\"u\"}]"),
                400,
                "all_rejected");

        assertThat(problem.getJsonArray("rejected")).hasSize(2);
        assertThat(problem.getInteger("accepted")).isZero();
        assertThat(problem.getJsonArray("eventIds")).containsExactly(null, null);
        assertThat(log.events()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"type":"nope","userId":"u"}                                       | unknown_type            | type
            {"type":"like","userId":"u"}                                       | missing_field           | postId
            {"type":"deposit","userId":"u","amount":1.00001}                   | invalid_amount          | amount
            {"type":"deposit","userId":"u","amount":-1}                        | invalid_amount          | amount
            {"type":"login","userId":"u","occurredAt":"1970-01-01T00:00:00Z"}  | timestamp_out_of_bounds | occurredAt
            {"type":"login","userId":"u","occurredAt":"9999-01-01T00:00:00Z"}  | timestamp_out_of_bounds | occurredAt
            {"type":"login","userId":"u","userId":"v"}                         | duplicate_field         | userId
            {"type":"login","userId":"u","nope":1}                             | unknown_field           | nope
            """)
    void oneBadEventIsItsOwnProblem(String body, String code, String field) {
        JsonObject problem = problem(post(body), 400, code);

        JsonObject rejected = problem.getJsonArray("rejected").getJsonObject(0);
        assertThat(rejected.getInteger("index")).isZero();
        assertThat(rejected.getString("code")).isEqualTo(code);
        assertThat(rejected.getString("field")).isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "", "[]", "{\"type\":", "[{},"})
    void aBodyThatIsNoJsonIs400(String body) {
        HttpResponse<String> response = post(body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(response.body()).getJsonArray("rejected")).isEmpty();
    }

    @Test
    void aBodyThatIsNoGzipOrCutIs400() {
        byte[] cut = java.util.Arrays.copyOf(gzip(LIKE), 20);
        for (byte[] body : List.of(LIKE.getBytes(StandardCharsets.UTF_8), cut)) {
            problem(
                    send(request()
                            .header("Content-Encoding", "gzip")
                            .POST(BodyPublishers.ofByteArray(body))
                            .build()),
                    400,
                    "invalid_gzip");
        }
    }

    @Test
    void othersContentTypesAndEncodingsAre415() {
        for (String type :
                List.of("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16")) {
            problem(
                    send(request()
                            .setHeader("Content-Type", type)
                            .POST(BodyPublishers.ofString(LIKE))
                            .build()),
                    415,
                    "unsupported_media_type");
        }
        problem(
                send(request()
                        .header("Content-Encoding", "br")
                        .POST(BodyPublishers.ofString(LIKE))
                        .build()),
                415,
                "unsupported_encoding");
    }

    @Test
    void aBodyOverTheLimitIs413() {
        problem(post("[" + " ".repeat(MAX_BODY) + "]"), 413, "body_too_large");
        // Without a length that would tell beforehand.
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            chunks.add(new byte[16 * 1024]);
        }
        problem(send(request().POST(BodyPublishers.ofByteArrays(chunks)).build()), 413, "body_too_large");
        await().untilAsserted(() -> assertThat(inFlight()).isZero());
    }

    @Test
    void anEndlessBodyIsAnswered413WithoutWaitingForItsEnd() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(15_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + producer
                            + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("4000\r\n" + " ".repeat(0x4000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < MAX_BODY / 0x4000 + 1; i++) {
                out.write(chunk);
            }
            out.flush();

            assertThat(firstLine(socket.getInputStream())).isEqualTo("HTTP/1.1 413 Request Entity Too Large");
        }
    }

    @Test
    void aGzipBombIs413AndCostsNoMoreThanTheLimit() {
        byte[] bomb = gzip("[" + " ".repeat(100 * 1024 * 1024) + "]");
        assertThat(bomb).hasSizeLessThan(MAX_BODY);

        HttpResponse<String> response = send(request()
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(bomb))
                .build());

        problem(response, 413, "inflated_too_large");
    }

    @Test
    void tooManyTinyEventsAre413() {
        problem(post("[" + "1,".repeat(2000) + "1]"), 413, "too_many_events");
    }

    @Test
    void withoutATokenItIs401AndWithoutTheRole403() {
        HttpRequest.Builder anonymous = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/events"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(LIKE));
        HttpResponse<String> missing = send(anonymous.build());
        problem(missing, 401, "missing_token");
        assertThat(missing.headers().firstValue("www-authenticate"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("Bearer"));

        HttpResponse<String> foreign = send(request()
                .setHeader("Authorization", "Bearer " + gateway.token("reader", "analyst"))
                .POST(BodyPublishers.ofString(LIKE))
                .build());
        problem(foreign, 403, "missing_role");
        assertThat(log.events()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "importer", "admin"})
    void anyOfTheSendingRolesWillDo(String role) {
        HttpResponse<String> response = send(request()
                .setHeader("Authorization", "Bearer " + gateway.token("sender", role))
                .POST(BodyPublishers.ofString(LIKE))
                .build());

        assertThat(response.statusCode()).isEqualTo(202);
    }

    @Test
    void onlyAnImporterMaySendHistory() {
        String old = "{\"type\":\"login\",\"userId\":\"u\",\"occurredAt\":\"%s\"}";
        HttpRequest.Builder importer =
                request().setHeader("Authorization", "Bearer " + gateway.token("history", "importer"));

        problem(post(old.formatted("2004-04-15T00:00:00Z")), 400, "timestamp_out_of_bounds");
        assertThat(send(importer.POST(BodyPublishers.ofString(old.formatted("2000-01-01T00:00:00Z")))
                                .build())
                        .statusCode())
                .isEqualTo(202);
        problem(
                send(importer.POST(BodyPublishers.ofString(old.formatted("1999-12-31T23:59:59.999Z")))
                        .build()),
                400,
                "timestamp_out_of_bounds");
    }

    @Test
    void theTokensTenantIsStamped() {
        String token = gateway.token("sender", Map.of("tenant", "acme"), "producer");
        HttpResponse<String> response = send(request()
                .setHeader("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(LIKE))
                .build());
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(log.events().get(0).getTenant()).isEqualTo("acme");

        HttpResponse<String> foreign = send(request()
                .setHeader("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(LIKE.replace("}", ",\"tenant\":\"evil\"}")))
                .build());
        problem(foreign, 403, "forbidden_tenant");
    }

    @Test
    void nothingIsAnsweredBeforeTheLogHasIt() {
        log.hold();
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                request().POST(BodyPublishers.ofString(LIKE)).build(), HttpResponse.BodyHandlers.ofString());
        await().until(() -> log.waiting() == 1);
        assertThat(answer).isNotDone();
        assertThat(inFlight()).isPositive();

        log.release();

        assertThat(answer.join().statusCode()).isEqualTo(202);
        await().untilAsserted(() -> assertThat(inFlight()).isZero());
    }

    @Test
    void aLogThatIsAwayIs503WithTheIdsForTheRetry() {
        log.answerWith(EventLog.Outcome.UNAVAILABLE);

        HttpResponse<String> response = post("[" + LIKE + "," + LIKE.replace("}", ",\"eventId\":\"mine\"}") + "]");

        JsonObject problem = problem(response, 503, "log_unavailable");
        assertThat(response.headers().firstValue("retry-after")).contains("2");
        assertThat(problem.getInteger("accepted")).isZero();
        assertThat(problem.getJsonArray("eventIds")).hasSize(2).contains("mine");
        assertThat(problem.getJsonArray("eventIds").getString(0)).isNotBlank();
    }

    @Test
    void aLogThatIsKnownToBeAwayIs503AtOnce() {
        log.setAvailable(false);
        log.hold();

        HttpResponse<String> response = post(LIKE);

        problem(response, 503, "log_unavailable");
        assertThat(response.headers().firstValue("retry-after")).isPresent();
        log.setAvailable(true);
        log.release();
        assertThat(post(LIKE).statusCode()).isEqualTo(202);
    }

    @Test
    void moreBytesThanMayBeInFlightAre503() {
        log.hold();
        String big = LIKE + " ".repeat(MAX_BODY - 1000);
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            answers.add(http.sendAsync(
                    request().POST(BodyPublishers.ofString(big)).build(), HttpResponse.BodyHandlers.ofString()));
        }
        await().until(() -> log.waiting() == 4);

        HttpResponse<String> response = post(big);

        problem(response, 503, "overloaded");
        assertThat(response.headers().firstValue("retry-after")).contains("1");
        log.release();
        answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(202));
        await().untilAsserted(() -> assertThat(inFlight()).isZero());
        assertThat(post(LIKE).statusCode()).isEqualTo(202);
    }

    @Test
    void aBodyThatNeverEndsIs408() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream()
                    .write(("POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + producer
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(firstLine(socket.getInputStream())).startsWith("HTTP/1.1 408 ");
        }
        await().untilAsserted(() -> assertThat(inFlight()).isZero());
    }

    @Test
    void aClientThatLeavesInTheMiddleOfItsBodyLeavesNothingBehind() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.getOutputStream()
                    .write(("POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + producer
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));
            await().untilAsserted(() -> assertThat(inFlight()).isPositive());
        }
        await().untilAsserted(() -> assertThat(inFlight()).isZero());
        assertThat(log.events()).isEmpty();
    }

    @Test
    void aClientThatAsksFirstIsToldToContinueOrWhyNot() throws IOException {
        String head = "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + producer
                + "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n";
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write(head.formatted(LIKE.length()).getBytes(StandardCharsets.US_ASCII));
            assertThat(firstLine(socket.getInputStream())).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(firstLine(socket.getInputStream())).isEmpty();
            socket.getOutputStream().write(LIKE.getBytes(StandardCharsets.US_ASCII));
            assertThat(firstLine(socket.getInputStream())).isEqualTo("HTTP/1.1 202 Accepted");
        }
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write(head.formatted(MAX_BODY + 1).getBytes(StandardCharsets.US_ASCII));
            assertThat(firstLine(socket.getInputStream())).startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void otherMethodsAndPathsAreProblemsToo() {
        problem(send(request().GET().build()), 405, "method_not_allowed");
        problem(
                send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/nothing"))
                        .build()),
                404,
                "not_found");
    }

    @Test
    void manyRequestsAtOnceAreAllAnsweredWithTheirOwnIds() {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            BodyPublisher body = BodyPublishers.ofString(LIKE.replace("}", ",\"eventId\":\"e" + i + "\"}"));
            answers.add(http.sendAsync(request().POST(body).build(), HttpResponse.BodyHandlers.ofString()));
        }

        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).join().body()).contains("\"eventIds\":[\"e" + i + "\"]");
        }
        assertThat(log.events()).hasSize(200);
    }

    private double inFlight() {
        return metrics.get("tidegate.ingest.in.flight").gauge().value();
    }

    private static String firstLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.US_ASCII);
    }
}
