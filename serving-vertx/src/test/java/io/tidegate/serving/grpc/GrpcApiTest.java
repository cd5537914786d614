package io.tidegate.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.v1.PublishRequest;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.ingest.TestIngest;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server around the services: what any gRPC tool expects of one, and what strangers may try with it. */
class GrpcApiTest {

    private static final String PUBLISH = "/tidegate.v1.EventService/Publish";

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Vertx vertx;
    private TestGrpc grpc;
    private TestIngest ingest;
    private HttpClient http;

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        ingest = new TestIngest(vertx, metrics);
        grpc = TestGrpc.start(vertx, directory, ingest.module());
        http = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    @AfterEach
    void stop() {
        TestGateway.await(http.close());
        grpc.close();
        TestGateway.await(vertx.close());
    }

    @Test
    void healthNeedsNoTokenAndFollowsReadiness() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(grpc.channel());
        HealthCheckRequest all = HealthCheckRequest.getDefaultInstance();
        HealthCheckRequest events = HealthCheckRequest.newBuilder()
                .setService("tidegate.v1.EventService")
                .build();
        assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.SERVING);
        assertThat(health.check(events).getStatus()).isEqualTo(ServingStatus.SERVING);

        grpc.setReady(false);
        await().untilAsserted(() -> {
            assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(health.check(events).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        });
        grpc.setReady(true);
        await().untilAsserted(() -> assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.SERVING));

        grpc.api().announceStop();
        assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    }

    /** What {@code grpcurl -d '{…}' host:port tidegate.v1.EventService/Publish} does, without having the .proto files. */
    @Test
    void aToolThatKnowsNothingLearnsTheContractByReflectionAndPublishes() throws Exception {
        ReflectingTool tool = new ReflectingTool(grpc.channel());

        assertThat(tool.services())
                .contains(
                        "tidegate.v1.EventService",
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection",
                        "grpc.reflection.v1alpha.ServerReflection");
        assertThat(tool.call(
                        grpc.channel(grpc.token("tool", "producer")),
                        "tidegate.v1.EventService/Publish",
                        1,
                        "{\"events\":[{\"user_id\":\"u1\",\"like\":{\"post_id\":\"p1\"}}]}"))
                .singleElement()
                .satisfies(answer -> assertThat(answer).contains("\"accepted\":1"));
        assertThat(ingest.events())
                .singleElement()
                .satisfies(stored -> assertThat(stored.getLike().getPostId()).isEqualTo("p1"));
        assertThat(tool.ask(ServerReflectionRequest.newBuilder()
                                .setFileContainingSymbol("no.such.Thing")
                                .build())
                        .hasErrorResponse())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // A length without its bytes; a varint without end; a field of a group that never began.
        "0a05, INVALID_ARGUMENT",
        "12ffffffffffffffffffffff01, INVALID_ARGUMENT",
        "14, INVALID_ARGUMENT",
        "00, INVALID_ARGUMENT",
        // An event cut in the middle, and one whose text is no UTF-8.
        "12031205, INVALID_ARGUMENT",
        "12041202c328, INVALID_ARGUMENT"
    })
    void bytesThatAreNoRequestAreTheCallersMistake(String hex, Status.Code expected) {
        Answer answer = call(framed(0, bytes(hex)), Map.of());

        assertThat(answer.status()).isEqualTo(expected);
        assertThat(ingest.events()).isEmpty();
    }

    @Test
    void aMessageThatEndsBeforeItsLengthIsRefused() {
        Buffer cut = framed(0, new byte[100]).getBuffer(0, 50);

        assertThat(call(cut, Map.of()).status()).isIn(Status.Code.INTERNAL, Status.Code.INVALID_ARGUMENT);
        assertThat(call(Buffer.buffer(), Map.of()).status()).isNotEqualTo(Status.Code.OK);
    }

    @Test
    void aMessageBeyondTheLimitIsRefusedByItsLengthAlone() {
        Buffer head = Buffer.buffer().appendByte((byte) 0).appendInt(1 << 30).appendBytes(new byte[10]);

        assertThat(call(head, Map.of()).status()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    /** Inflating is off: no message can be larger than what was sent. */
    @Test
    void compressedRequestsAreRefusedAndNoneIsEverInflated() {
        byte[] bomb = gzip(new byte[50 * 1024 * 1024]);

        assertThat(call(framed(1, bomb), Map.of("grpc-encoding", "gzip")).status())
                .isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(call(framed(1, bomb), Map.of("grpc-encoding", "zstd")).status())
                .isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(call(framed(1, bomb), Map.of()).status()).isIn(Status.Code.INTERNAL, Status.Code.UNIMPLEMENTED);
        assertThat(ingest.events()).isEmpty();
    }

    @Test
    void anUnknownMethodIsUnimplementedAndOtherContentIsNoCall() {
        assertThat(call("/tidegate.v1.EventService/Nothing", framed(0, new byte[0]), Map.of())
                        .status())
                .isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(call(PUBLISH, framed(0, new byte[0]), Map.of("content-type", "application/json"))
                        .httpStatus())
                .isEqualTo(415);
    }

    @Test
    void metadataWithoutEndIsRefused() {
        StatusRuntimeException failure = org.assertj.core.api.Assertions.catchThrowableOfType(
                StatusRuntimeException.class,
                () -> TestGrpc.publish(grpc.channel("x".repeat(64 * 1024)), PublishRequest.getDefaultInstance()));

        // Before anybody looks at what the token is.
        assertThat(failure.getStatus().getCode()).isNotIn(Status.Code.OK, Status.Code.UNAUTHENTICATED);
    }

    @Test
    void aConnectionThatResetsItsStreamsWithoutEndIsEnded() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(grpc.port())) {
            assertThat(connection.endsWhile(i -> {
                        int stream = 2 * i + 1;
                        connection.headers(stream, PUBLISH, true);
                        connection.reset(stream);
                    }))
                    .isTrue();
        }
        assertStillServing();
    }

    @Test
    void aHeadOfContinuationsWithoutEndEndsTheConnection() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(grpc.port())) {
            connection.headers(1, PUBLISH, false);
            assertThat(connection.endsWhile(i -> connection.continuation(1, new byte[0])))
                    .isTrue();
        }
        assertStillServing();
    }

    @Test
    void aFloodOfPingsEndsTheConnection() throws IOException {
        try (RawHttp2 connection = RawHttp2.connect(grpc.port())) {
            assertThat(connection.endsWhile(i -> connection.ping())).isTrue();
        }
        assertStillServing();
    }

    private void assertStillServing() {
        assertThat(HealthGrpc.newBlockingStub(grpc.channel())
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }

    /** An answer as it comes, of which grpc-java's own client would only tell a part. */
    private record Answer(int httpStatus, String grpcStatus) {

        Status.Code status() {
            assertThat(grpcStatus).as("grpc-status").isNotNull();
            return Status.fromCodeValue(Integer.parseInt(grpcStatus)).getCode();
        }
    }

    private Answer call(Buffer body, Map<String, String> headers) {
        return call(PUBLISH, body, headers);
    }

    private Answer call(String path, Buffer body, Map<String, String> headers) {
        return TestGateway.await(http.request(HttpMethod.POST, grpc.port(), "127.0.0.1", path)
                .compose(request -> {
                    request.putHeader("content-type", "application/grpc")
                            .putHeader("te", "trailers")
                            .putHeader("authorization", "Bearer " + grpc.token("sender", "producer"));
                    headers.forEach(request::putHeader);
                    return request.send(body);
                })
                .compose((HttpClientResponse response) -> response.body().map(ignored -> {
                    String status = response.getHeader("grpc-status");
                    return new Answer(
                            response.statusCode(),
                            status != null ? status : response.trailers().get("grpc-status"));
                })));
    }

    private static Buffer framed(int compressed, byte[] message) {
        return Buffer.buffer()
                .appendByte((byte) compressed)
                .appendInt(message.length)
                .appendBytes(message);
    }

    private static byte[] bytes(String hex) {
        return java.util.HexFormat.of().parseHex(hex);
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }
}
