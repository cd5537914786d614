package io.tidegate.serving.ops;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.http.JsonBody;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Health and metrics on a port of their own.
 *
 * <ul>
 *   <li>{@code GET /health/live}: 200 while the process can answer.
 *   <li>{@code GET /health/ready}: 200 if every part that gates readiness is up and the gateway isn't stopping, else 503;
 *       {@code {"status":"ready","components":{"kafka":{"status":"up"},"clickhouse":{"status":"down","detail":"…"}}}}
 *   <li>{@code GET /metrics}: Prometheus text.
 * </ul>
 */
public final class OpsServer extends VerticleBase {

    private final GatewayConfig.Ops config;
    private final List<HealthCheck> checks;
    private final BooleanSupplier stopping;
    private final PrometheusMeterRegistry metrics;
    private HttpServer server;

    public OpsServer(
            GatewayConfig.Ops config,
            List<HealthCheck> checks,
            BooleanSupplier stopping,
            PrometheusMeterRegistry metrics) {
        this.config = config;
        this.checks = checks;
        this.stopping = stopping;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        router.get("/health/live").handler(context -> answer(context, 200, "{\"status\":\"live\"}"));
        router.get("/health/ready").handler(this::ready);
        router.get("/metrics").handler(this::metrics);
        server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .requestHandler(router);
        return server.listen(config.port(), config.host());
    }

    @Override
    public Future<?> stop() {
        return server.shutdown(1, TimeUnit.SECONDS);
    }

    /** The port it listens on, once started. */
    public int port() {
        return server.actualPort();
    }

    private void ready(RoutingContext context) {
        boolean[] ready = {!stopping.getAsBoolean()};
        String status = ready[0] ? null : "stopping";
        var body = JsonBody.write(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("components");
            for (HealthCheck check : checks) {
                HealthCheck.Health health = check.health();
                ready[0] &= health.up() || !check.gatesReadiness();
                json.writeObjectFieldStart(check.name());
                json.writeStringField("status", health.up() ? "up" : "down");
                if (!health.detail().isEmpty()) {
                    json.writeStringField("detail", health.detail());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeStringField("status", status != null ? status : ready[0] ? "ready" : "not_ready");
            json.writeEndObject();
        });
        context.response()
                .setStatusCode(ready[0] ? 200 : 503)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body);
    }

    private void metrics(RoutingContext context) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .end(metrics.scrape());
    }

    private static void answer(RoutingContext context, int status, String json) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(json);
    }
}
