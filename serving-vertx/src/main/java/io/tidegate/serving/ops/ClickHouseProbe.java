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

/**
 * Asks ClickHouse's {@code /ping} every two seconds. It doesn't gate readiness: without ClickHouse events still come in and go
 * out, only queries fail.
 */
public final class ClickHouseProbe implements HealthCheck {

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final RequestOptions ping;
    private HttpClient client;
    private long timer;
    private volatile Health health = Health.down("not asked yet");

    public ClickHouseProbe(Vertx vertx, GatewayConfig.ClickHouse config) {
        this.vertx = vertx;
        URI url = config.url();
        boolean tls = "https".equals(url.getScheme());
        int port = url.getPort() > 0 ? url.getPort() : tls ? 8443 : 8123;
        this.ping = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(url.getHost())
                .setPort(port)
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
        client.request(ping)
                .compose(request -> request.send())
                .compose(response -> response.end().map(response.statusCode()))
                .onComplete(result -> {
                    if (result.failed()) {
                        health = Health.down(result.cause().getClass().getSimpleName());
                    } else {
                        health = result.result() == 200 ? Health.UP : Health.down("HTTP " + result.result());
                    }
                });
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
