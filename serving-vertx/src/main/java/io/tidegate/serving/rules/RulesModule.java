package io.tidegate.serving.rules;

import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.rules.InvalidRuleException;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.v1.RuleChange;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.http.RouteModule;
import io.tidegate.serving.ops.HealthCheck;
import io.tidegate.serving.push.PushMetrics;
import io.tidegate.serving.push.TopicReader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/v1/rules}, {@code GET|PUT|DELETE /api/v1/rules/{ruleId}}, {@code GET /api/v1/rules/{ruleId}/history}. Reading needs
 * role analyst or admin, changing needs admin.
 *
 * <p>A version is also the entity tag: {@code If-Match} makes a change conditional on what its author has seen. A change is answered
 * when every in-sync replica has it and its record on {@code rules.audit}; the jobs follow within a second.
 */
public final class RulesModule implements RouteModule {

    private static final Logger LOG = LoggerFactory.getLogger(RulesModule.class);

    private static final int MAX_BODY_BYTES = 16 * 1024;
    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_WAITING = 8;
    private static final int DEFAULT_LIMIT = 100;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Duration changeTimeout;
    private final String clientId;
    private final RuleTable table;
    private final ChangeHistory history;
    private final RuleLog log;
    private final TopicReader rules;
    private final TopicReader audit;
    private final MeterRegistry registry;
    private final AtomicInteger waiting = new AtomicInteger();
    private WorkerExecutor writer;

    /**
     * @param changeTimeout longest wait for the broker to take a change
     * @param clientId distinguishes this process on the broker
     */
    public RulesModule(
            Vertx vertx,
            RulesConfig config,
            Duration changeTimeout,
            MeterRegistry registry,
            PushMetrics metrics,
            String bootstrapServers,
            String clientId) {
        this.vertx = vertx;
        this.changeTimeout = changeTimeout;
        this.clientId = clientId;
        this.registry = registry;
        this.table = new RuleTable(config.base());
        this.history = new ChangeHistory();
        this.log = new RuleLog(bootstrapServers, clientId, config.base(), Clock.systemUTC());
        this.rules = reader(bootstrapServers, Topics.RULES, clientId, table, metrics);
        this.audit = reader(bootstrapServers, Topics.RULES_AUDIT, clientId, history, metrics);
    }

    private TopicReader reader(
            String bootstrapServers,
            String topic,
            String clientId,
            TopicReader.Listener listener,
            PushMetrics metrics) {
        return new TopicReader(
                vertx,
                new TopicReader.Options(
                        bootstrapServers,
                        topic,
                        clientId + "-" + topic,
                        TopicReader.Start.BEGINNING,
                        TopicReader.Isolation.READ_COMMITTED),
                listener,
                metrics);
    }

    @Override
    public Future<Void> start() {
        // One thread: a second change would only fence off the first.
        writer = vertx.createSharedWorkerExecutor(
                "rule-changes-" + clientId, 1, changeTimeout.plusSeconds(10).toNanos());
        rules.start();
        audit.start();
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return Future.join(rules.stop(), audit.stop())
                .eventually(() -> writer == null ? Future.succeededFuture() : writer.close())
                .mapEmpty();
    }

    @Override
    public List<HealthCheck> healthChecks() {
        return List.of(new HealthCheck() {
            @Override
            public String name() {
                return "rules";
            }

            @Override
            public boolean gatesReadiness() {
                return true;
            }

            @Override
            public Health health() {
                return isReady() ? Health.UP : Health.down("the rules topics are still being read");
            }
        });
    }

    private boolean isReady() {
        return table.isReady() && history.isReady();
    }

