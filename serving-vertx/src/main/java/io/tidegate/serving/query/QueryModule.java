package io.tidegate.serving.query;

import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The query API: role analyst or admin.
 *
 * <p>400 names the parameter that is wrong; 422 says that the question is too big; 503 with Retry-After that ClickHouse is away
 * or too many ask; 504 that it took too long.
 */
public final class QueryModule implements RouteModule {

    private static final Logger LOG = LoggerFactory.getLogger(QueryModule.class);
    private static final int BYTES_PER_ROW = 128;

    /** Turns the parameters of a request into a question. */
    @FunctionalInterface
    private interface Parser<Q> {
        Q parse(Parameters parameters) throws BadParameterException, RangeTooLongException;
    }

    private final QueryPool pool;
    private final Clock clock;

    public QueryModule(Vertx vertx, GatewayConfig.ClickHouse config, MeterRegistry meters) {
        this(vertx, config, QueryLimits.DEFAULT, meters, Clock.systemUTC());
    }

    QueryModule(Vertx vertx, GatewayConfig.ClickHouse config, QueryLimits limits, MeterRegistry meters, Clock clock) {
        this.pool = new QueryPool(vertx, config, limits, meters);
        this.clock = clock;
    }

    @Override
    public void mount(Router router, Auth auth) {
        analytics(router, auth, "activity", ActivityQuery::of);
        analytics(router, auth, "top-posts", TopPostsQuery::of);
        analytics(router, auth, "likes-by-day", LikesByDayQuery::of);
        analytics(router, auth, "bets", BetsQuery::of);
        router.get("/api/v1/alerts")
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(this::alerts);
    }

    @Override
    public Future<Void> start() {
        pool.warmUp();
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        pool.close();
        return Future.succeededFuture();
    }

    private <R> void analytics(Router router, Auth auth, String name, Parser<? extends Query<R>> parser) {
        router.get("/api/v1/analytics/" + name)
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(context -> parse(context, parser).ifPresent(query -> pool.run(name, query)
                        .onSuccess(rows -> answer(context.response(), query, rows))
                        .onFailure(failure -> refuse(context, failure))));
    }

    private void alerts(RoutingContext context) {
        parse(context, AlertsQuery::of).ifPresent(query -> pool.run("alerts", query)
                .onSuccess(rows -> {
                    query.next(rows).ifPresent(cursor -> link(context, query, cursor));
                    answer(context.response(), query, rows.subList(0, Math.min(rows.size(), query.limit())));
                })
                .onFailure(failure -> refuse(context, failure)));
    }

    /** The next page, in the way of RFC 8288; with the range fixed, so that a moving "last 24 hours" can't shift it. */
    private static void link(RoutingContext context, AlertsQuery query, String cursor) {
        StringBuilder next = new StringBuilder("/api/v1/alerts?from=")
                .append(query.range().from())
                .append("&to=")
                .append(query.range().to());
        for (Map.Entry<String, String> parameter : context.queryParams()) {
            String name = parameter.getKey();
            if (name.equals("rule") || name.equals("subject") || name.equals("limit")) {
                next.append('&')
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
            }
        }
        next.append("&cursor=").append(cursor);
        context.response().putHeader("Link", "<" + next + ">; rel=\"next\"").putHeader("X-Next-Cursor", cursor);
    }

    /** Empty: the request has been answered. */
    private <Q> Optional<Q> parse(RoutingContext context, Parser<Q> parser) {
        try {
            Parameters parameters = new Parameters(context.queryParams(), clock.instant());
            Q query = parser.parse(parameters);
            parameters.finish();
            return Optional.of(query);
        } catch (BadParameterException e) {
            Problem.of(400, "invalid_parameter", e.getMessage())
                    .with(json -> json.writeStringField("field", e.parameter()))
                    .send(context.response());
        } catch (RangeTooLongException e) {
            Problem.of(422, "range_too_long", e.getMessage()).send(context.response());
        }
        return Optional.empty();
    }

    private static <R> void answer(HttpServerResponse response, Query<R> query, List<R> rows) {
        if (response.closed() || response.ended()) {
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(JsonBody.write(64 + rows.size() * BYTES_PER_ROW, json -> {
                    json.writeStartArray();
                    for (R row : rows) {
                        query.write(json, row);
                    }
                    json.writeEndArray();
                }));
    }

    private static void refuse(RoutingContext context, Throwable failure) {
        QueryFailure reason = QueryFailure.of(failure);
        if (reason == QueryFailure.FAULT) {
            LOG.error("A query failed unexpectedly", failure);
        } else {
            LOG.warn("A query was not answered: {} ({})", reason.code(), failure.toString());
        }
        reason.problem().send(context.response());
    }
}
