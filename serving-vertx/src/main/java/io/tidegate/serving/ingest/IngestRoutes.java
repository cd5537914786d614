package io.tidegate.serving.ingest;

import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.limits.Limiter;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.List;

/** Accepting events: {@code POST /api/v1/events} and gRPC {@code EventService}; see {@code docs/api.md} and {@code docs/grpc.md}. */
public final class IngestRoutes implements RouteModule {

    static final String PATH = "/api/v1/events";

    private final Vertx vertx;
    private final GatewayConfig.Ingest config;
    private final Clock clock;
    private final EventLog log;
    private final Limiter limiter;
    private final IngestMetrics metrics;
    private final Ingest ingest;
    private final UploadBudget budget;
    private final WorkerExecutor decoders;

    /** With Kafka behind it. */
    public static IngestRoutes create(Vertx vertx, GatewayConfig config, Limiter limiter, MeterRegistry registry) {
        IngestMetrics metrics = new IngestMetrics(registry);
        EventLog log = new KafkaEventLog(vertx, config.kafka(), config.ingest().maxInFlight(), metrics);
        return new IngestRoutes(vertx, config.ingest(), metrics, Clock.systemUTC(), log, limiter);
    }

    IngestRoutes(Vertx vertx, GatewayConfig.Ingest config, IngestMetrics metrics, Clock clock, EventLog log) {
        this(vertx, config, metrics, clock, log, Limiter.unlimited());
    }

    IngestRoutes(
            Vertx vertx,
            GatewayConfig.Ingest config,
            IngestMetrics metrics,
            Clock clock,
            EventLog log,
            Limiter limiter) {
        this.clock = clock;
        this.limiter = limiter;
        this.vertx = vertx;
        this.config = config;
        this.metrics = metrics;
        this.log = log;
        this.budget = new UploadBudget(config.maxInFlight().bytes());
        metrics.watch(budget);
        this.ingest = new Ingest(config, log, metrics, clock);
        this.decoders = vertx.createSharedWorkerExecutor(
                "ingest-decode", Math.max(2, Runtime.getRuntime().availableProcessors()));
    }

    @Override
    public void mount(Router router, Auth auth) {
        Uploads uploads = new Uploads(vertx, config, ingest, metrics, budget, decoders);
        router.post(PATH)
                .handler(auth.require(Role.PRODUCER, Role.IMPORTER, Role.ADMIN))
                .handler(uploads::take);
    }

    @Override
    public List<ServerServiceDefinition> grpcServices() {
        return List.of(new PublishService(ingest, metrics, budget, decoders, limiter, clock).definition());
    }

    @Override
    public Future<Void> start() {
        return log.start();
    }

    @Override
    public Future<Void> stop() {
        return log.stop().eventually(decoders::close);
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return List.of(log.healthCheck());
    }
}
