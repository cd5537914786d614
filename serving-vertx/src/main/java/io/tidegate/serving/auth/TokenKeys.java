package io.tidegate.serving.auth;

import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import java.util.List;

/** Where the key for a token comes from. Safe for use from every event loop. */
interface TokenKeys {

    /**
     * The key that the token's header names.
     *
     * @return fails with an {@link InvalidTokenException} if there is none; complete on return unless the issuer has to be asked
     */
    Future<TokenKey> find(TokenHeader header);

    /** Gets the keys. Completes also if that failed: the health check tells. */
    default Future<Void> start() {
        return Future.succeededFuture();
    }

    default Future<Void> stop() {
        return Future.succeededFuture();
    }

    default List<HealthCheck> healthChecks() {
        return List.of();
    }
}
