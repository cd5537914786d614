package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.http.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code GET /api/v1/feed}, one channel as Server-Sent Events, and {@code GET /api/v1/presence}. Any valid token. */
final class FeedRoutes {

    private static final Set<String> PARAMETERS = Set.of("channel", "cursor", "severity", "rule", "subject");
    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final Vertx vertx;
    private final PushConfig config;
    private final PushHub hub;
    private final PushShard shard;

    FeedRoutes(Vertx vertx, PushConfig config, PushHub hub, PushShard shard) {
        this.vertx = vertx;
        this.config = config;
        this.hub = hub;
        this.shard = shard;
    }

    void mount(Router router, Auth auth) {
        router.get("/api/v1/feed").handler(auth.authenticated()).handler(this::feed);
        router.get("/api/v1/presence")
                .handler(auth.authenticated())
                .handler(Auth.allTenants())
                .handler(this::presence);
    }

    private void feed(RoutingContext routing) {
        Principal who = Auth.principal(routing);
        Wanted wanted;
        try {
            wanted = wanted(who, routing);
        } catch (Wanted.RefusedException e) {
            refusal(e.error()).send(routing.response());
            return;
        }
        HttpServerResponse response = routing.response();
        response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                // nginx would collect what comes in drops.
                .putHeader("X-Accel-Buffering", "no");
        EventStreamOutlet outlet = new EventStreamOutlet(
                vertx, response, () -> routing.request().connection().close(), config.closeTimeout());
        FeedSession session = new FeedSession(vertx, config, hub, shard, outlet);
        response.closeHandler(ignored -> session.closed());
        response.exceptionHandler(ignored -> session.closed());
        response.drainHandler(ignored -> session.drained());
        outlet.heartbeat();
        session.openAs(who);
        session.subscribe(wanted);
    }

    private static Wanted wanted(Principal who, RoutingContext routing) throws Wanted.RefusedException {
        MultiMap parameters = routing.queryParams();
        if (!PARAMETERS.containsAll(parameters.names())
                || parameters.getAll("channel").size() != 1
                || parameters.getAll("cursor").size() > 1) {
            throw new Wanted.RefusedException(PushError.BAD_MESSAGE, null);
        }
        String lastEventId = routing.request().getHeader(LAST_EVENT_ID);
        Filter filter =
                new Filter(values(parameters, "severity"), values(parameters, "rule"), values(parameters, "subject"));
        return Wanted.of(
                who,
                parameters.get("channel"),
                lastEventId != null && !lastEventId.isEmpty() ? lastEventId : parameters.get("cursor"),
                filter);
    }

    private static Set<String> values(MultiMap parameters, String name) {
        return new HashSet<>(parameters.getAll(name));
    }

    private static Problem refusal(PushError error) {
        return switch (error) {
            case FORBIDDEN -> Problem.of(403, error.code(), "The token doesn't allow to read this channel.");
            case BAD_CHANNEL ->
                Problem.of(400, error.code(), "No channel can have this name.")
                        .with(json -> json.writeStringField("field", "channel"));
            case BAD_CURSOR ->
                Problem.of(400, error.code(), "Not a cursor of this channel.")
                        .with(json -> json.writeStringField("field", "cursor"));
            case BAD_FILTER ->
                Problem.of(400, error.code(), "severity, rule and subject are for alerts: at most 32 values of each.");
            default ->
                Problem.of(
                        400,
                        "invalid_parameter",
                        "The parameters are channel (once), cursor, severity, rule and subject.");
        };
    }

    private void presence(RoutingContext routing) {
        routing.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(DataJson.encode(this::writePresence)));
    }

    private void writePresence(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("connections", hub.metrics().openSockets());
        json.writeObjectFieldStart("listeners");
        for (Map.Entry<Channel.Family, Integer> family : hub.listenersByFamily().entrySet()) {
            json.writeNumberField(family.getKey().name().toLowerCase(Locale.ROOT), family.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
