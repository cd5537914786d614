package io.tidegate.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.FeedMessage;
import io.tidegate.contracts.v1.SubscribeRequest;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.grpc.TestGrpc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listening over gRPC at a gateway as it is run: a process of its own that reads a real broker. */
class GrpcFeedTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Metadata.Key<String> CURSOR =
            Metadata.Key.of("tidegate-cursor", Metadata.ASCII_STRING_MARSHALLER);
    private static final MethodDescriptor<SubscribeRequest, FeedMessage> SUBSCRIBE = MethodDescriptor.newBuilder(
                    ProtoUtils.marshaller(SubscribeRequest.getDefaultInstance()),
                    ProtoUtils.marshaller(FeedMessage.getDefaultInstance()))
            .setFullMethodName("tidegate.v1.FeedService/Subscribe")
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .build();

    @TempDir
    private Path directory;

    private TestTokens tokens;
    private KafkaProcess kafka;
    private GatewayProcess gateway;
    private ManagedChannel channel;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void start() {
        tokens = TestTokens.withKeyIn(directory);
        kafka = KafkaProcess.start(directory.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), 2);
        gateway = new GatewayProcess(directory, "gateway", tokens, kafka.bootstrapServers(), "");
        startGateway();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort())
                .usePlaintext()
                .build();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private void startGateway() {
        gateway.start();
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(gateway.readiness()).as(gateway::log).isEqualTo(200));
    }

    @AfterEach
    void stop() {
        producer.close();
        channel.shutdownNow();
        gateway.close();
        kafka.close();
    }

    private void raise(String... ids) throws Exception {
        for (String id : ids) {
            byte[] alert = Alert.newBuilder()
                    .setAlertId(id)
                    .setKind(AlertKind.ALERT_KIND_FRAUD)
                    .setSubject("u1")
                    .build()
                    .toByteArray();
            producer.send(new ProducerRecord<>(Topics.ALERTS, "u1".getBytes(StandardCharsets.UTF_8), alert))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    /** One call, which can be ended. */
    private final class Listening {
        private final ClientCall<SubscribeRequest, FeedMessage> call;
        private final Iterator<FeedMessage> messages;

        private Listening(String token, String cursor) {
            call = TestGrpc.withToken(channel, token)
                    .newCall(SUBSCRIBE, CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            messages = ClientCalls.blockingServerStreamingCall(
                    call,
                    SubscribeRequest.newBuilder()
                            .setChannel("alerts")
                            .setCursor(cursor)
                            .build());
        }

        /** The first message says that the subscription stands. */
        private Listening subscribed() {
            assertThat(messages.next().hasSubscribed()).isTrue();
            return this;
        }

        /** The cursor after the last of the alerts, which are those that come next. */
        private String expect(String... ids) {
            String cursor = "";
            for (String id : ids) {
                FeedMessage message = messages.next();
                assertThat(message.getAlert().getAlertId())
                        .as(message.toString())
                        .isEqualTo(id);
                cursor = message.getCursor();
            }
            return cursor;
        }

        private StatusRuntimeException end() {
            return catchThrowableOfType(StatusRuntimeException.class, messages::next);
        }
    }

    @Test
    void whoListensGoesOnWithItsCursorAfterABreakAndAfterARestartAndNobodyElseListens() throws Exception {
        String analyst = tokens.token("ana", "analyst");

        // An alert reaches who listens; one that comes after a break is there with the cursor.
        Listening first = new Listening(analyst, "").subscribed();
        raise("a1", "a2");
        String cursor = first.expect("a1", "a2");
        first.call.cancel("a break", null);
        raise("a3", "a4");
        Listening second = new Listening(analyst, cursor).subscribed();
        second.expect("a3", "a4");
        raise("a5");
        cursor = second.expect("a5");

        // Permission is checked with a cursor as without.
        for (String place : new String[] {"", cursor}) {
            StatusRuntimeException refused = new Listening(tokens.token("u1", "producer"), place).end();
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(StatusProto.fromThrowable(refused)
                            .getDetails(0)
                            .unpack(ErrorInfo.class)
                            .getReason())
                    .isEqualTo("FORBIDDEN");
        }
        StatusRuntimeException nobody = new Listening("x" + analyst, cursor).end();
        assertThat(nobody.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);

        // A gateway that stops says so, and where to go on.
        gateway.terminate();
        StatusRuntimeException goodbye = second.end();
        assertThat(goodbye.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(goodbye.getTrailers().get(CURSOR)).isEqualTo(cursor);

        // What was raised while it was away is there after the restart.
        raise("a6", "a7");
        startGateway();
        Listening third = new Listening(analyst, goodbye.getTrailers().get(CURSOR)).subscribed();
        third.expect("a6", "a7");
        raise("a8");
        third.expect("a8");
    }
}
