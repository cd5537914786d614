package io.tidegate.dev.clickhouse.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidegate.dev.clickhouse.engine.Engine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * ClickHouse's HTTP interface: {@code /ping}, {@code /replicas_status}, statements on {@code /}; {@code /metrics}, which a server
 * has on a port of its own.
 *
 * <p>The port is bound at construction, so that a taken one is known before the engine starts; requests are served from
 * {@link #serve} on, and wait until then.
 */
public final class HttpFront implements AutoCloseable {

    static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private static final int THREADS = 48;
    private static final int WAITING = 256;
    private static final int BACKLOG = 256;
    /** The engine's parser recurses; a Java thread's default stack is smaller than what it is used to. */
    private static final long STACK = 8L << 20;

    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;

    static {
        // Read once, when the server class is loaded.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", Long.toString(KEEP_ALIVE.toSeconds() * 2));
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
        // A client that stops in the middle of its body gives its thread back.
        System.setProperty("sun.net.httpserver.maxReqTime", "900");
        System.setProperty("sun.net.httpserver.maxRspTime", "3600");
    }

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private Sessions sessions;

    /** @throws java.net.BindException when the port is taken */
    public HttpFront(InetSocketAddress address) throws IOException {
        server = HttpServer.create(address, BACKLOG);
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(null, task, "http-" + number.incrementAndGet(), STACK);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
    }

    /** The address that is bound. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Starts to answer. */
    public void serve(Engine engine) {
        sessions = new Sessions(engine, Clock.systemUTC());
        QueryHandler queries = new QueryHandler(engine, sessions);
        MetricsHandler metrics = new MetricsHandler(engine);
        LocalCallers callers = new LocalCallers(server.getAddress().getAddress());
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            Answer answer = new Answer(exchange, engine.version(), engine.timezone());
            if (!callers.admit(
                    exchange.getRequestHeaders().getFirst("Host"),
                    exchange.getRequestHeaders().getFirst("Origin"))) {
                answer.text(FORBIDDEN, "This server answers programs of this machine, not web pages\n");
                exchange.close();
            } else if (path.equals("/ping") || path.equals("/replicas_status") || isGreeting(exchange)) {
                answer.text(HttpStatus.OK, "Ok.\n");
                exchange.close();
            } else if (path.equals("/metrics")) {
                metrics.handle(exchange, answer);
                exchange.close();
            } else if (!path.equals("/")) {
                answer.text(NOT_FOUND, "There is no handle " + path + "\n");
                exchange.close();
            } else if (!Set.of("GET", "HEAD", "POST", "PUT").contains(exchange.getRequestMethod())) {
                answer.text(METHOD_NOT_ALLOWED, "Use GET or POST\n");
                exchange.close();
            } else {
                queries.handle(exchange);
            }
        });
        server.start();
    }

    private static boolean isGreeting(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET")
                && exchange.getRequestURI().getPath().equals("/")
                && exchange.getRequestURI().getRawQuery() == null;
    }

    /** Closes the port and the connections at once; statements go on until they end or are killed. */
    @Override
    public void close() {
        server.stop(0);
        if (sessions != null) {
            sessions.close();
        }
        threads.shutdown();
    }
}
