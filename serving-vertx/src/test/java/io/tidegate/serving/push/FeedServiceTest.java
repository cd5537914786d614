package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.FeedMessage;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.contracts.v1.SubscribeRequest;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.grpc.TestGrpc;
import io.tidegate.serving.limits.BucketLimiter;
import io.tidegate.serving.limits.LimitsConfig;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listening over gRPC, with a real client. */
class FeedServiceTest {

    private static final int PATIENCE_SECONDS = 20;
    private static final MethodDescriptor<SubscribeRequest, FeedMessage> SUBSCRIBE = MethodDescriptor.newBuilder(
                    ProtoUtils.marshaller(SubscribeRequest.getDefaultInstance()),
                    ProtoUtils.marshaller(FeedMessage.getDefaultInstance()))
            .setFullMethodName("tidegate.v1.FeedService/Subscribe")
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .build();

    private static final MethodDescriptor<byte[], FeedMessage> SUBSCRIBE_BY_BYTES = SUBSCRIBE.toBuilder(
                    new MethodDescriptor.Marshaller<byte[]>() {
                        @Override
                        public InputStream stream(byte[] message) {
                            return new ByteArrayInputStream(message);
                        }

                        @Override
                        public byte[] parse(InputStream stream) {
                            throw new UnsupportedOperationException("only the server reads requests");
                        }
                    },
                    ProtoUtils.marshaller(FeedMessage.getDefaultInstance()))
            .build();

    /** Few frames may wait, so that a listener is soon too slow. */
    private static final PushConfig CONFIG = TestPushConfig.of(
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            DataSize.ofKibibytes(64),
            256,
            3,
            DataSize.ofKibibytes(64),
            1_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Set.of(),
            Duration.ofHours(1),
            1_000);

    private Vertx vertx;
    private PushHub hub;
    private StreamFeed alerts;
    private PushModule module;
    private TestGrpc grpc;
    private String analyst;
    private int raised;

    @BeforeEach
    void start(@TempDir Path directory) {
        vertx = Vertx.vertx();
        hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        alerts = new StreamFeed(
                hub,
                CONFIG,
                Channel.Family.ALERTS,
                Topics.ALERTS,
                TopicReader.Isolation.READ_UNCOMMITTED,
                AlertItem::decode);
        alerts.caughtUp(new TopicReader.Position());
        journalBeginsAt(0);
        module = new PushModule(vertx, CONFIG, hub, List.of());
        grpc = TestGrpc.start(vertx, directory, module);
        analyst = grpc.token("ana", "analyst");
    }

    @AfterEach
    void stop() {
        grpc.close();
        TestGateway.await(vertx.close());
    }

    private static Cursor place(int offset) {
        return new Cursor(Channel.Family.ALERTS.topicTag(), 1_000 + offset, new long[] {offset});
    }

    private void journalBeginsAt(int offset) {
        raised = offset;
        alerts.journal().reset(place(offset));
        hub.position(Channel.Family.ALERTS, place(offset));
    }

    /** As the reader of the topic does it. Its id is {@code a} and its number. */
    private void raise(String subject, Severity severity) {
        Alert alert = Alert.newBuilder()
                .setAlertId("a" + raised)
                .setKind(AlertKind.ALERT_KIND_FRAUD)
                .setRuleId("rapid-bets")
                .setSubject(subject)
                .setSeverity(severity)
                .build();
        FeedEvent event = new FeedEvent(new AlertItem(alert), raised, place(raised + 1), 0, raised);
        raised++;
        alerts.journal().add(event);
        hub.position(Channel.Family.ALERTS, event.place());
        hub.publish(event);
    }

    private void raise(int count, String subject) {
        for (int i = 0; i < count; i++) {
            raise(subject, Severity.SEVERITY_WARNING);
        }
    }

    private static SubscribeRequest.Builder channel(String name) {
        return SubscribeRequest.newBuilder().setChannel(name);
    }

