package io.tidegate.dev.demo.traffic;

import io.tidegate.dev.demo.auth.TokenIssuer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/** A producer's token that is renewed in good time. Thread-safe. */
final class BearerToken {

    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final Duration RENEW_AFTER = Duration.ofMinutes(45);

    private final TokenIssuer issuer;

    // Guarded by this.
    private String token;
    private long issuedNanos;

    BearerToken(TokenIssuer issuer) {
        this.issuer = issuer;
    }

    /** The value of the header {@code Authorization}. */
    synchronized String header() {
        if (token == null || System.nanoTime() - issuedNanos > RENEW_AFTER.toNanos()) {
            try {
                token = issuer.issue("demo-traffic", List.of("producer"), LIFETIME);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("No token for the demo traffic", e);
            }
            issuedNanos = System.nanoTime();
        }
        return "Bearer " + token;
    }
}
