package io.tidegate.serving.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.contracts.v1.Event;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Ingest with a log in memory, for tests of what stands in front of it. */
public final class TestIngest {

    private final FakeEventLog log = new FakeEventLog();
    private final RouteModule module;

    public TestIngest(Vertx vertx, MeterRegistry metrics) {
        GatewayConfig.Ingest config = new GatewayConfig.Ingest(
                DataSize.ofMebibytes(1),
                DataSize.ofMebibytes(2),
                2000,
                Duration.ofDays(30),
                Duration.ofMinutes(5),
                Instant.parse("2000-01-01T00:00:00Z"),
                DataSize.ofMebibytes(4),
                Duration.ofSeconds(5));
        this.module = new IngestRoutes(vertx, config, new IngestMetrics(metrics), Clock.systemUTC(), log);
    }

    public RouteModule module() {
        return module;
    }

    /** What is stored. */
    public List<Event> events() {
        return log.events();
    }
}
