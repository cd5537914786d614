package io.tidegate.serving.ops;

import io.tidegate.serving.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Asks every shard of ClickHouse for {@code /ping} every two seconds. It doesn't gate readiness: without ClickHouse events still come in and go
 * out, only queries fail.
 */
public final class ClickHouseProbe implements HealthCheck {

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final List<RequestOptions> pings;
    private HttpClient client;
    private long timer;
    private volatile Health health = Health.down("not asked yet");

    public ClickHouseProbe(Vertx vertx, GatewayConfig.ClickHouse config) {
        this.vertx = vertx;
        this.pings = config.shards().stream().map(ClickHouseProbe::ping).toList();
    }

    private static RequestOptions ping(URI shard) {
        boolean tls = "https".equals(shard.getScheme());
        return new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(shard.getHost())
                .setPort(shard.getPort() > 0 ? shard.getPort() : tls ? 8443 : 8123)
                .setSsl(tls)
                .setURI("/ping")
                .setTimeout(TIMEOUT.toMillis());
    }

    public void start() {
        client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout((int) TIMEOUT.toMillis()));
        timer = vertx.setPeriodic(0, INTERVAL.toMillis(), id -> ask());
    }

    public Future<Void> stop() {
        if (client == null) {
            return Future.succeededFuture();
        }
        vertx.cancelTimer(timer);
        return client.close();
    }

    private void ask() {
        List<Future<Health>> shards = pings.stream().map(this::ask).toList();
        Future.join(shards)
                .onSuccess(all -> health = shards.stream()
                        .map(Future::result)
                        .filter(shard -> shard != Health.UP)
                        .findFirst()
                        .orElse(Health.UP));
    }

    private Future<Health> ask(RequestOptions ping) {
        String where = pings.size() == 1 ? "" : ping.getHost() + ":" + ping.getPort() + ": ";
        return client.request(ping)
                .compose(request -> request.send())
                .compose(response -> response.end().map(response.statusCode()))
                .map(status -> status == 200 ? Health.UP : Health.down(where + "HTTP " + status))
                .otherwise(failure -> Health.down(where + failure.getClass().getSimpleName()));
    }

    @Override
    public String name() {
        return "clickhouse";
    }

    @Override
    public boolean gatesReadiness() {
        return false;
    }

    @Override
    public Health health() {
        return health;
    }
}
