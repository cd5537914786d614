package io.tidegate.serving;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.completeness.CompletenessModule;
import io.tidegate.serving.completeness.Ledger;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.console.ConsoleModule;
import io.tidegate.serving.counters.CountersModule;
import io.tidegate.serving.docs.DocsModule;
import io.tidegate.serving.grpc.GrpcApi;
import io.tidegate.serving.http.HttpApi;
import io.tidegate.serving.http.RequestGate;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.ingest.IngestRoutes;
import io.tidegate.serving.limits.BucketLimiter;
import io.tidegate.serving.limits.Limiter;
import io.tidegate.serving.limits.PeerResolver;
import io.tidegate.serving.limits.RequestLimits;
import io.tidegate.serving.notify.settings.NotifyApi;
import io.tidegate.serving.ops.ClickHouseProbe;
import io.tidegate.serving.ops.HealthCheck;
import io.tidegate.serving.ops.OpsServer;
import io.tidegate.serving.ops.ResponseCounts;
import io.tidegate.serving.push.ClickHouseArchive;
import io.tidegate.serving.push.PushHub;
import io.tidegate.serving.push.PushMetrics;
import io.tidegate.serving.push.PushModule;
import io.tidegate.serving.query.QueryModule;
import io.tidegate.serving.rules.RulesModule;
import io.tidegate.serving.status.StatusModule;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.net.BindException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway, assembled: features, the public server (one instance per event loop), the ops server.
 *
 * <p>Starting: ops first, so that {@code /health/live} answers while the rest comes up; features; then, once ready or after five
 * seconds, the public ports.
 * Stopping: readiness (and gRPC's health) false; a lame-duck time in which everything goes on, for whoever watches readiness; public
 * ports closed, requests in flight finished while features say goodbye to their listeners; then features let go of Kafka and
 * ClickHouse, the producer flushed; then Vert.x. Every step is bounded: the whole takes at most {@link #stopLimit}.
 */
public final class Gateway {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private static final Duration OPEN_AFTER = Duration.ofSeconds(5);
    private static final Duration READY_POLL = Duration.ofMillis(20);

    /** For what comes after draining: the producer's flush, pools, event loops. */
    private static final Duration LETTING_GO = Duration.ofSeconds(5);

    private final GatewayConfig config;
    private final PrometheusMeterRegistry metrics;
    private final Vertx vertx;
    private final Auth auth;
    private final Limiter limiter;
    private final ClickHouseProbe clickhouse;
    private final List<RouteModule> modules;
    private final OpsServer ops;
    private final AtomicInteger httpPort = new AtomicInteger();
    private volatile boolean listening;
    private volatile boolean stopping;
    private String httpDeployment;
    private GrpcApi grpc;

    private Gateway(GatewayConfig config) {
        this.config = config;
        this.metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        this.vertx = vertx(metrics);
        this.auth = new Auth(vertx, config.auth());
        this.limiter = new BucketLimiter(config.limits(), metrics);
        this.clickhouse = new ClickHouseProbe(vertx, config.clickhouse());
        this.modules = modules();
        this.ops = new OpsServer(config.ops(), healthChecks(), () -> stopping, metrics);
    }

    private List<HealthCheck> healthChecks() {
        List<HealthCheck> checks = new ArrayList<>(auth.healthChecks());
        modules.forEach(module -> checks.addAll(module.healthChecks()));
        checks.add(clickhouse);
        checks.add(publicPorts());
        return List.copyOf(checks);
    }

    /** The features, in the order in which they start; they stop in the opposite order. */
    private List<RouteModule> modules() {
        String servers = config.kafka().bootstrapServers();
        String clientId = "gateway-" + ProcessHandle.current().pid();
        PushHub hub = new PushHub(new PushMetrics(metrics));
        Ledger ledger = new Ledger();
        QueryModule queries = new QueryModule(
                config.clickhouse(),
                config.query(),
                ledger,
                config.completeness().settling(),
                metrics);
        return List.of(
                new ResponseCounts(metrics),
                IngestRoutes.create(vertx, config, limiter, metrics),
                new CountersModule(vertx, hub, metrics, servers, clientId),
                PushModule.create(
                        vertx,
                        config.push().drainedIn(config.shutdown().drain()),
                        hub,
                        servers,
                        clientId,
                        new ClickHouseArchive(config.clickhouse())),
                new RulesModule(
                        vertx,
                        config.rules(),
                        config.kafka().deliveryTimeout(),
                        metrics,
                        hub.metrics(),
                        servers,
                        clientId),
                queries,
                new CompletenessModule(
                        vertx,
                        config.completeness(),
                        ledger,
                        queries::completeness,
                        servers,
                        clientId,
                        metrics,
                        Clock.systemUTC()),
                new StatusModule(vertx, servers, clientId, metrics, queries::figures, this::healthChecks, this::ready),
                new DocsModule(),
                new NotifyApi(vertx, config.notifier(), servers, clientId, Clock.systemUTC()),
                new ConsoleModule(config.console().enabled()));
    }

    /**
     * Starts a gateway with a Vert.x of its own.
     *
     * @return the running gateway; fails with a {@link ConfigException} if a configured port or file is the reason
     */
    public static CompletableFuture<Gateway> start(GatewayConfig config) {
        Gateway gateway = new Gateway(config);
        CompletableFuture<Gateway> started = new CompletableFuture<>();
        gateway.start().onSuccess(done -> started.complete(gateway)).onFailure(failure -> gateway.stop()
                .whenComplete((stopped, ignored) -> started.completeExceptionally(failure)));
        return started;
    }

    /** Every public route, without serving any: for the test that holds them against the API's description. */
    static List<Route> routes(GatewayConfig config) {
        Gateway gateway = new Gateway(config);
        Router router = Router.router(gateway.vertx);
        gateway.modules.forEach(module -> module.mount(router, gateway.auth));
        List<Route> routes = router.getRoutes();
        gateway.stop().join();
        return routes;
    }

    private Future<Void> start() {
        bindJvmMetrics();
        clickhouse.start();
        Future<?> chain = vertx.deployVerticle(ops)
                .recover(failure -> Future.failedFuture(
                        portProblem("ops", config.ops().host(), config.ops().port(), failure)));
        chain = chain.compose(done -> auth.start());
        for (RouteModule module : modules) {
            chain = chain.compose(done -> module.start());
        }
        RequestGate gate = RequestLimits.gate(config.limits(), limiter);
        return chain.compose(done -> readyOrLate())
                .compose(done -> vertx.deployVerticle(
                        () -> new HttpApi(
                                config.http(),
                                modules,
                                auth,
                                gate,
                                config.shutdown().drain(),
                                httpPort),
                        new DeploymentOptions().setInstances(instances())))
                .recover(failure -> Future.failedFuture(
                        portProblem("http", config.http().host(), config.http().port(), failure)))
                .onSuccess(id -> httpDeployment = id)
                .compose(id -> startGrpc())
                .onSuccess(done -> listening = true);
    }

    /**
     * Waits for readiness, within limits: a proxy that notices by connecting sends requests as soon as a port is open, and after a
     * restart none of them should meet a gateway that doesn't know Kafka's partitions yet. If Kafka is away the ports open all
     * the same, for 503 is a better answer than none.
     */
    private Future<Void> readyOrLate() {
        Promise<Void> done = Promise.promise();
        long latest = System.nanoTime() + OPEN_AFTER.toNanos();
        vertx.setPeriodic(0, READY_POLL.toMillis(), timer -> {
            if (dependenciesUp() || System.nanoTime() - latest > 0) {
                vertx.cancelTimer(timer);
                done.tryComplete();
            }
        });
        return done.future();
    }

    /** Not ready before its ports are open: whoever restarts gateways one by one goes on to the next when this one is ready. */
    private HealthCheck publicPorts() {
        return new HealthCheck() {
            @Override
            public String name() {
                return "ports";
            }

            @Override
            public boolean gatesReadiness() {
                return true;
            }

            @Override
            public Health health() {
                return listening ? Health.UP : Health.down("the public ports aren't open yet");
            }
        };
    }

    private Future<Void> startGrpc() {
        grpc = new GrpcApi(
                vertx,
                config.grpc(),
                config.ingest().maxBodySize(),
                modules.stream()
                        .flatMap(module -> module.grpcServices().stream())
                        .toList(),
                auth,
                limiter,
                PeerResolver.of(config.limits()),
                this::ready);
        return grpc.start()
                .recover(failure -> Future.failedFuture(
                        portProblem("grpc", config.grpc().host(), config.grpc().port(), failure)));
    }

    /** Stops cleanly; see the class. Never fails: what can't be closed in time is left to the end of the process. */
    public CompletableFuture<Void> stop() {
        stopping = true;
        CompletableFuture<Void> settled = lameDuck()
                .compose(noticed -> drain())
                .compose(drained -> {
                    List<Future<?>> closing = new ArrayList<>();
                    for (int i = modules.size() - 1; i >= 0; i--) {
                        closing.add(modules.get(i).stop());
                    }
                    closing.add(clickhouse.stop());
                    closing.add(auth.stop());
                    return settled(closing);
                })
                .toCompletionStage()
                .toCompletableFuture();
        // From a thread of its own: on an event loop nobody would be left to tell that the event loops are gone.
        return settled.thenComposeAsync(
                        closed -> vertx.close().toCompletionStage(), task -> new Thread(task, "gateway-close").start())
                .handle((closed, failure) -> {
                    if (failure != null) {
                        LOG.warn("Vert.x didn't close cleanly", failure);
                    }
                    metrics.close();
                    return null;
                });
    }

    /** The longest that {@link #stop} can take. */
    public static Duration stopLimit(GatewayConfig config) {
        return config.shutdown().lameDuck().plus(config.shutdown().drain()).plus(LETTING_GO);
    }

    private Future<?> lameDuck() {
        boolean serving = httpDeployment != null;
        if (grpc != null) {
            grpc.announceStop();
        }
        Duration time = config.shutdown().lameDuck();
        return !serving || time.isZero()
                ? Future.succeededFuture()
                : vertx.timer(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Future<Void> drain() {
        List<Future<?>> draining = new ArrayList<>();
        if (httpDeployment != null) {
            draining.add(vertx.undeploy(httpDeployment));
        }
        if (grpc != null) {
            draining.add(grpc.stop(config.shutdown().drain()));
        }
        modules.forEach(module -> draining.add(module.drain()));
        return settled(draining);
    }

    /** Completes when all have, and fails never. */
    private static Future<Void> settled(List<Future<?>> futures) {
        return Future.join(futures)
                .<Void>mapEmpty()
                .onFailure(failure -> LOG.warn("Something didn't close cleanly", failure))
                .otherwiseEmpty();
    }

    /** True once every part that gates readiness is up. */
    public boolean ready() {
        return !stopping && listening && dependenciesUp();
    }

    private boolean dependenciesUp() {
        return Stream.concat(
                        auth.healthChecks().stream(),
                        modules.stream().flatMap(module -> module.healthChecks().stream()))
                .allMatch(check -> !check.gatesReadiness() || check.health().up());
    }

    public int httpPort() {
        return httpPort.get();
    }

    public int grpcPort() {
        return grpc.port();
    }

    public int opsPort() {
        return ops.port();
    }

    private int instances() {
        return config.http().instances() > 0
                ? config.http().instances()
                : Runtime.getRuntime().availableProcessors();
    }

    private void bindJvmMetrics() {
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        new ClassLoaderMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(metrics);
    }

    private static Vertx vertx(PrometheusMeterRegistry metrics) {
        // Vert.x's own HTTP metrics cost as much per request as a small request does; features measure their requests
        // themselves.
        MicrometerMetricsOptions options = new MicrometerMetricsOptions().setEnabled(true);
        for (MetricsDomain domain : MetricsDomain.values()) {
            if (domain != MetricsDomain.NAMED_POOLS) {
                options.addDisabledMetricsCategory(domain);
            }
        }
        return Vertx.builder()
                .with(new VertxOptions().setMetricsOptions(options))
                .withMetrics(new MicrometerMetricsFactory(metrics))
                .build();
    }

    private static Throwable portProblem(String section, String host, int port, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return new ConfigException(
                        section + ".port",
                        host + ":" + port + " can't be listened on (" + cause.getMessage() + ")",
                        failure);
            }
            if (cause instanceof UnknownHostException) {
                return new ConfigException(section + ".host", host + " is no address of this machine", failure);
            }
        }
        return failure;
    }
}
