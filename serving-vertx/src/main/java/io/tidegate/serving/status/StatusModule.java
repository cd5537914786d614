package io.tidegate.serving.status;

import com.fasterxml.jackson.core.JsonGenerator;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.ops.HealthCheck;
import io.tidegate.serving.push.DataJson;
import io.tidegate.serving.query.StoreFigures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /api/v1/status}; role analyst or admin. Its shape is in openapi.yaml. */
public final class StatusModule implements RouteModule {

    private static final Logger LOG = LoggerFactory.getLogger(StatusModule.class);
    /** How old what other systems say may be: however many pages are open, they are asked this seldom. */
    private static final Duration KEEP = Duration.ofSeconds(5);

    /** A page rather shows what is known than waits for what isn't. */
    private static final Duration WAIT = Duration.ofSeconds(3);

    private final Vertx vertx;
    private final Meters meters;
    private final Supplier<CompletableFuture<StoreFigures>> store;
    private final Supplier<List<HealthCheck>> health;
    private final BooleanSupplier ready;
    private final Supplier<ConsumerLag> connect;
    private final AsyncCache<String, StoreFigures> figures = cache();
    private final AsyncCache<String, List<ConsumerLag.Lag>> lags = cache();
    private ConsumerLag lag;
    private long timer;

    /**
     * @param store asks ClickHouse
     * @param health everything that {@code /health/ready} knows
     */
    public StatusModule(
            Vertx vertx,
            String bootstrapServers,
            String clientId,
            MeterRegistry registry,
            Supplier<CompletableFuture<StoreFigures>> store,
            Supplier<List<HealthCheck>> health,
            BooleanSupplier ready) {
        this.vertx = vertx;
        this.meters = new Meters(registry);
        this.store = store;
        this.health = health;
        this.ready = ready;
        this.connect = () -> new ConsumerLag(bootstrapServers, clientId);
    }

    private static <V> AsyncCache<String, V> cache() {
        return Caffeine.newBuilder().maximumSize(1).expireAfterWrite(KEEP).buildAsync();
    }

    @Override
    public Future<Void> start() {
        meters.sample();
        timer = vertx.setPeriodic(Meters.SAMPLE_EVERY.toMillis(), id -> meters.sample());
        // Making a Kafka client reads and resolves: not on an event loop.
        return vertx.executeBlocking(() -> {
            lag = connect.get();
            return null;
        });
    }

    @Override
    public Future<Void> stop() {
        vertx.cancelTimer(timer);
        return lag == null
                ? Future.succeededFuture()
                : vertx.executeBlocking(() -> {
                    lag.close();
                    return null;
                });
    }

    @Override
    public void mount(Router router, Auth auth) {
        router.get("/api/v1/status")
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(Auth.allTenants())
                .handler(this::answer);
    }

    private void answer(RoutingContext context) {
        CompletableFuture<Optional<StoreFigures>> stored =
                orNothing("ClickHouse", figures.get("", (key, executor) -> store.get()));
        CompletableFuture<Optional<List<ConsumerLag.Lag>>> lagging =
                orNothing("Kafka", lags.get("", (key, executor) -> lag.read()));
        Future.fromCompletionStage(
                        stored.thenCombine(lagging, this::json), context.vertx().getOrCreateContext())
                .onSuccess(body -> {
                    if (!context.response().closed()) {
                        context.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                                .end(body);
                    }
                })
                .onFailure(context::fail);
    }

    /** The wait ends for this request alone: whoever else waits for the same answer goes on. */
    private static <T> CompletableFuture<Optional<T>> orNothing(String what, CompletableFuture<T> answer) {
        return answer.thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    LOG.debug("{} doesn't say how it is: {}", what, failure.toString());
                    return Optional.empty();
                });
    }

    private Buffer json(Optional<StoreFigures> stored, Optional<List<ConsumerLag.Lag>> lagging) {
        Meters.Reading reading = meters.read();
        return JsonBody.write(2048, json -> {
            json.writeStartObject();
            json.writeStringField("at", DataJson.time(System.currentTimeMillis()));
            gateway(json, reading);
            ingest(json, reading);
            push(json, reading);
            consumers(json, lagging);
            store(json, stored);
            latency(json, stored.flatMap(StoreFigures::latency));
            json.writeEndObject();
        });
    }

    private void gateway(JsonGenerator json, Meters.Reading reading) throws IOException {
        json.writeObjectFieldStart("gateway");
        json.writeBooleanField("ready", ready.getAsBoolean());
        json.writeNumberField(
                "uptimeSeconds",
                TimeUnit.MILLISECONDS.toSeconds(
                        ManagementFactory.getRuntimeMXBean().getUptime()));
        json.writeNumberField("windowSeconds", reading.windowSeconds());
        json.writeArrayFieldStart("components");
        for (HealthCheck check : health.get()) {
            HealthCheck.Health state = check.health();
            json.writeStartObject();
            json.writeStringField("name", check.name());
            json.writeStringField("status", state.up() ? "up" : "down");
            json.writeBooleanField("gatesReadiness", check.gatesReadiness());
            if (!state.detail().isEmpty()) {
                json.writeStringField("detail", state.detail());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void ingest(JsonGenerator json, Meters.Reading reading) throws IOException {
        json.writeObjectFieldStart("ingest");
        json.writeNumberField("accepted", reading.accepted());
        json.writeNumberField("rejected", reading.rejected());
        json.writeNumberField("acceptedPerSecond", reading.acceptedPerSecond());
        json.writeNumberField("rejectedPerSecond", reading.rejectedPerSecond());
        Percentiles.write(json, "acknowledgement", reading.acknowledgement());
        json.writeEndObject();
    }

    private static void push(JsonGenerator json, Meters.Reading reading) throws IOException {
        json.writeObjectFieldStart("push");
        json.writeNumberField("sockets", reading.sockets());
        json.writeNumberField("subscriptions", reading.subscriptions());
        json.writeNumberField("delivered", reading.delivered());
        json.writeNumberField("deliveredPerSecond", reading.deliveredPerSecond());
        json.writeEndObject();
    }

    private static void consumers(JsonGenerator json, Optional<List<ConsumerLag.Lag>> lagging) throws IOException {
        if (lagging.isEmpty()) {
            json.writeNullField("consumers");
            return;
        }
        json.writeArrayFieldStart("consumers");
        for (ConsumerLag.Lag one : lagging.get()) {
            json.writeStartObject();
            json.writeStringField("group", one.group());
            json.writeStringField("topic", one.topic());
            json.writeNumberField("lag", one.records());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void store(JsonGenerator json, Optional<StoreFigures> stored) throws IOException {
        if (stored.isEmpty()) {
            json.writeNullField("store");
            return;
        }
        json.writeObjectFieldStart("store");
        json.writeNumberField("eventsLastMinute", stored.get().eventsLastMinute());
        json.writeNumberField("alertsLastHour", stored.get().alertsLastHour());
        json.writeStringField(
                "newestEventAt",
                stored.get()
                        .newestEventAt()
                        .map(at -> DataJson.time(at.toEpochMilli()))
                        .orElse(null));
        json.writeEndObject();
    }

    private static void latency(JsonGenerator json, Optional<StoreFigures.Latency> latency) throws IOException {
        if (latency.isEmpty()) {
            json.writeNullField("latency");
            return;
        }
        json.writeObjectFieldStart("latency");
        json.writeNumberField("alerts", latency.get().alerts());
        Percentiles.write(json, "eventToAlert", latency.map(it -> new Percentiles(it.p50(), it.p95(), it.p99())));
        json.writeEndObject();
    }
}
