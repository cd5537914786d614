package io.tidegate.serving.http;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.Auth;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The public HTTP server of one event loop: features mount their routes, and whatever goes wrong becomes a problem document. */
public final class HttpApi extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

    /** Room for a token of the largest accepted size and what proxies add; beyond it Vert.x answers 431. */
    private static final int MAX_HEADER_BYTES = 16 * 1024;

    private static final int MAX_URL_BYTES = 8 * 1024;
    private static final int MAX_FRAME_BYTES = 64 * 1024;

    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("x-content-type-options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence CONTENT_SECURITY_POLICY = HttpHeaders.createOptimized("content-security-policy");

    /** For answers that are no pages, should a browser take one for a page; pages set their own. */
    private static final CharSequence NOTHING_ALLOWED =
            HttpHeaders.createOptimized("default-src 'none'; frame-ancestors 'none'");

    private final GatewayConfig.Http config;
    private final List<RouteModule> modules;
    private final Auth auth;
    private final RequestGate gate;
    private final Duration drainTimeout;
    private final AtomicInteger boundPort;
    private final Cors cors;
    private final Connections connections;
    private HttpServer server;

    /**
     * @param gate counts every request before anything else is done with it
     * @param drainTimeout how long requests in flight get when the server stops
     * @param boundPort receives the port, which matters when the configured one is 0
     */
    public HttpApi(
            GatewayConfig.Http config,
            List<RouteModule> modules,
            Auth auth,
            RequestGate gate,
            Duration drainTimeout,
            AtomicInteger boundPort) {
        this.config = config;
        this.modules = modules;
        this.auth = auth;
        this.gate = gate;
        this.drainTimeout = drainTimeout;
        this.boundPort = boundPort;
        this.cors = new Cors(config.allowedOrigins());
        this.connections = new Connections(config.headerTimeout(), config.bodyTimeout(), config.idleTimeout());
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        router.route().handler(this::arrive);
        modules.forEach(module -> module.mount(router, auth));
        router.errorHandler(400, HttpApi::badRequest);
        router.errorHandler(404, HttpApi::notFound);
        List<Route> routes = List.copyOf(router.getRoutes());
        router.errorHandler(405, context -> methodNotAllowed(context, routes));
        router.errorHandler(500, HttpApi::internalError);
        // Port -1 is Vert.x's "any port, but the same one for every instance of this verticle".
        int port = config.port() == 0 ? -1 : config.port();
        HttpServerOptions options = options();
        server = vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    StrictHttp.enforce(connection, options);
                    connections.opened(connection);
                })
                .requestHandler(router);
        long shortest = Math.min(
                config.headerTimeout().toMillis(),
                Math.min(config.bodyTimeout().toMillis(), config.idleTimeout().toMillis()));
        vertx.setPeriodic(Math.max(20, Math.min(1000, shortest / 4)), timer -> connections.sweep());
        return server.listen(port, config.host()).onSuccess(listening -> boundPort.set(listening.actualPort()));
    }

    @Override
    public Future<?> stop() {
        return server.shutdown(drainTimeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What every request goes through first, whatever its path. */
    private void arrive(RoutingContext context) {
        connections.began(context.request());
        context.response().putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF).putHeader(CONTENT_SECURITY_POLICY, NOTHING_ALLOWED);
        cors.permit(context);
        if (gate.admit(context) && cors.pass(context)) {
            context.next();
        }
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_URL_BYTES)
                .setMaxChunkSize(64 * 1024)
                // Behind a proxy HTTP/1.1 is spoken; an upgrade to cleartext HTTP/2 would only open another way in.
                .setHttp2ClearTextEnabled(false)
                // Inflating is ingest's, with a limit. WebSocket compression stays off: a small frame can inflate to
                // anything.
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(MAX_FRAME_BYTES)
                .setMaxWebSocketMessageSize(MAX_FRAME_BYTES);
    }

    private static void badRequest(RoutingContext context) {
        Problem.of(400, "bad_request", "The request can't be understood.").send(context.response());
    }

    private static void notFound(RoutingContext context) {
        Problem.of(404, "not_found", "There is nothing at this path.").send(context.response());
    }

    private static void methodNotAllowed(RoutingContext context, List<Route> routes) {
        String allowed = routes.stream()
                .filter(route -> route.methods() != null && leadsTo(route, context.normalizedPath()))
                .flatMap(route -> route.methods().stream())
                .map(HttpMethod::name)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        Problem.of(405, "method_not_allowed", "This path takes " + allowed + ".")
                .header("Allow", allowed)
                .send(context.response());
    }

    /** Whether it is a route for this path, as far as names and parameters between slashes go. */
    private static boolean leadsTo(Route route, String path) {
        if (route.getPath() == null) {
            return false;
        }
        if (!route.isExactPath()) {
            return path.startsWith(route.getPath());
        }
        String[] wanted = route.getPath().split("/", -1);
        String[] given = path.split("/", -1);
        return wanted.length == given.length
                && IntStream.range(0, given.length)
                        .allMatch(i -> wanted[i].startsWith(":") || wanted[i].equals(given[i]));
    }

    private static void internalError(RoutingContext context) {
        // The path is left out: what strangers write into a URL has no place in a log.
        LOG.error("A request failed unexpectedly", context.failure());
        Problem.of(500, "internal_error", "Something went wrong here; it has been logged.")
                .send(context.response());
    }
}