    /** Listens and reads everything. */
    private Call open(String token, SubscribeRequest.Builder request) {
        Call call = new Call(grpc.channel(token), request.build());
        call.read(Integer.MAX_VALUE);
        return call;
    }

    /** Listens to alerts, and is so far that it gets what is raised now. */
    private Call listen(SubscribeRequest.Builder request) {
        Call call = open(analyst, request);
        assertThat(call.next().hasSubscribed()).isTrue();
        return call;
    }

    /** A client that reads as much as it is told to. */
    private static final class Call extends ClientCall.Listener<FeedMessage> {
        private final ClientCall<?, FeedMessage> call;
        private final BlockingQueue<FeedMessage> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> status = new CompletableFuture<>();
        private volatile Metadata trailers;

        private Call(io.grpc.Channel channel, SubscribeRequest request) {
            this(channel, SUBSCRIBE, request);
        }

        private <Q> Call(io.grpc.Channel channel, MethodDescriptor<Q, FeedMessage> method, Q request) {
            ClientCall<Q, FeedMessage> begun = channel.newCall(method, CallOptions.DEFAULT);
            call = begun;
            begun.start(this, new Metadata());
            begun.sendMessage(request);
            begun.halfClose();
        }

        @Override
        public void onMessage(FeedMessage message) {
            messages.add(message);
        }

        @Override
        public void onClose(Status end, Metadata with) {
            trailers = with;
            status.complete(end);
        }

        private void read(int count) {
            call.request(count);
        }

        private FeedMessage next() {
            try {
                FeedMessage message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(message).as("a message; status %s", status).isNotNull();
                return message;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private List<String> nextIds(int count) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ids.add(next().getAlert().getAlertId());
            }
            return ids;
        }

        private Status.Code end() {
            return status.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join().getCode();
        }

        private String cursor() {
            return trailers.get(GrpcOutlet.CURSOR);
        }

        private String reason() throws Exception {
            com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status.join(), trailers);
            return details.getDetails(0).unpack(ErrorInfo.class).getReason();
        }

