package io.tidegate.serving.ingest;

import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.http.Problem;
import io.tidegate.serving.limits.RequestLimits;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The ingest requests of one event loop: reads bodies within limits, has them decoded and stored, and answers. Everything runs on
 * that event loop, except decoding of long bodies.
 */
final class Uploads {

    /** Longer bodies are decoded on a worker, so that others' requests don't wait for them. About a millisecond's work. */
    private static final int INLINE_BYTES = 128 * 1024;

    /** The same for compressed ones, of which nobody knows how long they are. */
    private static final int INLINE_GZIP_BYTES = 4 * 1024;

    private static final CharSequence IDEMPOTENCY_KEY = HttpHeaders.createOptimized("idempotency-key");
    private static final Duration RETRY_SOON = Duration.ofSeconds(1);
    private static final Duration RETRY_LATER = Duration.ofSeconds(2);

    private final GatewayConfig.Ingest config;
    private final Ingest ingest;
    private final IngestMetrics metrics;
    private final UploadBudget budget;
    private final WorkerExecutor decoders;
    private final Context context;

    /** Requests whose body isn't complete, oldest first. */
    private final Set<Upload> reading = new LinkedHashSet<>();

    /** Call it on the event loop that will serve. */
    Uploads(
            Vertx vertx,
            GatewayConfig.Ingest config,
            Ingest ingest,
            IngestMetrics metrics,
            UploadBudget budget,
            WorkerExecutor decoders) {
        this.config = config;
        this.ingest = ingest;
        this.metrics = metrics;
        this.budget = budget;
        this.decoders = decoders;
        this.context = vertx.getOrCreateContext();
        // One timer for all uploads instead of one each.
        long sweep = Math.max(20, Math.min(1000, config.bodyTimeout().toMillis() / 4));
        vertx.setPeriodic(sweep, id -> endSlowOnes());
    }

    /** Takes a request whose sender is known and may send events. */
    void take(RoutingContext routing) {
        new Upload(routing).begin();
    }

    private void endSlowOnes() {
        long oldest = System.nanoTime() - config.bodyTimeout().toNanos();
        List<Upload> slow = new ArrayList<>();
        for (Upload upload : reading) {
            if (upload.startedAt - oldest > 0) {
                break;
            }
            slow.add(upload);
        }
        slow.forEach(Upload::tooSlow);
    }

    /** One request. */
    private final class Upload {

        private final RoutingContext routing;
        private final HttpServerRequest request;
        private final Principal sender;
        private final RequestLimits limits;
        private final long startedAt = System.nanoTime();
        private BodyFormat format;
        private boolean gzip;
        private Optional<RepeatKey> repeatKey = Optional.empty();
        private long announced;
        private Buffer body;
        private long received;
        private long reserved;
        private boolean collecting;
        private boolean answered;

        Upload(RoutingContext routing) {
            this.routing = routing;
            this.request = routing.request();
            this.sender = Auth.principal(routing);
            this.limits = RequestLimits.of(routing);
        }

        void begin() {
            Optional<Problem> problem = checkHead();
            if (problem.isPresent()) {
                answer(problem.get());
                return;
            }
            reading.add(this);
            request.handler(this::more).endHandler(end -> complete()).exceptionHandler(lost -> abandon());
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                routing.response().writeContinue();
            }
        }

        /** Whatever can be told without the body is told without reading it. */
        private Optional<Problem> checkHead() {
            Optional<BodyFormat> known = BodyFormat.of(request.getHeader(HttpHeaders.CONTENT_TYPE));
            if (known.isEmpty()) {
                return Optional.of(Problem.of(
                                415,
                                "unsupported_media_type",
                                "Send application/json (an object or an array) or application/x-ndjson, in UTF-8.")
                        .header("Accept", "application/json, application/x-ndjson"));
            }
            format = known.get();
            String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
            if (encoding != null) {
                switch (encoding.trim().toLowerCase(Locale.ROOT)) {
                    case "gzip", "x-gzip" -> gzip = true;
                    case "identity", "" -> gzip = false;
                    default -> {
                        return Optional.of(
                                Problem.of(415, "unsupported_encoding", "The only Content-Encoding accepted is gzip.")
                                        .header("Accept-Encoding", "gzip"));
                    }
                }
            }
            if (declaredLength() > config.maxBodySize().bytes()) {
                return Optional.of(tooLarge());
            }
            Optional<Problem> key = checkRepeatKey();
            if (key.isPresent()) {
                return key;
            }
            if (!ingest.available()) {
                return Optional.of(unavailable());
            }
            // One event at least; the others are counted when they are known.
            announced = declaredLength();
            return limits.bring(sender, 1, announced);
        }

        private Optional<Problem> checkRepeatKey() {
            String key = request.getHeader(IDEMPOTENCY_KEY);
            if (key == null) {
                return Optional.empty();
            }
            try {
                if (request.headers().getAll(IDEMPOTENCY_KEY).size() > 1) {
                    throw new BodyRefusedException(
                            400, "invalid_idempotency_key", "There is more than one Idempotency-Key.");
                }
                repeatKey = Optional.of(RepeatKey.of(sender, key));
                return Optional.empty();
            } catch (BodyRefusedException e) {
                return Optional.of(Problem.of(e.status(), e.code(), e.getMessage())
                        .with(json -> json.writeStringField("field", "Idempotency-Key")));
            }
        }

