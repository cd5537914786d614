package io.tidegate.serving.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tidegate.contracts.v1.PublishRequest;
import io.tidegate.contracts.v1.PublishResponse;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.TestTokens;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.limits.Limiter;
import io.tidegate.serving.limits.LimitsConfig;
import io.tidegate.serving.limits.PeerResolver;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The gRPC server with some of the features, a client for it, and whatever tokens a test needs. */
public final class TestGrpc implements AutoCloseable {

    private static final MethodDescriptor<PublishRequest, PublishResponse> PUBLISH = method("Publish", false);
    private static final MethodDescriptor<PublishRequest, PublishResponse> PUBLISH_STREAM =
            method("PublishStream", true);

    private final TestTokens tokens;
    private final List<RouteModule> modules;
    private final GrpcApi api;
    private final ManagedChannel channel;
    private final AtomicBoolean ready;

    private TestGrpc(
            TestTokens tokens, List<RouteModule> modules, GrpcApi api, ManagedChannel channel, AtomicBoolean ready) {
        this.tokens = tokens;
        this.modules = modules;
        this.api = api;
        this.channel = channel;
        this.ready = ready;
    }

    /** Starts on a free port, without limits. The Vert.x stays the caller's. */
    public static TestGrpc start(Vertx vertx, Path directory, RouteModule... modules) {
        return start(vertx, directory, Limiter.unlimited(), DataSize.ofMebibytes(1), modules);
    }

    public static TestGrpc start(
            Vertx vertx, Path directory, Limiter limiter, DataSize maxMessage, RouteModule... modules) {
        for (RouteModule module : modules) {
            TestGateway.await(module.start());
        }
        return serve(vertx, directory, limiter, maxMessage, List.of(modules), List.of(modules));
    }

    /** For features that somebody else has started and will stop. */
    public static TestGrpc beside(Vertx vertx, Path directory, DataSize maxMessage, RouteModule... modules) {
        return serve(vertx, directory, Limiter.unlimited(), maxMessage, List.of(modules), List.of());
    }

    private static TestGrpc serve(
            Vertx vertx,
            Path directory,
            Limiter limiter,
            DataSize maxMessage,
            List<RouteModule> modules,
            List<RouteModule> owned) {
        TestTokens tokens = TestTokens.withKeyIn(directory);
        Auth auth = new Auth(
                vertx,
                new GatewayConfig.Auth(
                        GatewayConfig.Algorithm.ES256,
                        tokens.publicKeyFile(),
                        Optional.empty(),
                        "tidegate",
                        "tidegate"));
        AtomicBoolean ready = new AtomicBoolean(true);
        GrpcApi api = new GrpcApi(
                vertx,
                new GatewayConfig.Grpc("127.0.0.1", 0),
                maxMessage,
                modules.stream()
                        .flatMap(module -> module.grpcServices().stream())
                        .toList(),
                auth,
                limiter,
                PeerResolver.of(LimitsConfig.OFF),
                ready::get);
        TestGateway.await(api.start());
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", api.port())
                .usePlaintext()
                .build();
        return new TestGrpc(tokens, owned, api, channel, ready);
    }

    public int port() {
        return api.port();
    }

    public GrpcApi api() {
        return api;
    }

    public void setReady(boolean value) {
        ready.set(value);
    }

    /** A token of an hour. */
    public String token(String subject, String... roles) {
        return tokens.token(subject, Instant.now().plus(Duration.ofHours(1)), Map.of(), roles);
    }

    public String token(String subject, Instant expiresAt, Map<String, String> claims, String... roles) {
        return tokens.token(subject, expiresAt, claims, roles);
    }

    /** Without a token. */
    public ManagedChannel channel() {
        return channel;
    }

    /** Whose calls carry a token. */
    public io.grpc.Channel channel(String token) {
        return withToken(channel, token);
    }

    /** The channel, with a token on each call. */
    public static io.grpc.Channel withToken(ManagedChannel channel, String token) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    public static PublishResponse publish(io.grpc.Channel channel, PublishRequest request) {
        return ClientCalls.blockingUnaryCall(
                channel, PUBLISH, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), request);
    }

    public static StreamObserver<PublishRequest> publishStream(
            io.grpc.Channel channel, StreamObserver<PublishResponse> acknowledgements) {
        return ClientCalls.asyncBidiStreamingCall(
                channel.newCall(PUBLISH_STREAM, CallOptions.DEFAULT), acknowledgements);
    }

    private static MethodDescriptor<PublishRequest, PublishResponse> method(String name, boolean streaming) {
        return MethodDescriptor.newBuilder(
                        ProtoUtils.marshaller(PublishRequest.getDefaultInstance()),
                        ProtoUtils.marshaller(PublishResponse.getDefaultInstance()))
                .setFullMethodName("tidegate.v1.EventService/" + name)
                .setType(streaming ? MethodDescriptor.MethodType.BIDI_STREAMING : MethodDescriptor.MethodType.UNARY)
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        modules.forEach(module -> TestGateway.await(module.drain()));
        TestGateway.await(api.stop(Duration.ofSeconds(1)));
        modules.forEach(module -> TestGateway.await(module.stop()));
    }
}
