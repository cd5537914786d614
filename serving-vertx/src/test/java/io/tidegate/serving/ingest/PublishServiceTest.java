package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.PublishRequest;
import io.tidegate.contracts.v1.PublishResponse;
import io.tidegate.contracts.v1.Rejection;
import io.tidegate.contracts.v1.Tick;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.grpc.TestGrpc;
import io.tidegate.serving.limits.BucketLimiter;
import io.tidegate.serving.limits.Limiter;
import io.tidegate.serving.limits.LimitsConfig;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code EventService} as a client sees it, with a log in memory behind it. */
class PublishServiceTest {

    private static final Instant NOW = Instant.now();
    private static final DataSize MAX_MESSAGE = DataSize.ofKibibytes(512);

    private final FakeEventLog log = new FakeEventLog();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    @TempDir
    private Path directory;

    private Vertx vertx;
    private TestGrpc grpc;
    private io.grpc.Channel producer;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        start(Limiter.unlimited());
    }

    private void start(Limiter limiter) {
        GatewayConfig.Ingest config = new GatewayConfig.Ingest(
                MAX_MESSAGE,
                DataSize.ofMebibytes(1),
                2000,
                Duration.ofDays(30),
                Duration.ofMinutes(5),
                Instant.parse("2000-01-01T00:00:00Z"),
                DataSize.ofMebibytes(1),
                Duration.ofSeconds(2));
        grpc = TestGrpc.start(
                vertx,
                directory,
                limiter,
                MAX_MESSAGE,
                new IngestRoutes(
                        vertx, config, new IngestMetrics(metrics), Clock.fixed(NOW, ZoneOffset.UTC), log, limiter));
        producer = grpc.channel(grpc.token("sender", "producer"));
    }

    @AfterEach
    void stop() {
        grpc.close();
        TestGateway.await(vertx.close());
    }

    private static Event like(String eventId) {
        return Event.newBuilder()
                .setEventId(eventId)
                .setUserId("u1")
                .setLike(Like.newBuilder().setPostId("p1"))
                .build();
    }

    private static PublishRequest request(Event... events) {
        return PublishRequest.newBuilder().addAllEvents(List.of(events)).build();
    }

    private static StatusRuntimeException failure(io.grpc.Channel channel, PublishRequest request) {
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> TestGrpc.publish(channel, request));
        assertThat(failure).as("the call fails").isNotNull();
        return failure;
    }

    private static <T extends com.google.protobuf.Message> T detail(StatusRuntimeException failure, Class<T> type) {
        for (Any detail : StatusProto.fromThrowable(failure).getDetailsList()) {
            if (detail.is(type)) {
                try {
                    return detail.unpack(type);
                } catch (InvalidProtocolBufferException e) {
                    throw new AssertionError(e);
                }
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " in " + StatusProto.fromThrowable(failure));
    }

    private static void assertProblem(StatusRuntimeException failure, Status.Code status, String reason) {
        assertThat(failure.getStatus().getCode()).as(failure.toString()).isEqualTo(status);
        ErrorInfo info = detail(failure, ErrorInfo.class);
        assertThat(info.getReason()).isEqualTo(reason);
        assertThat(info.getDomain()).isEqualTo("tidegate");
    }

    @Test
    void aBatchIsStoredAndAnsweredEventByEvent() {
        PublishResponse response = TestGrpc.publish(
                producer,
                PublishRequest.newBuilder()
                        .setBatchId("b-1")
                        .addEvents(like("e-1"))
                        .addEvents(Event.newBuilder().setUserId("u1").setLike(Like.getDefaultInstance()))
                        .addEvents(Event.newBuilder()
                                .setUserId("u2")
                                .setCountry("de")
                                .setBet(Bet.newBuilder().setGameId("g").setAmountE4(123_400)))
                        .build());

        assertThat(response.getBatchId()).isEqualTo("b-1");
        assertThat(response.getAccepted()).isEqualTo(2);
        assertThat(response.getRejectedList())
                .extracting(Rejection::getIndex, Rejection::getCode, Rejection::getField)
                .containsExactly(org.assertj.core.api.Assertions.tuple(1, "missing_field", "postId"));
        assertThat(response.getEventIdsList()).hasSize(3).startsWith("e-1", "");
        assertThat(log.events()).hasSize(2);
        Event stored = log.events().get(1);
        assertThat(stored.getCountry()).isEqualTo("DE");
        assertThat(stored.getBet().getAmountE4()).isEqualTo(123_400);
        assertThat(stored.getOccurredAtMs()).isEqualTo(NOW.toEpochMilli());
        assertThat(stored.getIngestedAtMs()).isEqualTo(NOW.toEpochMilli());
        assertThat(stored.getEventId()).isEqualTo(response.getEventIds(2)).isNotEmpty();
    }

    @Test
    void whereEveryEventIsBadTheCallFailsAndItsDetailsSayWhy() {
        Event noType = Event.newBuilder().setUserId("u1").build();
        Event tick = Event.newBuilder()
                .setUserId("u1")
                .setTick(Tick.getDefaultInstance())
                .build();

        StatusRuntimeException failure = failure(producer, request(noType, tick));

        assertProblem(failure, Status.Code.INVALID_ARGUMENT, "ALL_REJECTED");
        PublishResponse details = detail(failure, PublishResponse.class);
        assertThat(details.getAccepted()).isZero();
        assertThat(details.getRejectedList())
                .extracting(Rejection::getCode)
                .containsExactly("missing_field", "unknown_type");
        assertProblem(failure(producer, request()), Status.Code.INVALID_ARGUMENT, "NO_EVENTS");
    }

    @Test
    void timesOfLongAgoAndOfTheFutureAreRefusedWithTheirCode() {
        for (long time : new long[] {
            1, -1, Long.MIN_VALUE, Long.MAX_VALUE, NOW.plusSeconds(3600).toEpochMilli()
        }) {
            Event event = like("e").toBuilder().setOccurredAtMs(time).build();
            assertProblem(failure(producer, request(event)), Status.Code.INVALID_ARGUMENT, "TIMESTAMP_OUT_OF_BOUNDS");
        }
    }

    @Test
    void moneyThatIsNegativeOrBeyondAllMeasureIsRefused() {
        for (long amount : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            Event bet = Event.newBuilder()
                    .setUserId("u")
                    .setBet(Bet.newBuilder().setGameId("g").setAmountE4(amount))
                    .build();
            assertProblem(failure(producer, request(bet)), Status.Code.INVALID_ARGUMENT, "INVALID_AMOUNT");
        }
    }

    @Test
    void anotherTenantThanTheTokensIsForbidden() {
        io.grpc.Channel tenant =
                grpc.channel(grpc.token("s", Instant.now().plusSeconds(600), Map.of("tenant", "a"), "producer"));

        Event foreign = like("e").toBuilder().setTenant("b").build();
        assertProblem(failure(tenant, request(foreign)), Status.Code.PERMISSION_DENIED, "FORBIDDEN_TENANT");

        TestGrpc.publish(tenant, request(like("mine")));
        assertThat(log.events()).singleElement().satisfies(event -> assertThat(event.getTenant())
                .isEqualTo("a"));
    }

    @Test
    void withoutAValidTokenItIsUnauthenticatedAndWithoutTheRoleDenied() {
        assertProblem(failure(grpc.channel(), request(like("e"))), Status.Code.UNAUTHENTICATED, "MISSING_TOKEN");
        assertProblem(failure(grpc.channel("a.b.c"), request(like("e"))), Status.Code.UNAUTHENTICATED, "INVALID_TOKEN");
        assertProblem(
                failure(grpc.channel(grpc.token("u", "analyst")), request(like("e"))),
                Status.Code.PERMISSION_DENIED,
                "MISSING_ROLE");
        assertThat(log.events()).isEmpty();
    }

    @Test
    void whileTheLogIsAwayItIsUnavailableAtOnceWithATimeToRetry() {
        log.setAvailable(false);

        StatusRuntimeException failure = failure(producer, request(like("e")));

        assertProblem(failure, Status.Code.UNAVAILABLE, "LOG_UNAVAILABLE");
        assertThat(detail(failure, RetryInfo.class).getRetryDelay().getSeconds())
                .isEqualTo(2);
        assertThat(failure.getTrailers()
                        .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("2000");
    }

    @Test
    void whatTheLogDoesNotTakeIsNotAcknowledged() {
        log.answerWith(EventLog.Outcome.OVERLOADED);
        assertProblem(failure(producer, request(like("e"))), Status.Code.UNAVAILABLE, "OVERLOADED");
        log.answerWith(EventLog.Outcome.UNAVAILABLE);
        assertProblem(failure(producer, request(like("e"))), Status.Code.UNAVAILABLE, "LOG_UNAVAILABLE");
        assertThat(metrics.get("tidegate.ingest.in.flight").gauge().value()).isZero();
    }

    @Test
    void aBatchOfTooManyEventsIsRefusedByItsCount() {
        PublishRequest.Builder many = PublishRequest.newBuilder();
        IntStream.range(0, 2001).forEach(i -> many.addEvents(Event.getDefaultInstance()));

        assertProblem(failure(producer, many.build()), Status.Code.RESOURCE_EXHAUSTED, "TOO_MANY_EVENTS");
    }

    @Test
    void anEventLongerThanAnyValidOneCostsOnlyItself() {
        Event huge = like("huge").toBuilder()
                .putAttributes("a", "x".repeat(200 * 1024))
                .build();

        PublishResponse response = TestGrpc.publish(producer, request(huge, like("small")));

        assertThat(response.getAccepted()).isEqualTo(1);
        assertThat(response.getRejected(0).getCode()).isEqualTo("too_long");
    }

    @Test
    void aLimitAnswersResourceExhaustedWithATimeToRetry() {
        grpc.close();
        LimitsConfig two = new LimitsConfig(
                Duration.ofMinutes(1),
                2,
                LimitsConfig.Quota.NONE,
                LimitsConfig.Quota.NONE,
                LimitsConfig.Quota.NONE,
                List.of(),
                1_000);
        start(new BucketLimiter(two, metrics));
        TestGrpc.publish(producer, request(like("e1")));
        TestGrpc.publish(producer, request(like("e2")));

        StatusRuntimeException failure = failure(producer, request(like("e3")));

        assertProblem(failure, Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED");
        assertThat(detail(failure, RetryInfo.class).getRetryDelay().getSeconds())
                .isBetween(1L, 60L);
    }

    @Test
    void aStreamAcknowledgesEachBatchInOrderAndSurvivesABadOne() {
        Acknowledgements acknowledgements = new Acknowledgements();
        StreamObserver<PublishRequest> stream = TestGrpc.publishStream(producer, acknowledgements);

        for (int i = 0; i < 100; i++) {
            Event event = i == 50 ? Event.getDefaultInstance() : like("e-" + i);
            stream.onNext(PublishRequest.newBuilder()
                    .setBatchId(Integer.toString(i))
                    .addEvents(event)
                    .build());
        }
        stream.onCompleted();

        await().untilAsserted(() -> assertThat(acknowledgements.completed).isTrue());
        assertThat(acknowledgements.responses)
                .extracting(PublishResponse::getBatchId)
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(Integer::toString).toList());
        assertThat(acknowledgements.responses.get(50).getAccepted()).isZero();
        assertThat(acknowledgements.responses.get(50).getRejectedCount()).isEqualTo(1);
        assertThat(log.events()).hasSize(99);
    }

    @Test
    void aStreamHoldsBackAClientThatIsFasterThanTheLog() {
        log.hold();
        Acknowledgements acknowledgements = new Acknowledgements();
        StreamObserver<PublishRequest> stream = TestGrpc.publishStream(producer, acknowledgements);
        ClientCallStreamObserver<PublishRequest> flow = (ClientCallStreamObserver<PublishRequest>) stream;
        PublishRequest batch = request(
                like("e").toBuilder().putAttributes("a", "x".repeat(500)).build());

        // As much as the client may send: until HTTP/2's windows are full.
        int sent = 0;
        await().pollDelay(Duration.ZERO).until(flow::isReady);
        while (flow.isReady() && sent < 100_000) {
            stream.onNext(batch);
            sent++;
        }

        assertThat(sent).isLessThan(100_000);
        await().untilAsserted(() -> assertThat(log.waiting()).isEqualTo(PublishService.MAX_BATCHES_IN_FLIGHT));
        assertThat(metrics.get("tidegate.ingest.in.flight").gauge().value())
                .isLessThan(PublishService.MAX_BATCHES_IN_FLIGHT * 1200.0);

        log.release();
        stream.onCompleted();
        int all = sent;
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(acknowledgements.responses).hasSize(all));
        assertThat(metrics.get("tidegate.ingest.in.flight").gauge().value()).isZero();
    }

    @Test
    void aStreamEndsWithTheBatchThatCanNotBeStoredAfterTheAcknowledgementsBefore() {
        Acknowledgements acknowledgements = new Acknowledgements();
        StreamObserver<PublishRequest> stream = TestGrpc.publishStream(producer, acknowledgements);
        stream.onNext(request(like("stored")));
        await().untilAsserted(() -> assertThat(acknowledgements.responses).hasSize(1));

        log.answerWith(EventLog.Outcome.UNAVAILABLE);
        stream.onNext(request(like("lost")));

        await().untilAsserted(() -> assertThat(acknowledgements.failure).isNotNull());
        assertProblem(acknowledgements.failure, Status.Code.UNAVAILABLE, "LOG_UNAVAILABLE");
        assertThat(acknowledgements.responses).hasSize(1);
    }

    @Test
    void aClientThatLeavesInTheMiddleLeavesNothingBehind() {
        log.hold();
        Acknowledgements acknowledgements = new Acknowledgements();
        StreamObserver<PublishRequest> stream = TestGrpc.publishStream(producer, acknowledgements);
        stream.onNext(request(like("e")));
        await().until(() -> log.waiting() == 1);

        stream.onError(Status.CANCELLED.asRuntimeException());
        log.release();

        await().untilAsserted(() -> assertThat(
                        metrics.get("tidegate.ingest.in.flight").gauge().value())
                .isZero());
    }

    /** What comes back on a stream. */
    private static final class Acknowledgements implements StreamObserver<PublishResponse> {

        private final List<PublishResponse> responses = new CopyOnWriteArrayList<>();
        private volatile StatusRuntimeException failure;
        private volatile boolean completed;

        @Override
        public void onNext(PublishResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable problem) {
            failure = (StatusRuntimeException) problem;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }
    }
}
