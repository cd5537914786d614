package io.tidegate.serving.query;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.GatewayConfig;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The shards of ClickHouse, each with its own queries and waiting line. A question goes to all of them at once, and whoever asks puts
 * the answers together. If one shard doesn't answer there is no answer: half of the rows would look like all.
 *
 * <p>The sink stores a row on the shard that its key names (package {@code io.tidegate.jobs.clickhouse}): a user's events, the windows
 * of a post, of a game and of an event type are together.
 */
final class Shards {

    /** Asks in somebody's name. */
    interface Asking {

        /** The rows of each shard, in the order of the shards. */
        <R> CompletableFuture<List<List<R>>> rows(Query<R> query);
    }

    private final List<QueryPool> pools;

    Shards(GatewayConfig.ClickHouse config, QueryLimits limits, QueryBudget budget, MeterRegistry meters) {
        this.pools = config.shards().stream()
                .map(shard -> new QueryPool(config.at(shard), limits, budget, meters))
                .toList();
    }

    boolean areSeveral() {
        return pools.size() > 1;
    }

    /** Tell how busy they are, as those that users ask. */
    void publish(MeterRegistry meters) {
        Gauge.builder("tidegate.query.active", pools, all -> all.stream()
                        .mapToInt(QueryPool::active)
                        .sum())
                .description("Queries that are running")
                .register(meters);
        Gauge.builder("tidegate.query.waiting", pools, all -> all.stream()
                        .mapToInt(QueryPool::waiting)
                        .sum())
                .description("Queries that wait for a thread")
                .register(meters);
    }

    void warmUp() {
        pools.forEach(QueryPool::warmUp);
    }

    /**
     * @param name of the metric
     * @param subject whose budget pays, for each shard; empty: nobody's
     */
    Asking asking(String name, String subject) {
        return new Asking() {
            @Override
            public <R> CompletableFuture<List<List<R>>> rows(Query<R> query) {
                List<CompletableFuture<List<R>>> answers = pools.stream()
                        .map(pool -> pool.rows(name, subject, query))
                        .toList();
                return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                        .thenApply(all ->
                                answers.stream().map(CompletableFuture::join).toList());
            }
        };
    }

    void close() {
        pools.forEach(QueryPool::close);
    }
}
