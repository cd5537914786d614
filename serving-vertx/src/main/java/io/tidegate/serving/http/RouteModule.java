package io.tidegate.serving.http;

import io.grpc.ServerServiceDefinition;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import java.util.List;

/**
 * A feature of the gateway that answers HTTP requests (or upgrades them).
 *
 * <p>One object per process. {@link #mount} is called once per event loop, on that event loop, and always after
 * {@link #start} has completed; state that a handler keeps without locks is created in {@code mount}.
 */
public interface RouteModule {

    /** Adds this feature's routes to the router of the calling event loop. */
    void mount(Router router, Auth auth);

    /**
     * The gRPC services that this feature brings, made with {@link io.tidegate.serving.grpc.GrpcServiceBuilder}. Asked for once,
     * after {@link #start}; their calls are authenticated, see {@link io.tidegate.serving.grpc.Caller}.
     */
    default List<ServerServiceDefinition> grpcServices() {
        return List.of();
    }

    /** Opens what the feature needs (consumers, pools). A failure here stops the gateway from starting. */
    default Future<Void> start() {
        return Future.succeededFuture();
    }

    /**
     * Ends long-lived connections (WebSockets) politely. Called when the gateway already refuses new connections; requests in
     * flight are finished in parallel.
     */
    default Future<Void> drain() {
        return Future.succeededFuture();
    }

    /** Lets go of what {@link #start} opened. Called after {@link #drain}, when no request is in flight any more. */
    default Future<Void> stop() {
        return Future.succeededFuture();
    }

    /** What this feature contributes to {@code /health/ready}. */
    default List<HealthCheck> healthChecks() {
        return List.of();
    }
}