        private long declaredLength() {
            String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            try {
                return length == null ? 0 : Long.parseLong(length.trim());
            } catch (NumberFormatException e) {
                // More digits than a long holds; anything else the HTTP decoder has refused.
                return Long.MAX_VALUE;
            }
        }

        private void more(Buffer chunk) {
            if (answered) {
                return;
            }
            received += chunk.length();
            if (received > config.maxBodySize().bytes()) {
                answer(tooLarge());
            } else if (!reserve(chunk.length())) {
                answer(overloaded());
            } else if (body == null) {
                // Most bodies come in one piece, which is then used as it is.
                body = chunk;
            } else {
                if (!collecting) {
                    collecting = true;
                    body = Buffer.buffer(2 * (int) received).appendBuffer(body);
                }
                body.appendBuffer(chunk);
            }
        }

        private boolean reserve(long bytes) {
            if (!budget.reserve(bytes)) {
                return false;
            }
            reserved += bytes;
            return true;
        }

        private void complete() {
            reading.remove(this);
            if (answered) {
                return;
            }
            byte[] bytes = body == null ? new byte[0] : body.getBytes();
            body = null;
            IngestTerms now = ingest.terms(sender);
            IngestTerms terms = repeatKey.map(now::repeatableAs).orElse(now);
            if (bytes.length <= (gzip ? INLINE_GZIP_BYTES : INLINE_BYTES)) {
                try {
                    decoded(ingest.decode(bytes, format, gzip, terms));
                } catch (BodyRefusedException e) {
                    answer(refused(e));
                }
                return;
            }
            // What a gzip body inflates to isn't counted: the workers, being few, bound it.
            decoders.executeBlocking(() -> ingest.decode(bytes, format, gzip, terms), false)
                    .onComplete(result -> {
                        if (result.succeeded()) {
                            decoded(result.result());
                        } else if (result.cause() instanceof BodyRefusedException e) {
                            answer(refused(e));
                        } else {
                            fail(result.cause());
                        }
                    });
        }

        private void decoded(EventBatch batch) {
            limits.broughtMore(sender, batch.size() - 1, received - announced);
            if (!batch.rejected().isEmpty()) {
                metrics.rejected(batch);
            }
            if (batch.accepted().isEmpty()) {
                answer(allRejected(batch));
                return;
            }
            if (batch.acceptedBytes() > reserved && !reserve(batch.acceptedBytes() - reserved)) {
                answer(overloaded().with(json -> BatchJson.writeMembers(json, 0, batch)));
                return;
            }
            ingest.store(batch, outcome -> context.runOnContext(now -> stored(batch, outcome)));
        }

        private void stored(EventBatch batch, EventLog.Outcome outcome) {
            switch (outcome) {
                case STORED -> accepted(batch);
                case OVERLOADED -> answer(overloaded().with(json -> BatchJson.writeMembers(json, 0, batch)));
                case UNAVAILABLE -> answer(unavailable().with(json -> BatchJson.writeMembers(json, 0, batch)));
            }
        }

        private void accepted(EventBatch batch) {
            if (finish()) {
                routing.response()
                        .setStatusCode(202)
                        .putHeader(HttpHeaders.CONTENT_TYPE, BatchJson.CONTENT_TYPE)
                        .end(BatchJson.write(batch));
            }
        }

        private void tooSlow() {
            answer(Problem.of(408, "body_timeout", "The body took too long to arrive.")
                    .header("Connection", "close"));
        }

        /** The client is gone in the middle of its body. */
        private void abandon() {
            finish();
        }

        private void fail(Throwable cause) {
            if (finish()) {
                routing.fail(500, cause);
            }
        }

        private void answer(Problem problem) {
            if (finish()) {
                metrics.refused(problem.code());
                problem.send(routing.response());
            }
        }

        /** False if this request has been answered or abandoned before. */
        private boolean finish() {
            if (answered) {
                return false;
            }
            answered = true;
            reading.remove(this);
            body = null;
            budget.release(reserved);
            metrics.answered(System.nanoTime() - startedAt, received);
            return true;
        }

        private Problem tooLarge() {
            return Problem.of(
                    413,
                    "body_too_large",
                    "A body may have at most " + config.maxBodySize() + ". Send smaller batches.");
        }

        private Problem overloaded() {
            return Problem.of(
                            503,
                            "overloaded",
                            "More is coming in than can be stored. Repeat the request later, with the same event ids.")
                    .retryAfter(RETRY_SOON);
        }

        private Problem unavailable() {
            return Problem.of(
                            503,
                            "log_unavailable",
                            "Events can't be stored now. Repeat the request later; with the same event ids nothing counts twice.")
                    .retryAfter(RETRY_LATER);
        }

        private Problem refused(BodyRefusedException e) {
            return Problem.of(e.status(), e.code(), e.getMessage()).with(json -> {
                json.writeNumberField("accepted", 0);
                json.writeArrayFieldStart("rejected");
                json.writeEndArray();
            });
        }

        private Problem allRejected(EventBatch batch) {
            boolean foreignTenant =
                    batch.rejected().stream().allMatch(bad -> bad.code() == RejectionCode.FORBIDDEN_TENANT);
            Rejection first = batch.rejected().get(0);
            Problem problem = foreignTenant
                    ? Problem.of(403, RejectionCode.FORBIDDEN_TENANT.wireName(), first.message())
                    : batch.size() == 1
                            ? Problem.of(400, first.code().wireName(), first.message())
                            : Problem.of(400, "all_rejected", "No event of this request can be accepted.");
            return problem.with(json -> BatchJson.writeMembers(json, 0, batch));
        }
    }
}
