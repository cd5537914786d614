package io.tidegate.serving.grpc;

import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.limits.Limiter;
import io.tidegate.serving.limits.PeerResolver;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The public gRPC server: the features' services behind {@link Gatekeeper}, {@code grpc.health.v1.Health} following readiness, and
 * {@code grpc.reflection.v1} and {@code v1alpha}.
 *
 * <p>Handlers run on the server's event loops and mustn't block. Compressed requests are refused (UNIMPLEMENTED): a small message
 * could inflate to anything. A client that resets streams faster than a working one would, or pings without end, loses its
 * connection.
 */
public final class GrpcApi {

    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int MAX_CALLS_PER_CONNECTION = 100;

    /** What one stream may send before anybody has asked for it, and so what an unknown caller can make us keep. */
    private static final int STREAM_WINDOW_BYTES = 256 * 1024;

    private static final int MAX_RESETS = 200;
    private static final int RESETS_WINDOW_SECONDS = 10;
    private static final Duration SHORTEST_PING_INTERVAL = Duration.ofSeconds(10);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration HEALTH_INTERVAL = Duration.ofMillis(100);

    private final Vertx vertx;
    private final GatewayConfig.Grpc config;
    private final DataSize maxMessage;
    private final List<ServerServiceDefinition> services;
    private final Gatekeeper gatekeeper;
    private final BooleanSupplier ready;
    private final HealthStatusManager health = new HealthStatusManager();
    private volatile Server server;
    private long timer;

    /**
     * @param maxMessage longest message taken from a client
     * @param services of the features; each call reaches them authenticated, see {@link Caller}
     * @param ready what the health service answers
     */
    public GrpcApi(
            Vertx vertx,
            GatewayConfig.Grpc config,
            DataSize maxMessage,
            List<ServerServiceDefinition> services,
            Auth auth,
            Limiter limiter,
            PeerResolver peers,
            BooleanSupplier ready) {
        this.vertx = vertx;
        this.config = config;
        this.maxMessage = maxMessage;
        this.services = List.copyOf(services);
        this.gatekeeper = new Gatekeeper(auth, limiter, peers);
        this.ready = ready;
    }

    /** Listens. Fails with the reason if the address can't be had. */
    public Future<Void> start() {
        tellHealth();
        return vertx.<Void>executeBlocking(() -> {
                    server = build().start();
                    return null;
                })
                .onSuccess(listening -> timer = vertx.setPeriodic(HEALTH_INTERVAL.toMillis(), id -> tellHealth()));
    }

    /** The port it listens on, once started. */
    public int port() {
        return server.getPort();
    }

    /** Tells whoever asks for health that this server is about to go. It goes on answering calls. */
    public void announceStop() {
        vertx.cancelTimer(timer);
        health.enterTerminalState();
    }

    /** Takes no more calls, lets those in flight finish within {@code drain}, ends the rest. */
    public Future<Void> stop(Duration drain) {
        announceStop();
        Server stopping = server;
        if (stopping == null) {
            return Future.succeededFuture();
        }
        stopping.shutdown();
        return vertx.executeBlocking(
                () -> {
                    if (!stopping.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS)) {
                        stopping.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
                    }
                    return null;
                },
                false);
    }

    private Server build() throws java.net.UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(config.host()), config.port());
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .directExecutor()
                .decompressorRegistry(DecompressorRegistry.emptyInstance())
                .maxInboundMessageSize(maxMessage.intBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .initialFlowControlWindow(STREAM_WINDOW_BYTES)
                .maxRstFramesPerWindow(MAX_RESETS, RESETS_WINDOW_SECONDS)
                .handshakeTimeout(HANDSHAKE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(SHORTEST_PING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .maxConnectionIdle(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        services.forEach(service -> builder.addService(ServerInterceptors.intercept(service, gatekeeper)));
        // Load balancers ask often and always from the same address, so that no limit holds for health.
        builder.addService(health.getHealthService());
        ServerInterceptor open = gatekeeper.withoutToken();
        builder.addService(ServerInterceptors.intercept(ProtoReflectionServiceV1.newInstance(), open));
        builder.addService(ServerInterceptors.intercept(oldReflection(), open));
        return builder.build();
    }

    /** What grpcurl and others asked before v1. */
    @SuppressWarnings("deprecation")
    private static io.grpc.BindableService oldReflection() {
        return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
    }

    private void tellHealth() {
        ServingStatus status = ready.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        services.forEach(
                service -> health.setStatus(service.getServiceDescriptor().getName(), status));
    }
}