    @Override
    public void mount(Router router, Auth auth) {
        router.get("/api/v1/rules")
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(this::loaded)
                .handler(this::list);
        router.get("/api/v1/rules/:ruleId")
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(this::loaded)
                .handler(this::get);
        router.get("/api/v1/rules/:ruleId/history")
                .handler(auth.require(Role.ANALYST, Role.ADMIN))
                .handler(Auth.allTenants())
                .handler(this::loaded)
                .handler(this::history);
        // One rule is every tenant's.
        router.put("/api/v1/rules/:ruleId")
                .handler(auth.require(Role.ADMIN))
                .handler(Auth.allTenants())
                .handler(this::put);
        router.delete("/api/v1/rules/:ruleId")
                .handler(auth.require(Role.ADMIN))
                .handler(Auth.allTenants())
                .handler(this::reset);
    }

    private void loaded(RoutingContext context) {
        if (isReady()) {
            context.next();
        } else {
            Problem.of(503, "rules_loading", "The rules are still being read; try again in a moment.")
                    .retryAfter(RETRY_AFTER)
                    .send(context.response());
        }
    }

    private void list(RoutingContext context) {
        answer(context, JsonBody.write(8192, json -> {
            json.writeStartArray();
            for (RuleTable.Entry entry : table.entries().values()) {
                RuleJson.write(json, entry);
            }
            json.writeEndArray();
        }));
    }

    private void get(RoutingContext context) {
        entry(context).ifPresent(entry -> answer(context, entry));
    }

    private void history(RoutingContext context) {
        Optional<Integer> limit = limit(context.request());
        if (limit.isEmpty()) {
            Problem.of(
                            400,
                            "invalid_parameter",
                            "limit must be a whole number from 1 to " + ChangeHistory.KEPT_PER_RULE + ".")
                    .with(json -> json.writeStringField("field", "limit"))
                    .send(context.response());
            return;
        }
        entry(context).ifPresent(entry -> {
            List<RuleChange> changes = history.newest(entry.spec().id(), limit.get());
            answer(context, JsonBody.write(1024, json -> {
                json.writeStartArray();
                for (RuleChange change : changes) {
                    RuleJson.write(json, change);
                }
                json.writeEndArray();
            }));
        });
    }

