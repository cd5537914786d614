package io.tidegate.serving.counters;

import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.ops.HealthCheck;
import io.tidegate.serving.push.PushHub;
import io.tidegate.serving.push.TopicReader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;

/**
 * {@code GET /api/v1/posts/{postId}/counters} and {@code GET /api/v1/leaderboards/posts}; any valid token without a tenant: the numbers are
 * those of all tenants together.
 *
 * <p>Until the topic has been read once from its beginning: 503 with Retry-After, and the gateway isn't ready.
 */
public final class CountersModule implements RouteModule {

    private static final int DEFAULT_LIMIT = 10;
    private static final int MAX_LIMIT = 100;
    private static final int MAX_ID_LENGTH = 128;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final CounterStore store;
    private final TopicReader reader;

    /**
     * Also makes the counters the hub's source of the newest values.
     *
     * @param clientId distinguishes this process on the broker
     */
    public CountersModule(Vertx vertx, PushHub hub, MeterRegistry registry, String bootstrapServers, String clientId) {
        this.store = new CounterStore(hub, registry);
        this.reader = new TopicReader(
                vertx,
                new TopicReader.Options(
                        bootstrapServers,
                        Topics.COUNTERS,
                        clientId + "-counters",
                        TopicReader.Start.BEGINNING,
                        TopicReader.Isolation.READ_UNCOMMITTED),
                store,
                hub.metrics());
        hub.states(store);
    }

    @Override
    public Future<Void> start() {
        reader.start();
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return reader.stop();
    }

    @Override
    public void mount(Router router, Auth auth) {
        router.get("/api/v1/posts/:postId/counters")
                .handler(auth.authenticated())
                .handler(Auth.allTenants())
                .handler(this::postCounters);
        router.get("/api/v1/leaderboards/posts")
                .handler(auth.authenticated())
                .handler(Auth.allTenants())
                .handler(this::leaderboard);
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return List.of(new HealthCheck() {
            @Override
            public String name() {
                return "counters";
            }

            @Override
            public boolean gatesReadiness() {
                return true;
            }

            @Override
            public Health health() {
                return store.isReady() ? Health.UP : Health.down("the counters topic is still being read");
            }
        });
    }

    private void postCounters(RoutingContext context) {
        String postId = context.pathParam("postId");
        if (postId.isEmpty()
                || postId.length() > MAX_ID_LENGTH
                || postId.chars().anyMatch(Character::isISOControl)) {
            badParameter("postId", "must be 1 to " + MAX_ID_LENGTH + " characters")
                    .send(context.response());
        } else {
            answer(context, JsonBody.write(store.post(postId)::write));
        }
    }

    private void leaderboard(RoutingContext context) {
        int limit = DEFAULT_LIMIT;
        String text = context.request().getParam("limit");
        if (text != null) {
            try {
                limit = Integer.parseInt(text);
            } catch (NumberFormatException e) {
                limit = 0;
            }
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            badParameter("limit", "must be a whole number from 1 to " + MAX_LIMIT)
                    .send(context.response());
            return;
        }
        List<PostCount> best = store.leaderboard();
        List<PostCount> shown = best.subList(0, Math.min(limit, best.size()));
        answer(context, JsonBody.write(json -> {
            json.writeStartArray();
            for (PostCount count : shown) {
                count.write(json);
            }
            json.writeEndArray();
        }));
    }

    private void answer(RoutingContext context, Buffer body) {
        if (!store.isReady()) {
            Problem.of(503, "counters_loading", "The counters are still being read; try again in a moment.")
                    .retryAfter(RETRY_AFTER)
                    .send(context.response());
            return;
        }
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body);
    }

    private static Problem badParameter(String name, String rule) {
        return Problem.of(400, "invalid_parameter", name + " " + rule + ".")
                .with(json -> json.writeStringField("field", name));
    }
}
