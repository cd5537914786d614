package io.tidegate.serving.auth;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.limits.RequestLimits;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Authentication and role checks for every transport. One object per process, safe to use from every event loop.
 *
 * <p>Routes put {@link #require} or {@link #authenticated} in front of their handler and read {@link #principal} behind it; the
 * WebSocket calls {@link #authenticate} with the token of its {@code auth} frame.
 */
public final class Auth {

    private static final String PRINCIPAL = "io.tidegate.principal";
    private static final String BEARER = "Bearer ";
    private static final String CHALLENGE = "Bearer realm=\"tidegate\"";
    private static final Set<String> TOKEN_PARAMETERS =
            Set.of("access_token", "token", "id_token", "jwt", "authorization");

    private final TokenKeys keys;
    private final TokenVerifier verifier;

    public Auth(Vertx vertx, GatewayConfig.Auth config) {
        this(vertx, config, Clock.systemUTC());
    }

    Auth(Vertx vertx, GatewayConfig.Auth config, Clock clock) {
        this.keys = config.jwks().isPresent()
                ? new PublishedKeys(vertx, config.jwks().get(), clock)
                : new ConfiguredKey(
                        new TokenKey(
                                vertx,
                                VerificationKey.load(
                                        config.algorithm(), config.keyFile().orElseThrow())),
                        config.keyId());
        this.verifier = new TokenVerifier(config, keys, clock);
    }

    /** Gets published keys, where that is configured. Never fails: the health check tells how it went. */
    public Future<Void> start() {
        return keys.start();
    }

    public Future<Void> stop() {
        return keys.stop();
    }

    /** What the gateway needs to tell who somebody is. */
    public List<HealthCheck> healthChecks() {
        return keys.healthChecks();
    }

    /**
     * Verifies a token that came by another way than the {@code Authorization} header.
     *
     * @return the principal, or a failed future with an {@link InvalidTokenException}
     */
    public Future<Principal> authenticate(String token) {
        return verifier.verify(token);
    }

    /** The token of the {@code Authorization: Bearer} header, if there is one. */
    public static Optional<String> bearerToken(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.empty();
        }
        return Optional.of(header.substring(BEARER.length()).trim());
    }

    /** True if the URL carries a token. Such a request is refused whatever else it has: URLs end up in logs and histories. */
    public static boolean tokenInQuery(HttpServerRequest request) {
        if (request.query() == null) {
            return false;
        }
        for (String name : request.params().names()) {
            for (String forbidden : TOKEN_PARAMETERS) {
                if (forbidden.equalsIgnoreCase(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A handler that lets any valid token pass and answers 401 otherwise. */
    public Handler<RoutingContext> authenticated() {
        return context -> check(context, Set.of());
    }

    /** A handler that lets a valid token with at least one of the roles pass; 401 without a token, 403 without the role. */
    public Handler<RoutingContext> require(Role... anyOf) {
        Set<Role> roles = Set.of(anyOf);
        return context -> check(context, roles);
    }

    /**
     * A handler behind {@link #require} or {@link #authenticated}, for what isn't kept apart by tenant: 403 to whoever has one, since the
     * answer would be made of the data of others.
     */
    public static Handler<RoutingContext> allTenants() {
        return context -> {
            if (principal(context).tenant().isEmpty()) {
                context.next();
            } else {
                Problem.of(
                                403,
                                "not_by_tenant",
                                "This isn't kept apart by tenant; a token with a tenant can't have it.")
                        .send(context.response());
            }
        };
    }

    /** The principal that {@link #require} or {@link #authenticated} put there. */
    public static Principal principal(RoutingContext context) {
        Principal principal = context.get(PRINCIPAL);
        if (principal == null) {
            throw new IllegalStateException("no authentication handler in front of this route");
        }
        return principal;
    }

    /** The answer to a token that isn't accepted. */
    public static Problem unauthorized(String detail) {
        return Problem.of(401, "invalid_token", detail)
                .header("WWW-Authenticate", CHALLENGE + ", error=\"invalid_token\"");
    }

    private void check(RoutingContext context, Set<Role> anyOf) {
        if (tokenInQuery(context.request())) {
            Problem.of(401, "token_in_query", "Send the token in the Authorization header, never in the URL.")
                    .header("WWW-Authenticate", CHALLENGE + ", error=\"invalid_request\"")
                    .send(context.response());
            return;
        }
        Optional<String> token = bearerToken(context.request());
        if (token.isEmpty()) {
            Problem.of(401, "missing_token", "Send a token: Authorization: Bearer <JWT>.")
                    .header("WWW-Authenticate", CHALLENGE)
                    .send(context.response());
            return;
        }
        Future<Principal> verified = verifier.verify(token.get());
        if (!verified.isComplete()) {
            // The body mustn't run past while we wait.
            context.request().pause();
            verified.onComplete(result -> {
                context.request().resume();
                decide(context, verified, anyOf);
            });
            return;
        }
        decide(context, verified, anyOf);
    }

    private static void decide(RoutingContext context, Future<Principal> verified, Set<Role> anyOf) {
        if (verified.failed()) {
            String detail = verified.cause() instanceof InvalidTokenException invalid
                    ? invalid.getMessage()
                    : "the token can't be verified";
            unauthorized(detail).send(context.response());
            return;
        }
        Principal principal = verified.result();
        if (!anyOf.isEmpty() && !principal.hasAny(anyOf)) {
            String needed = anyOf.stream().map(Role::wireName).sorted().collect(Collectors.joining(", "));
            Problem.of(403, "missing_role", "This needs one of the roles: " + needed + ".")
                    .header("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\"")
                    .send(context.response());
            return;
        }
        context.put(PRINCIPAL, principal);
        if (RequestLimits.of(context).identified(context.response(), principal)) {
            context.next();
        }
    }
}
