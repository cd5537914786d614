package io.tidegate.serving.limits;

import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.config.Durations;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.http.RequestGate;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The limits of one HTTP request, from its arrival to its answer; kept in its routing context.
 *
 * <p>Every answer says in {@code RateLimit-Limit}, {@code RateLimit-Remaining} and {@code RateLimit-Reset} (seconds) how the request
 * limit stands that is closest to its end. A refusal is 429 with {@code Retry-After}, and the three headers speak of the limit
 * that refused, whatever its unit; members {@code scope} and {@code unit} name it.
 */
public final class RequestLimits {

    private static final String KEY = "io.tidegate.limits";
    private static final CharSequence LIMIT = HttpHeaders.createOptimized("ratelimit-limit");
    private static final CharSequence REMAINING = HttpHeaders.createOptimized("ratelimit-remaining");
    private static final CharSequence RESET = HttpHeaders.createOptimized("ratelimit-reset");

    private static final RequestLimits NONE =
            new RequestLimits(Limiter.unlimited(), Duration.ofMinutes(1), PeerAddress.LOCAL);

    private final Limiter limiter;
    private final Duration period;
    private final PeerAddress peer;
    private Limiter.Decision tightest = Limiter.Decision.FREE;

    private RequestLimits(Limiter limiter, Duration period, PeerAddress peer) {
        this.limiter = limiter;
        this.period = period;
        this.peer = peer;
    }

    /** Counts every request of the HTTP server for its address, and makes its limits available to {@link #of}. */
    public static RequestGate gate(LimitsConfig config, Limiter limiter) {
        PeerResolver peers = PeerResolver.of(config);
        return context -> {
            PeerAddress peer = peers.resolve(context.request());
            RequestLimits limits = new RequestLimits(limiter, config.period(), peer);
            context.put(KEY, limits);
            return limits.passed(context.response(), limiter.admit(peer, Optional.empty(), 0, 0));
        };
    }

    /** Those of this request; unlimited if nobody counted its arrival. */
    public static RequestLimits of(RoutingContext context) {
        RequestLimits limits = context.get(KEY);
        return limits == null ? NONE : limits;
    }

    /** Who the request comes from, as far as limits tell. */
    public PeerAddress peer() {
        return peer;
    }

    /**
     * Counts the request for its subject and tenant.
     *
     * @return false if the request has been answered with 429
     */
    public boolean identified(HttpServerResponse response, Principal who) {
        return passed(response, limiter.admit(peer, Optional.of(who), 0, 0));
    }

    /**
     * Counts what the request announces to bring.
     *
     * @return the answer if it may not
     */
    public Optional<Problem> bring(Principal who, int events, long bytes) {
        Limiter.Decision decision =
                limiter.admit(peer, Optional.of(who), events, (int) Math.min(bytes, Integer.MAX_VALUE));
        return decision.admitted() ? Optional.empty() : Optional.of(refusal(decision));
    }

    /** Counts what the request brought beyond what it had announced. */
    public void broughtMore(Principal who, int events, long bytes) {
        if (events > 0 || bytes > 0) {
            limiter.charge(who, Math.max(0, events), (int) Math.min(Math.max(0, bytes), Integer.MAX_VALUE));
        }
    }

    private boolean passed(HttpServerResponse response, Limiter.Decision decision) {
        if (!decision.admitted()) {
            refusal(decision).send(response);
            return false;
        }
        if (decision.limited() && (!tightest.limited() || decision.share() < tightest.share())) {
            tightest = decision;
            response.putHeader(LIMIT, Long.toString(decision.limit()));
            response.putHeader(REMAINING, Long.toString(decision.remaining()));
            response.putHeader(RESET, Long.toString(decision.resetSeconds()));
        }
        return true;
    }

    private Problem refusal(Limiter.Decision decision) {
        String scope = decision.scope().name().toLowerCase(Locale.ROOT);
        String unit = decision.unit().name().toLowerCase(Locale.ROOT);
        String owner = decision.scope() == Limiter.Scope.IP ? "address" : scope;
        return Problem.of(
                        429,
                        "rate_limited",
                        "This " + owner + " may use " + decision.limit() + " " + unit + " in "
                                + Durations.format(period) + ", and has. Try again in " + decision.retryAfterSeconds()
                                + " s.")
                .header("RateLimit-Limit", Long.toString(decision.limit()))
                .header("RateLimit-Remaining", Long.toString(decision.remaining()))
                .header("RateLimit-Reset", Long.toString(decision.resetSeconds()))
                .retryAfter(Duration.ofSeconds(decision.retryAfterSeconds()))
                .with(json -> {
                    json.writeStringField("scope", scope);
                    json.writeStringField("unit", unit);
                });
    }
}
