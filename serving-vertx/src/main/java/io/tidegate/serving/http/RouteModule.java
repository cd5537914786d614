package io.tidegate.serving.http;

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

    /** Opens what the feature needs (consumers, pools). A failure here stops the gateway from starting. */
    default Future<Void> start() {
        return Future.succeededFuture();
    }

    /**
     * Says goodbye to long-lived connections (WebSockets), then lets go of what {@link #start} opened. Called when the gateway
     * already refuses new connections; requests in flight are finished in parallel.
     */
    default Future<Void> stop() {
        return Future.succeededFuture();
    }

    /** What this feature contributes to {@code /health/ready}. */
    default List<HealthCheck> healthChecks() {
        return List.of();
    }
}
