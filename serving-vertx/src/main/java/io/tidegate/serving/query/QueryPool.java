package io.tidegate.serving.query;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tidegate.serving.GatewayConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one shard, through the ClickHouse JDBC driver: as many at a time as there are threads, each thread with a connection of
 * its own, a bounded number waiting, everything beyond refused at once.
 */
final class QueryPool {

    /** The queue is full. */
    static final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final Logger LOG = LoggerFactory.getLogger(QueryPool.class);
    private static final int WAITING_PER_THREAD = 16;
    /** ClickHouse ends a query itself; the driver only gives up on a server that no longer answers. */
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(2);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final MeterRegistry meters;
    private final QueryBudget budget;
    private final String url;
    private final Properties properties;
    private final String settings;
    private final ThreadPoolExecutor threads;
    private final ThreadLocal<Connection> connection = new ThreadLocal<>();
    /** For closing: each thread's connection, guarded by itself. */
    private final List<Connection> open = new ArrayList<>();

    QueryPool(GatewayConfig.ClickHouse config, QueryLimits limits, QueryBudget budget, MeterRegistry meters) {
        this.meters = meters;
        this.budget = budget;
        this.url = "jdbc:ch:" + config.url() + "/" + config.database();
        this.properties = properties(config);
        this.settings = limits.settings(config.queryTimeout());
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                config.poolSize(),
                config.poolSize(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(config.poolSize() * WAITING_PER_THREAD),
                task -> new Thread(task, "query-" + number.getAndIncrement()));
    }

    /** Queries that are running. */
    int active() {
        return threads.getActiveCount();
    }

    /** Queries that wait for a thread. */
    int waiting() {
        return threads.getQueue().size();
    }

    private static Properties properties(GatewayConfig.ClickHouse config) {
        Properties properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password());
        properties.setProperty("connection_timeout", Long.toString(CONNECT_TIMEOUT.toMillis()));
        properties.setProperty(
                "socket_timeout",
                Long.toString(config.queryTimeout().plus(ANSWER_GRACE).toMillis()));
        // Whether a query is tried again is the client's decision: it got Retry-After.
        properties.setProperty("retry", "0");
        // Whatever the user may do elsewhere: from here nothing is changed, only settings of the query itself.
        properties.setProperty("clickhouse_setting_readonly", "2");
        return properties;
    }

    /**
     * Connects every thread in the background, so that the first to ask doesn't wait for the driver to load itself. A store
     * that is away is no reason not to start: the connection is made when it is asked for.
     */
    void warmUp() {
        for (int i = 0; i < threads.getCorePoolSize(); i++) {
            threads.execute(() -> {
                try (Statement statement = connection().createStatement();
                        ResultSet one = statement.executeQuery("SELECT 1")) {
                    one.next();
                } catch (SQLException | RuntimeException e) {
                    disconnect();
                    LOG.info("ClickHouse doesn't answer yet: {}", e.toString());
                }
            });
        }
    }

    /**
     * Asks ClickHouse.
     *
     * @param name of the metric
     * @param subject whose budget pays; empty: nobody's
     * @return completes on a thread of the pool, or at once; fails with whatever {@link QueryFailure#of} understands
     */
    <R> CompletableFuture<List<R>> rows(String name, String subject, Query<R> query) {
        CompletableFuture<List<R>> answer = new CompletableFuture<>();
        Timer.Sample sample = Timer.start(meters);
        answer.whenComplete((done, failure) -> sample.stop(Timer.builder("tidegate.query.duration")
                .description("Queries to a shard of ClickHouse, waiting included")
                .tag("query", name)
                .tag(
                        "outcome",
                        failure == null ? "ok" : QueryFailure.of(failure).code())
                .register(meters)));
        try {
            if (!subject.isEmpty()) {
                budget.check(subject);
            }
            threads.execute(() -> {
                long began = System.nanoTime();
                try {
                    answer.complete(ask(query));
                } catch (SQLException | RuntimeException e) {
                    answer.completeExceptionally(e);
                } finally {
                    if (!subject.isEmpty()) {
                        budget.charge(subject, Duration.ofNanos(System.nanoTime() - began));
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new BusyException());
        } catch (QueryBudget.SpentException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private <R> List<R> ask(Query<R> query) throws SQLException {
        Sql sql = query.sql();
        List<R> rows = new ArrayList<>();
        try (PreparedStatement statement = connection().prepareStatement(sql.text() + settings)) {
            sql.bind(statement);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(query.read(result));
                }
            }
        } catch (SQLException | RuntimeException e) {
            // Whatever state it is in, the next query gets a new one.
            disconnect();
            throw e;
        }
        return rows;
    }

    private Connection connection() throws SQLException {
        Connection mine = connection.get();
        if (mine == null) {
            mine = DriverManager.getConnection(url, properties);
            connection.set(mine);
            synchronized (open) {
                open.add(mine);
            }
        }
        return mine;
    }

    private void disconnect() {
        Connection mine = connection.get();
        if (mine != null) {
            connection.remove();
            synchronized (open) {
                open.remove(mine);
            }
            close(mine);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a connection to ClickHouse", e);
        }
    }

    /** Takes no more queries and lets go of the connections; a query that still runs fails. */
    void close() {
        threads.shutdownNow();
        List<Connection> all;
        synchronized (open) {
            all = List.copyOf(open);
            open.clear();
        }
        all.forEach(QueryPool::close);
    }
}