    private static Optional<Integer> limit(HttpServerRequest request) {
        String text = request.getParam("limit");
        if (text == null) {
            return Optional.of(DEFAULT_LIMIT);
        }
        try {
            int limit = Integer.parseInt(text);
            return limit >= 1 && limit <= ChangeHistory.KEPT_PER_RULE ? Optional.of(limit) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private void put(RoutingContext context) {
        Optional<RuleTable.Entry> entry = entry(context);
        if (entry.isEmpty()) {
            return;
        }
        if (!isJson(context.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
            Problem.of(415, "unsupported_media_type", "Send a rule as application/json.")
                    .send(context.response());
            return;
        }
        body(context.request()).onComplete(read -> {
            if (read.failed()) {
                // The client went away: there is nobody to answer to.
                return;
            }
            if (read.result().isEmpty()) {
                Problem.of(413, "body_too_large", "A rule has at most " + MAX_BODY_BYTES + " bytes.")
                        .send(context.response());
                return;
            }
            try {
                RuleDefinition wanted = RuleJson.read(
                        read.result().get().getBytes(),
                        entry.get().spec(),
                        entry.get().base());
                change(context, wanted, RuleChange.Action.ACTION_UPDATE);
            } catch (RuleJson.NoJsonException e) {
                Problem.of(400, "invalid_json", e.getMessage()).send(context.response());
            } catch (InvalidRuleException e) {
                Problem.of(422, "invalid_rule", e.getMessage())
                        .with(json -> json.writeStringField("field", e.field()))
                        .send(context.response());
            }
        });
    }

    private void reset(RoutingContext context) {
        entry(context).ifPresent(entry -> change(context, entry.base(), RuleChange.Action.ACTION_RESET));
    }

    private void change(RoutingContext context, RuleDefinition wanted, RuleChange.Action action) {
        Optional<IntPredicate> expected =
                Preconditions.ifMatch(context.request().getHeader(HttpHeaders.IF_MATCH));
        if (expected.isEmpty()) {
            Problem.of(400, "invalid_if_match", "If-Match takes the ETag of a rule, for example \"3\", or *.")
                    .send(context.response());
            return;
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            Problem.of(503, "busy", "Too many changes at a time; try again in a moment.")
                    .retryAfter(RETRY_AFTER)
                    .send(context.response());
            return;
        }
        String author = Auth.principal(context).sub();
        RuleLog.Request request = new RuleLog.Request(wanted, action, expected.get(), author);
        long deadlineNanos = System.nanoTime() + changeTimeout.toNanos();
        writer.executeBlocking(() -> log.change(request, deadlineNanos)).onComplete(done -> {
            waiting.decrementAndGet();
            if (done.succeeded()) {
                answer(context, wanted.id(), done.result());
            } else {
                context.fail(done.cause());
            }
        });
    }

    private void answer(RoutingContext context, String ruleId, RuleLog.Result result) {
        registry.counter(
                        "tidegate.rules.changes",
                        "result",
                        result.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .increment();
        if (result instanceof RuleLog.Result.Conflict conflict) {
            Problem.of(412, "version_conflict", "The rule has version " + conflict.version() + " by now.")
                    .header("ETag", Preconditions.tag(conflict.version()))
                    .with(json -> json.writeNumberField("version", conflict.version()))
                    .send(context.response());
            return;
        }
        if (result instanceof RuleLog.Result.Unavailable unavailable) {
            Problem.of(
                            503,
                            "rules_unavailable",
                            unavailable.undecided()
                                    ? "The log didn't answer in time; the change may have been made. Read the rule first."
                                    : "The log doesn't take changes at the moment; nothing was changed.")
                    .retryAfter(RETRY_AFTER)
                    .send(context.response());
            return;
        }
        if (result instanceof RuleLog.Result.Changed changed) {
            RuleChange change = changed.change();
            table.apply(ruleId, change.getAfter().toByteArray());
            history.apply(change);
            LOG.info(
                    "Rule {} has version {}, by {}",
                    ruleId,
                    change.getAfter().getVersion(),
                    change.getAfter().getUpdatedBy().replaceAll("\\p{Cntrl}", "?"));
        }
        answer(context, table.find(ruleId).orElseThrow());
    }

    private static void answer(RoutingContext context, RuleTable.Entry entry) {
        context.response()
                .putHeader(HttpHeaders.ETAG, Preconditions.tag(entry.rule().version()));
        answer(context, JsonBody.write(2048, json -> RuleJson.write(json, entry)));
    }

    private static void answer(RoutingContext context, Buffer body) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body);
    }

    /** The rule of the path; where there is none, the answer is sent. */
    private Optional<RuleTable.Entry> entry(RoutingContext context) {
        Optional<RuleTable.Entry> entry = table.find(context.pathParam("ruleId"));
        if (entry.isEmpty()) {
            Problem.of(404, "unknown_rule", "There is no such rule; GET /api/v1/rules lists them.")
                    .send(context.response());
        }
        return entry;
    }

    private static boolean isJson(String contentType) {
        return contentType != null && contentType.split(";", 2)[0].strip().equalsIgnoreCase("application/json");
    }

    /** The whole body; empty if it is larger than a rule can be, and then the rest isn't kept. Fails if the client goes away. */
    private Future<Optional<Buffer>> body(HttpServerRequest request) {
        Promise<Optional<Buffer>> done = Promise.promise();
        Buffer body = Buffer.buffer();
        long timer = vertx.setTimer(
                BODY_TIMEOUT.toMillis(), id -> request.connection().close());
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= MAX_BODY_BYTES) {
                body.appendBuffer(chunk);
            } else {
                done.tryComplete(Optional.empty());
            }
        });
        request.exceptionHandler(done::tryFail);
        request.endHandler(end -> done.tryComplete(Optional.of(body)));
        return done.future().onComplete(read -> vertx.cancelTimer(timer));
    }
}
