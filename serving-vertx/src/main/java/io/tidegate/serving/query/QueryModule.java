package io.tidegate.serving.query;

import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.auth.TenantScope;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.http.RouteModule;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The query API: role analyst or admin.
 *
 * <p>400 names the parameter that is wrong; 422 says that the question is too big; 429 with Retry-After that the subject has used
 * up its time; 503 with Retry-After that ClickHouse is away or too many ask; 504 that it took too long.
 */
public final class QueryModule implements RouteModule {

    private static final Logger LOG = LoggerFactory.getLogger(QueryModule.class);
    private static final int MAX_ID_LENGTH = 128;

    /** Turns the parameters of a request into a question. */
    @FunctionalInterface
    private interface Parser<Q> {
        Q parse(Parameters parameters, TenantScope scope) throws BadParameterException, RangeTooLongException;
    }

    private record Asked<Q>(Q report, AnswerFormat format) {}

    private record Story(String alertId, TenantScope scope) {}

    /** No alert has this id, or none of the asker's tenant, or it isn't stored yet. */
    static final class UnknownAlertException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final Shards shards;
    /** Beside the others' queries: whether something is missing must be told while analysts are busy. */
    private final Shards books;

    private final AcceptedCounts accepted;
    private final Duration settling;
    private final Answers answers;
    private final String cacheControl;
    private final Clock clock;

    /**
     * @param accepted what gateways have accepted lately
     * @param settling how long after its end a minute's books must balance
     */
    public QueryModule(
            GatewayConfig.ClickHouse clickhouse,
            QueryConfig config,
            AcceptedCounts accepted,
            Duration settling,
            MeterRegistry meters) {
        this(clickhouse, config, accepted, settling, meters, Clock.systemUTC());
    }

    QueryModule(
            GatewayConfig.ClickHouse clickhouse,
            QueryConfig config,
            AcceptedCounts accepted,
            Duration settling,
            MeterRegistry meters,
            Clock clock) {
        QueryBudget budget = new QueryBudget(config.budgetPerMinute());
        this.shards = new Shards(clickhouse, config.limits(), budget, meters);
        shards.publish(meters);
        this.books = new Shards(clickhouse, config.limits(), budget, meters);
        this.accepted = accepted;
        this.settling = settling;
        this.answers = new Answers(config, meters);
        // Private: an answer depends on who asks. A client revalidates by ETag.
        this.cacheControl = "private, max-age=" + config.cacheFor().toSeconds();
        this.clock = clock;
    }

    @Override
    public void mount(Router router, Auth auth) {
        // The windows are those of all tenants together.
        Handler<RoutingContext> allTenants = Auth.allTenants();
        boolean sharded = shards.areSeveral();
        report(router, auth, "/api/v1/analytics/activity", allTenants, (p, scope) -> ActivityQuery.of(p));
        report(router, auth, "/api/v1/analytics/top-posts", allTenants, (p, scope) -> TopPostsQuery.of(p));
        report(
                router,
                auth,
                "/api/v1/analytics/likes-by-day",
                allTenants,
                (p, scope) -> LikesByDayQuery.of(p, sharded));
        report(router, auth, "/api/v1/analytics/bets", allTenants, (p, scope) -> BetsQuery.of(p, sharded));
        report(router, auth, "/api/v1/alerts", RoutingContext::next, AlertsQuery::of);
        report(
                router,
                auth,
                "/api/v1/completeness",
                allTenants,
                (p, scope) -> CompletenessQuery.of(p, accepted, settledBefore()),
                books);
        router.get("/api/v1/alerts/:alertId")
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(this::story);
    }

    @Override
    public Future<Void> start() {
        shards.warmUp();
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        shards.close();
        books.close();
        return Future.succeededFuture();
    }

    /** For those who look after the system; nobody's budget pays. */
    public CompletableFuture<StoreFigures> figures() {
        return StoreFigures.ask(shards.asking("status", ""));
    }

    /**
     * The books of all topics; nobody's budget pays.
     *
     * @param from a whole minute
     * @param to a whole minute, exclusive
     */
    public CompletableFuture<List<CompletenessRow>> completeness(Instant from, Instant to) {
        CompletenessQuery query = CompletenessQuery.between(from, to, accepted);
        return query.ask(books.asking("completeness-check", ""))
                .thenApply(
                        rows -> rows.stream().map(CompletenessQuery.Row::counts).toList());
    }

    /** Minutes that begin before then must have settled. */
    private Instant settledBefore() {
        return clock.instant().minus(settling).minus(Duration.ofMinutes(1));
    }

    private <R, Q extends Report<R>> void report(
            Router router, Auth auth, String path, Handler<RoutingContext> also, Parser<Q> parser) {
        report(router, auth, path, also, parser, shards);
    }

