package io.tidegate.dev.chaos;

import io.tidegate.dev.demo.auth.TokenIssuer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Tokens that are renewed in good time. */
public final class Tokens {

    private static final Duration LIFETIME = Duration.ofHours(4);
    private static final Duration RENEW_AFTER = Duration.ofHours(2);

    private final TokenIssuer issuer;

    public Tokens(TokenIssuer issuer) {
        this.issuer = issuer;
    }

    /** For one who comes with one role; may be called from several threads. */
    public Supplier<String> of(String subject, String role) {
        return new Supplier<>() {
            private String token;
            private long issuedNanos;

            @Override
            public synchronized String get() {
                if (token == null || System.nanoTime() - issuedNanos > RENEW_AFTER.toNanos()) {
                    try {
                        token = issuer.issue(subject, List.of(role), LIFETIME);
                    } catch (GeneralSecurityException e) {
                        throw new IllegalStateException("No token for " + subject, e);
                    }
                    issuedNanos = System.nanoTime();
                }
                return token;
            }
        };
    }
}
