package io.tidegate.serving.completeness;

import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.Clock;

/** Runs the {@link Auditor} on a thread of its own. The books themselves are read through the query API. */
public final class CompletenessModule implements RouteModule {

    private static final long STOP_MILLIS = 3_000;

    private final Vertx vertx;
    private final String bootstrapServers;
    private final String clientId;
    private final Ledger ledger;
    private final Auditor auditor;
    private final Clock clock;
    private volatile Thread thread;

    public CompletenessModule(
            Vertx vertx,
            CompletenessConfig config,
            Ledger ledger,
            Auditor.Books books,
            String bootstrapServers,
            String clientId,
            MeterRegistry meters,
            Clock clock) {
        this.vertx = vertx;
        this.bootstrapServers = bootstrapServers;
        this.clientId = clientId;
        this.ledger = ledger;
        this.clock = clock;
        this.auditor = new Auditor(config, books, ledger, meters, clock);
    }

    @Override
    public void mount(Router router, Auth auth) {
        // GET /api/v1/completeness is one of the queries.
    }

    @Override
    public Future<Void> start() {
        thread = new Thread(this::audit, "completeness");
        thread.setDaemon(true);
        thread.start();
        return Future.succeededFuture();
    }

    private void audit() {
        try (LedgerTopic topic = new LedgerTopic(bootstrapServers, clientId, ledger, clock)) {
            auditor.run(topic);
            // It ends by being interrupted, and nothing can be closed in an interrupted thread.
            Thread.interrupted();
        }
    }

    @Override
    public Future<Void> stop() {
        Thread running = thread;
        if (running == null) {
            return Future.succeededFuture();
        }
        running.interrupt();
        return vertx.executeBlocking(() -> {
            running.join(STOP_MILLIS);
            return null;
        });
    }
}
