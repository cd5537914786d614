package io.tidegate.serving.auth;

import io.tidegate.serving.GatewayConfig.Algorithm;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Instant;

/** A key that signatures are checked with, and the only algorithm it may be used for. */
final class TokenKey {

    private final VerificationKey material;
    private final JWTAuth signatures;
    private volatile Instant refusedFrom = Instant.MAX;

    TokenKey(Vertx vertx, VerificationKey key) {
        this.material = key;
        this.signatures = JWTAuth.create(
                vertx,
                new JWTAuthOptions()
                        .addPubSecKey(new PubSecKeyOptions()
                                .setAlgorithm(key.algorithm().name())
                                .setBuffer(Buffer.buffer(key.material())))
                        // The claims are checked by TokenVerifier, in one place, with a skew that Vert.x can't be told
                        // to apply to all.
                        .setJWTOptions(new JWTOptions().setIgnoreExpiration(true)));
    }

    Algorithm algorithm() {
        return material.algorithm();
    }

    VerificationKey material() {
        return material;
    }

    /** Fails if the signature isn't this key's. */
    Future<User> check(String token) {
        try {
            return signatures.authenticate(new TokenCredentials(token));
        } catch (RuntimeException e) {
            // Vert.x casts some claims before it looks at their type; a token that makes it fail is an invalid one.
            return Future.failedFuture(e);
        }
    }

    boolean isUsable(Instant now) {
        return now.isBefore(refusedFrom);
    }

    /** Stays as it is if the key is on its way out already. */
    void refuseFrom(Instant instant) {
        if (refusedFrom.equals(Instant.MAX)) {
            refusedFrom = instant;
        }
    }

    /** It is published after all. */
    void keep() {
        refusedFrom = Instant.MAX;
    }
}
