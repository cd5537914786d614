package io.tidegate.serving.auth;

import io.tidegate.serving.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Turns a compact JWS into a {@link Principal}.
 *
 * <p>Before the signature is looked at: size, alphabet, the algorithm (bound to the key, so {@code none} and a public key used
 * as an HMAC secret are out), the key id, and no header parameter that points to a key elsewhere. Then Vert.x verifies the
 * signature. Then the claims: {@code exp} required, {@code nbf}, {@code iss}, {@code aud}, {@code sub}; 60 s skew.
 *
 * <p>Verified tokens are remembered until they expire: an ECDSA verification costs more than the whole rest of a small
 * request. The memory is keyed by the token's SHA-256 and bounded. Safe for use from every event loop.
 */
final class TokenVerifier {

    static final Duration CLOCK_SKEW = Duration.ofSeconds(60);
    static final int MAX_TOKEN_LENGTH = 8192;
    private static final int MAX_REMEMBERED = 4096;
    private static final int MAX_NAME_LENGTH = 128;

    private final GatewayConfig.Auth config;
    private final TokenKeys keys;
    private final Clock clock;
    private final ConcurrentHashMap<Digest, Verified> verified = new ConcurrentHashMap<>();

    /** Good as long as its key is. */
    private record Verified(Principal principal, TokenKey key) {}

    TokenVerifier(GatewayConfig.Auth config, TokenKeys keys, Clock clock) {
        this.config = config;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * @return the principal, or a failure that is an {@link InvalidTokenException}; complete on return unless the issuer has to be
     *     asked for its key
     */
    Future<Principal> verify(String token) {
        try {
            checkShape(token);
            Digest digest = Digest.of(token);
            Verified known = verified.get(digest);
            if (known != null && known.key().isUsable(clock.instant())) {
                checkExpiry(known.principal().expiresAt());
                return Future.succeededFuture(known.principal());
            }
            TokenHeader header = TokenHeader.parse(token.substring(0, token.indexOf('.')));
            Future<TokenKey> key = keys.find(header);
            return key.isComplete() && key.succeeded()
                    ? verify(token, digest, header, key.result())
                    : key.compose(found -> verify(token, digest, header, found));
        } catch (InvalidTokenException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Principal> verify(String token, Digest digest, TokenHeader header, TokenKey key) {
        if (!header.algorithm().equals(key.algorithm().name())) {
            return Future.failedFuture(new InvalidTokenException("the token's algorithm isn't accepted"));
        }
        return key.check(token)
                .transform(result -> result.succeeded()
                        ? principal(result.result(), digest, key)
                        : Future.failedFuture(
                                new InvalidTokenException("the token's signature or claims can't be verified")));
    }

    private static void checkShape(String token) throws InvalidTokenException {
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new InvalidTokenException("the token is too long");
        }
        int dots = 0;
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c == '.') {
                dots++;
            } else if (!(c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '-'
                    || c == '_')) {
                throw new InvalidTokenException("the token isn't a JWT");
            }
        }
        if (dots != 2) {
            throw new InvalidTokenException("the token isn't a JWT");
        }
    }

    private Future<Principal> principal(User user, Digest digest, TokenKey key) {
        try {
            JsonObject claims = user.attributes().getJsonObject("accessToken");
            if (claims == null) {
                throw new InvalidTokenException("the token has no claims");
            }
            Principal principal = new Principal(
                    name(claims, "sub", true), roles(claims), name(claims, "tenant", false), time(claims, "exp", true));
            checkExpiry(principal.expiresAt());
            if (time(claims, "nbf", false).isAfter(clock.instant().plus(CLOCK_SKEW))) {
                throw new InvalidTokenException("the token isn't valid yet");
            }
            if (!config.issuer().equals(claims.getValue("iss"))) {
                throw new InvalidTokenException("the token's issuer isn't accepted");
            }
            checkAudience(claims.getValue("aud"));
            remember(digest, new Verified(principal, key));
            return Future.succeededFuture(principal);
        } catch (InvalidTokenException e) {
            return Future.failedFuture(e);
        }
    }

    private void checkAudience(Object claim) throws InvalidTokenException {
        boolean meant = claim instanceof JsonArray several
                ? several.contains(config.audience())
                : config.audience().equals(claim);
        if (!meant) {
            throw new InvalidTokenException("the token is for another audience");
        }
    }

    private void checkExpiry(Instant expiresAt) throws InvalidTokenException {
        if (!clock.instant().isBefore(expiresAt.plus(CLOCK_SKEW))) {
            throw new InvalidTokenException("the token has expired");
        }
    }

    private static Instant time(JsonObject claims, String name, boolean required) throws InvalidTokenException {
        Object value = claims.getValue(name);
        if (value == null && !required) {
            return Instant.EPOCH;
        }
        if (!(value instanceof Number seconds)) {
            throw new InvalidTokenException("the token's claim " + name + " is missing or no number");
        }
        double bounded = Math.min(Math.max(seconds.doubleValue(), 0), 253_402_300_799.0);
        return Instant.ofEpochSecond((long) bounded);
    }

    private static String name(JsonObject claims, String claim, boolean required) throws InvalidTokenException {
        Object value = claims.getValue(claim);
        if (value == null && !required) {
            return "";
        }
        if (!(value instanceof String text)
                || text.isEmpty()
                || text.length() > MAX_NAME_LENGTH
                || text.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidTokenException("the token's claim " + claim + " is missing or isn't 1 to "
                    + MAX_NAME_LENGTH + " printable characters");
        }
        return text;
    }

    private static Set<Role> roles(JsonObject claims) throws InvalidTokenException {
        Object value = claims.getValue("roles");
        Set<Role> roles = EnumSet.noneOf(Role.class);
        if (value == null) {
            return roles;
        }
        if (!(value instanceof JsonArray names)) {
            throw new InvalidTokenException("the token's claim roles is no array");
        }
        for (Object name : names) {
            if (!(name instanceof String text)) {
                throw new InvalidTokenException("the token's claim roles holds something that is no text");
            }
            Role.ofWireName(text).ifPresent(roles::add);
        }
        return roles;
    }

    private void remember(Digest digest, Verified known) {
        if (verified.size() >= MAX_REMEMBERED) {
            Instant now = clock.instant();
            verified.values().removeIf(old -> old.principal().expiresAt().isBefore(now));
            if (verified.size() >= MAX_REMEMBERED) {
                verified.clear();
            }
        }
        verified.put(digest, known);
    }

    /** SHA-256 of a token, so that the tokens themselves aren't kept and a lookup tells nothing by its timing. */
    private record Digest(long a, long b, long c, long d) {

        static Digest of(String token) {
            try {
                ByteBuffer hash = ByteBuffer.wrap(
                        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.ISO_8859_1)));
                return new Digest(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