    private <R, Q extends Report<R>> void report(
            Router router, Auth auth, String path, Handler<RoutingContext> also, Parser<Q> parser, Shards asked) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        router.get(path)
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(also)
                .handler(context ->
                        parse(context, parser).ifPresent(question -> answer(context, path, name, question, asked)));
    }

    private <R, Q extends Report<R>> void answer(
            RoutingContext context, String path, String name, Asked<Q> asked, Shards shards) {
        Report<R> report = asked.report();
        AnswerFormat format = asked.format();
        String subject = Auth.principal(context).sub();
        onContext(context, answers.get(new Answers.Key(name, report.question(), format), () -> report.ask(
                                shards.asking(name, subject))
                        .thenApply(rows -> encode(report, format, rows))))
                .onSuccess(answer -> {
                    if (report instanceof PagedQuery<R> paged) {
                        answer.nextCursor().ifPresent(cursor -> link(context, path, paged.range(), cursor));
                    }
                    if (format == AnswerFormat.CSV) {
                        context.response()
                                .putHeader("Content-Disposition", "attachment; filename=\"" + name + ".csv\"");
                    }
                    send(context, answer, format.contentType());
                })
                .onFailure(failure -> refuse(context, failure));
    }

    private static <R> Answer encode(Report<R> report, AnswerFormat format, List<R> rows) {
        if (report instanceof PagedQuery<R> paged) {
            return Answer.of(format.encode(report, paged.page(rows)), paged.next(rows));
        }
        return Answer.of(format.encode(report, rows), Optional.empty());
    }

    private void story(RoutingContext context) {
        String alertId = context.pathParam("alertId");
        if (alertId.length() > MAX_ID_LENGTH || alertId.chars().anyMatch(Character::isISOControl)) {
            badParameter("alertId", "alertId must be 1 to " + MAX_ID_LENGTH + " characters.")
                    .send(context.response());
            return;
        }
        String subject = Auth.principal(context).sub();
        TenantScope scope = Auth.principal(context).scope();
        parse(context, (parameters, ignored) -> alertId).ifPresent(asked -> onContext(
                        context,
                        answers.get(
                                new Answers.Key("alert", new Story(alertId, scope), AnswerFormat.JSON),
                                () -> AlertStory.read(shards.asking("alert", subject), alertId, scope)
                                        .thenApply(QueryModule::answer)))
                .onSuccess(answer -> send(context, answer, AnswerFormat.JSON.contentType()))
                .onFailure(failure -> refuse(context, failure)));
    }

    private static Answer answer(Optional<AlertStory> story) {
        return Answer.of(story.orElseThrow(UnknownAlertException::new).json(), Optional.empty());
    }

    private static <T> Future<T> onContext(RoutingContext context, CompletableFuture<T> answer) {
        return Future.fromCompletionStage(answer, context.vertx().getOrCreateContext());
    }

    /** The next page, in the way of RFC 8288; with the range fixed, so that a moving "last 24 hours" can't shift it. */
    private static void link(RoutingContext context, String path, TimeRange range, String cursor) {
        StringBuilder next = new StringBuilder(path)
                .append("?from=")
                .append(range.from())
                .append("&to=")
                .append(range.to());
        for (Map.Entry<String, String> parameter : context.queryParams()) {
            String name = parameter.getKey();
            if (!name.equals("from") && !name.equals("to") && !name.equals("cursor")) {
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
    private <Q> Optional<Asked<Q>> parse(RoutingContext context, Parser<Q> parser) {
        try {
            Parameters parameters = new Parameters(context.queryParams(), clock.instant());
            Q query = parser.parse(parameters, Auth.principal(context).scope());
            AnswerFormat format = query instanceof Report<?>
                    ? AnswerFormat.of(parameters, context.parsedHeaders().accept())
                    : AnswerFormat.JSON;
            parameters.finish();
            return Optional.of(new Asked<>(query, format));
        } catch (BadParameterException e) {
            badParameter(e.parameter(), e.getMessage()).send(context.response());
        } catch (RangeTooLongException e) {
            Problem.of(422, "range_too_long", e.getMessage()).send(context.response());
        } catch (AnswerFormat.NotAcceptableException e) {
            Problem.of(406, "not_acceptable", "This can be had as application/json and as text/csv.")
                    .send(context.response());
        }
        return Optional.empty();
    }

    private static Problem badParameter(String name, String detail) {
        return Problem.of(400, "invalid_parameter", detail).with(json -> json.writeStringField("field", name));
    }

    private void send(RoutingContext context, Answer answer, String contentType) {
        HttpServerResponse response = context.response();
        if (response.closed() || response.ended()) {
            return;
        }
        response.putHeader(HttpHeaders.ETAG, answer.etag())
                .putHeader(HttpHeaders.CACHE_CONTROL, cacheControl)
                .putHeader(HttpHeaders.VARY, "Accept, Authorization");
        if (answer.isKnownBy(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, contentType).end(answer.body());
        }
    }

    private static void refuse(RoutingContext context, Throwable failure) {
        QueryFailure reason = QueryFailure.of(failure);
        switch (reason) {
            case UNKNOWN_ALERT, BUDGET_SPENT -> LOG.debug("A query was refused: {}", reason.code());
            case FAULT -> LOG.error("A query failed unexpectedly", failure);
            default -> LOG.warn("A query was not answered: {} ({})", reason.code(), failure.toString());
        }
        reason.problem(failure).send(context.response());
    }
}