        private void cancel() {
            call.cancel("enough", null);
        }
    }

    @Test
    void anAlertComesLiveWithItsCursorAndWhoeverComesAgainWithThatGetsTheRestOnce() {
        Call before = listen(channel("alerts"));
        raise(3, "u1");

        FeedMessage first = before.next();
        assertThat(first.getChannel()).isEqualTo("alerts");
        assertThat(first.getAlert().getAlertId()).isEqualTo("a0");
        assertThat(first.getAlert().getSubject()).isEqualTo("u1");
        assertThat(first.getCursor()).isEqualTo(place(1).encode());
        before.cancel();
        raise(2, "u1");

        Call after = listen(channel("alerts").setCursor(first.getCursor()));
        assertThat(after.nextIds(4)).containsExactly("a1", "a2", "a3", "a4");
        raise(1, "u1");
        assertThat(after.nextIds(1)).containsExactly("a5");
        assertThat(after.messages).isEmpty();
    }

    @Test
    void theFirstMessageHasACursorThatLosesNothing() {
        Call quiet = open(analyst, channel("alerts:fraud"));
        String cursor = quiet.next().getCursor();
        quiet.cancel();
        raise(2, "u1");

        assertThat(listen(channel("alerts:fraud").setCursor(cursor)).nextIds(2)).containsExactly("a0", "a1");
    }

    @Test
    void historyThatIsGoneIsAGapBeforeWhatIsLeft() {
        journalBeginsAt(10);
        Call call = listen(channel("alerts").setCursor(place(3).encode()));

        FeedMessage gap = call.next();
        assertThat(gap.hasGap()).isTrue();
        assertThat(gap.getGap().getFromMs()).isEqualTo(1_003);
        raise(1, "u1");
        assertThat(call.nextIds(1)).containsExactly("a10");
    }

    @Test
    void onlyWhatTheFilterLetsThroughComesLiveAndOutOfTheJournal() {
        SubscribeRequest.Builder filtered = channel("alerts")
                .addSeverities("critical")
                .addSeverities("warning")
                .addRules("rapid-bets")
                .addSubjects("u2");
        Call call = listen(filtered);
        raise("u1", Severity.SEVERITY_CRITICAL);
        raise("u2", Severity.SEVERITY_INFO);
        raise("u2", Severity.SEVERITY_WARNING);
        raise("u2", Severity.SEVERITY_CRITICAL);

        assertThat(call.nextIds(2)).containsExactly("a2", "a3");
        assertThat(listen(filtered.setCursor(place(0).encode())).nextIds(2)).containsExactly("a2", "a3");
    }

    @ParameterizedTest
    @CsvSource({
        "alerts,             '',        '',      PERMISSION_DENIED, FORBIDDEN",
        "user:u2,            '',        '',      PERMISSION_DENIED, FORBIDDEN",
        // A person that nobody has heard of: the same answer.
        "user:never-seen,    '',        '',      PERMISSION_DENIED, FORBIDDEN",
        "user:u2,            x,         '',      PERMISSION_DENIED, FORBIDDEN",
        "user:*,             '',        '',      INVALID_ARGUMENT,  BAD_CHANNEL",
        "'',                 '',        '',      INVALID_ARGUMENT,  BAD_CHANNEL",
        "post:p1,            x,         '',      INVALID_ARGUMENT,  BAD_CURSOR",
        "post:p1,            '',        info,    INVALID_ARGUMENT,  BAD_FILTER",
    })
    void whatIsRefused(String channel, String cursor, String severity, Status.Code status, String reason)
            throws Exception {
        SubscribeRequest.Builder request = channel(channel).setCursor(cursor);
        if (!severity.isEmpty()) {
            request.addSeverities(severity);
        }

        Call call = open(grpc.token("u1"), request);

        assertThat(call.end()).isEqualTo(status);
        assertThat(call.reason()).isEqualTo(reason);
        assertThat(call.messages).isEmpty();
    }

    @ParameterizedTest
    // A length without its bytes; a varint without end; the end of a group that never began; no field; a text that is
    // no UTF-8.
    @ValueSource(strings = {"0a05", "12ffffffffffffffffffffff01", "14", "00", "0a02c328"})
    void bytesThatAreNoSubscriptionAreTheCallersMistake(String hex) throws Exception {
        Call call = new Call(
                grpc.channel(analyst), SUBSCRIBE_BY_BYTES, HexFormat.of().parseHex(hex));
        call.read(1);

        assertThat(call.end()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(call.reason()).isEqualTo("INVALID_PROTOBUF");
        // And the next one is listened to.
        listen(channel("alerts")).cancel();
    }

    @Test
    void aCursorOfAnotherFeedAndAnUnknownSeverityAreRefused() {
        assertThat(open(analyst, channel("post:p1").setCursor(place(1).encode()))
                        .end())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(open(analyst, channel("alerts").addSeverities("loud")).end())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void withoutATokenNothing() {
        Call call = new Call(grpc.channel(), channel("post:p1").build());
        call.read(1);

        assertThat(call.end()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(open("no.such.token", channel("post:p1")).end()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void aCallIsARequestToTheLimits(@TempDir Path directory) throws Exception {
        LimitsConfig one = new LimitsConfig(
                Duration.ofMinutes(1),
                1,
                LimitsConfig.Quota.NONE,
                LimitsConfig.Quota.NONE,
                LimitsConfig.Quota.NONE,
                List.of(),
                1_000);
        grpc.close();
        module = new PushModule(vertx, CONFIG, hub, List.of());
        grpc = TestGrpc.start(
                vertx, directory, new BucketLimiter(one, new SimpleMeterRegistry()), DataSize.ofMebibytes(1), module);
        open(grpc.token("u1"), channel("post:p1")).next();

        Call second = open(grpc.token("u1"), channel("post:p1"));

        assertThat(second.end()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(second.reason()).isEqualTo("RATE_LIMITED");
    }

    private static FeedEvent likes(int number) {
        Counter counter = Counter.newBuilder()
                .setPost(PostCounters.newBuilder().setPostId("p".repeat(200)).setLikes(number))
                .build();
        return new FeedEvent(
                List.of(Channel.parse("post:p1").orElseThrow()),
                number,
                "c" + number,
                "{}".getBytes(StandardCharsets.UTF_8),
                () -> counter);
    }

    @Test
    void aCounterBeginsWithItsNewestValue() {
        hub.states(channel -> Optional.of(likes(7)));
        Call call = open(grpc.token("u1"), channel("post:p1"));

        assertThat(call.next().hasSubscribed()).isTrue();
        assertThat(call.next().getCounter().getPost().getLikes()).isEqualTo(7);
        hub.publish(likes(8));
        assertThat(call.next().getCounter().getPost().getLikes()).isEqualTo(8);
    }

    @Test
    void aListenerThatReadsCountersSlowlyGetsTheNewestAndNotAll() {
        Call call = new Call(grpc.channel(grpc.token("u1")), channel("post:p1").build());
        call.read(1);
        call.next();
        int last = 10_000;
        for (int number = 1; number <= last; number++) {
            hub.publish(likes(number));
        }

        call.read(Integer.MAX_VALUE);
        long likes = 0;
        int count = 0;
        while (likes < last) {
            long newer = call.next().getCounter().getPost().getLikes();
            assertThat(newer).isGreaterThan(likes);
            likes = newer;
            count++;
        }

        assertThat(count).isLessThan(last);
        assertThat(call.status).isNotDone();
    }

    @Test
    void aListenerThatReadsAlertsTooSlowlyIsToldWhereToGoOnAndLosesNothing() throws Exception {
        Call slow = new Call(grpc.channel(analyst), channel("alerts").build());
        slow.read(1);
        slow.next();
        // Its answer comes from the same event loop: by then the first one is live. While it is being brought up to
        // date it may take its time.
        listen(channel("alerts:surge")).cancel();
        int count = 500;
        raise(count, "u".repeat(5_000));
        await().until(() -> hub.listenersByFamily().get(Channel.Family.ALERTS) == 0);

        slow.read(Integer.MAX_VALUE);
        assertThat(slow.end()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(slow.reason()).isEqualTo("SLOW_CONSUMER");
        int got = slow.messages.size();
        assertThat(got).isBetween(1, count - 1);
        assertThat(slow.cursor()).isEqualTo(place(got).encode());

        Call again = listen(channel("alerts").setCursor(slow.cursor()));
        List<String> rest = again.nextIds(count - got);
        assertThat(rest).startsWith("a" + got).endsWith("a" + (count - 1)).doesNotHaveDuplicates();
        assertThat(again.status).isNotDone();
    }

    @Test
    void aStopIsUnavailableWithTheCursor() throws Exception {
        Call call = listen(channel("alerts"));
        raise(2, "u1");
        call.nextIds(2);

        TestGateway.await(module.drain());

        assertThat(call.end()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call.reason()).isEqualTo("SHUTTING_DOWN");
        assertThat(call.cursor()).isEqualTo(place(2).encode());
        // One that slipped in while the server was closing.
        assertThat(open(analyst, channel("alerts").setCursor(place(1).encode())).end())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void theStreamEndsWithItsToken() throws Exception {
        String token = grpc.token("ana", Instant.now().plusMillis(2_500), Map.of(), "analyst");
        Call call = open(token, channel("alerts"));
        call.next();
        raise(1, "u1");
        call.next();

        assertThat(call.end()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(call.reason()).isEqualTo("TOKEN_EXPIRED");
        assertThat(call.cursor()).isEqualTo(place(1).encode());
    }

    @Test
    void whoLeavesIsForgotten() {
        Call call = listen(channel("alerts"));
        assertThat(hub.listenersByFamily()).containsEntry(Channel.Family.ALERTS, 1);

        call.cancel();

        await().until(() -> hub.listenersByFamily().get(Channel.Family.ALERTS) == 0);
    }
}
