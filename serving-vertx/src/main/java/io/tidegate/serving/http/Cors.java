package io.tidegate.serving.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Which pages of other origins may call the API: those of an exact list. All others get no permission, which is all it takes;
 * nothing is refused, because requests of the gateway's own page carry an Origin too. There are no cookies, so there are no
 * credentials to allow and no request to forge.
 */
final class Cors {

    private static final String METHODS = "GET, POST, PUT, DELETE";
    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID";
    private static final String RESPONSE_HEADERS =
            "ETag, Link, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Next-Cursor";
    private static final String MAX_AGE_SECONDS = "600";

    private final Set<String> allowed;

    Cors(Set<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /** Gives the permission, whatever the answer will be: a page should see why it is refused, too. */
    void permit(RoutingContext context) {
        if (allowed.isEmpty()) {
            return;
        }
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = context.request().getHeader(HttpHeaders.ORIGIN);
        if (origin != null && allowed.contains(origin)) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS);
        }
    }

    /**
     * Answers the browser's question beforehand.
     *
     * @return false if it was one, which is then answered
     */
    boolean pass(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        if (request.method() != HttpMethod.OPTIONS
                || !response.headers().contains(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN)
                || !request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)) {
            return true;
        }
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
                .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS)
                .setStatusCode(204)
                .end();
        return false;
    }
}
