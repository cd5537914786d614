package io.tidegate.serving.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickHouseAwayTest {

    @TempDir
    Path directory;

    @Test
    void whileClickHouseIsAwayOrFrozenQueriesFailAndThenWorkAgain() throws IOException {
        Vertx vertx = Vertx.vertx();
        try (ClickHouseProcess clickhouse = ClickHouseProcess.start(directory.resolve("clickhouse"))) {
            Migrations.apply(clickhouse.uri(), Path.of("../sql/clickhouse"));
            GatewayConfig.ClickHouse config = new GatewayConfig.ClickHouse(
                    clickhouse.uri(), "tidegate", "default", "", Duration.ofMillis(200), 2);
            QueryConfig nothingKept =
                    new QueryConfig(Duration.ZERO, DataSize.ofMebibytes(1), Duration.ZERO, QueryLimits.DEFAULT);
            QueryModule module = new QueryModule(
                    config,
                    nothingKept,
                    (from, to) -> Map.of(),
                    Duration.ofMinutes(1),
                    new SimpleMeterRegistry(),
                    Clock.systemUTC());
            try (TestGateway gateway = TestGateway.start(vertx, directory, module)) {
                String analyst = gateway.token("ana", "analyst");
                assertThat(gateway.get("/api/v1/alerts", analyst).statusCode()).isEqualTo(200);

                clickhouse.freeze();
                assertThat(gateway.get("/api/v1/alerts", analyst).statusCode()).isEqualTo(504);
                clickhouse.thaw();

                clickhouse.kill();
                HttpResponse<String> away = gateway.get("/api/v1/alerts", analyst);
                assertThat(away.statusCode()).as(away.body()).isEqualTo(503);
                assertThat(away.headers().firstValue("Retry-After")).isPresent();

                clickhouse.restart();
                assertThat(gateway.get("/api/v1/alerts", analyst).statusCode()).isEqualTo(200);
            }
        } finally {
            TestGateway.await(vertx.close());
        }
    }
}
