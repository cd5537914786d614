package io.tidegate.serving.ingest;

import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.tidegate.contracts.v1.PublishResponse;
import io.tidegate.contracts.v1.Services;
import io.tidegate.serving.auth.Role;
import io.tidegate.serving.grpc.Caller;
import io.tidegate.serving.grpc.GrpcProblem;
import io.tidegate.serving.grpc.GrpcServiceBuilder;
import io.tidegate.serving.limits.Limiter;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * {@code tidegate.v1.EventService}; see {@code docs/grpc.md} for the contract. The events go the same way as over HTTP: the same
 * {@link Ingest}, the same budget of bytes, the same limits.
 */
final class PublishService {

    /** Batches of one stream that wait for the log. The next one is read when the oldest is answered. */
    static final int MAX_BATCHES_IN_FLIGHT = 8;

    /** Longer messages are decoded on a worker, as with HTTP. */
    private static final int INLINE_BYTES = 128 * 1024;

    private static final Duration RETRY_SOON = Duration.ofSeconds(1);
    private static final Duration RETRY_LATER = Duration.ofSeconds(2);
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);
    private static final Set<Role> SENDERS = Set.of(Role.PRODUCER, Role.IMPORTER, Role.ADMIN);

    private final Ingest ingest;
    private final IngestMetrics metrics;
    private final UploadBudget budget;
    private final WorkerExecutor decoders;
    private final Limiter limiter;
    private final Clock clock;

    PublishService(
            Ingest ingest,
            IngestMetrics metrics,
            UploadBudget budget,
            WorkerExecutor decoders,
            Limiter limiter,
            Clock clock) {
        this.ingest = ingest;
        this.metrics = metrics;
        this.budget = budget;
        this.decoders = decoders;
        this.limiter = limiter;
        this.clock = clock;
    }

    ServerServiceDefinition definition() {
        PublishResponse response = PublishResponse.getDefaultInstance();
        return GrpcServiceBuilder.of(Services.getDescriptor(), "EventService")
                .method("Publish", response, ServerCalls.asyncUnaryCall(this::publish))
                .method("PublishStream", response, ServerCalls.asyncBidiStreamingCall(this::publishStream))
                .build();
    }

    private void publish(byte[] message, StreamObserver<PublishResponse> out) {
        Caller caller = Caller.current();
        Optional<GrpcProblem> problem = mayPublish(caller);
        if (problem.isPresent()) {
            out.onError(refused(problem.get()));
            return;
        }
        Optional<RepeatKey> repeatKey;
        try {
            repeatKey = caller.idempotencyKey().isPresent()
                    ? Optional.of(RepeatKey.of(
                            caller.principal(), caller.idempotencyKey().get()))
                    : Optional.empty();
        } catch (BodyRefusedException e) {
            out.onError(refused(refusal(e)));
            return;
        }
        new Intake(caller, repeatKey, message, () -> {}, new Outcome() {
                    @Override
                    public void taken(PublishBatch batch) {
                        out.onNext(acknowledgement(batch));
                        out.onCompleted();
                    }

                    @Override
                    public void noneTaken(PublishBatch batch) {
                        out.onError(refused(allRejected(batch)));
                    }

                    @Override
                    public void failed(GrpcProblem why) {
                        out.onError(refused(why));
                    }
                })
                .begin();
    }

    private StreamObserver<byte[]> publishStream(StreamObserver<PublishResponse> out) {
        Caller caller = Caller.current();
        Stream stream = new Stream(caller, (ServerCallStreamObserver<PublishResponse>) out);
        mayPublish(caller).ifPresent(stream::fail);
        return stream;
    }

    private Optional<GrpcProblem> mayPublish(Caller caller) {
        if (!caller.principal().hasAny(SENDERS)) {
            return Optional.of(GrpcProblem.of(
                    Status.Code.PERMISSION_DENIED,
                    "missing_role",
                    "This needs one of the roles: admin, importer, producer."));
        }
        // Before anything is read.
        return ingest.available() ? Optional.empty() : Optional.of(unavailable());
    }

    private RuntimeException refused(GrpcProblem problem) {
        metrics.refused(problem.code());
        return problem.toException();
    }

    private static PublishResponse acknowledgement(PublishBatch batch) {
        return response(batch, batch.events().accepted().size());
    }

    private static PublishResponse response(PublishBatch batch, int accepted) {
        PublishResponse.Builder response =
                PublishResponse.newBuilder().setBatchId(batch.batchId()).setAccepted(accepted);
        for (Rejection rejection : batch.events().rejected()) {
            response.addRejectedBuilder()
                    .setIndex(rejection.index())
                    .setCode(rejection.code().wireName())
                    .setField(rejection.field())
                    .setMessage(rejection.message());
        }
        for (String id : batch.events().eventIds()) {
            response.addEventIds(id == null ? "" : id);
        }
        return response.build();
    }

    private static GrpcProblem unavailable() {
        return GrpcProblem.of(
                        Status.Code.UNAVAILABLE,
                        "log_unavailable",
                        "Events can't be stored now. Repeat the call later; with the same event ids nothing counts twice.")
                .retryAfter(RETRY_LATER);
    }

    private static GrpcProblem overloaded() {
        return GrpcProblem.of(
                        Status.Code.UNAVAILABLE,
                        "overloaded",
                        "More is coming in than can be stored. Repeat the call later, with the same event ids.")
                .retryAfter(RETRY_SOON);
    }

    private static GrpcProblem refusal(BodyRefusedException e) {
        return GrpcProblem.of(
                e.status() == 413 ? Status.Code.RESOURCE_EXHAUSTED : Status.Code.INVALID_ARGUMENT,
                e.code(),
                e.getMessage());
    }

    private static GrpcProblem allRejected(PublishBatch batch) {
        EventBatch events = batch.events();
        if (events.size() == 0) {
            return GrpcProblem.of(Status.Code.INVALID_ARGUMENT, "no_events", "The request holds no event.");
        }
        Rejection first = events.rejected().get(0);
        boolean foreignTenant =
                events.rejected().stream().allMatch(bad -> bad.code() == RejectionCode.FORBIDDEN_TENANT);
        GrpcProblem problem = foreignTenant || events.size() == 1
                ? GrpcProblem.of(
                        foreignTenant ? Status.Code.PERMISSION_DENIED : Status.Code.INVALID_ARGUMENT,
                        first.code().wireName(),
                        first.message())
                : GrpcProblem.of(
                        Status.Code.INVALID_ARGUMENT, "all_rejected", "No event of this request can be accepted.");
        return problem.with(response(batch, 0));
    }

    /** What became of one request; exactly one of these is called, on any thread. */
    private interface Outcome {

        /** At least one event is stored. */
        void taken(PublishBatch batch);

        /** Every event is bad, or there is none. */
        void noneTaken(PublishBatch batch);

        void failed(GrpcProblem why);
    }

    /** The way of one request's bytes into the log. */
    private final class Intake {

        private final Caller caller;
        private final Optional<RepeatKey> repeatKey;
        private final byte[] message;
        private final Runnable handedOver;
        private final Outcome outcome;
        private final long startedAt = System.nanoTime();
        private long reserved;

        /**
         * @param handedOver runs once, before the outcome: from then on another request of the same stream can't overtake
         */
        Intake(Caller caller, Optional<RepeatKey> repeatKey, byte[] message, Runnable handedOver, Outcome outcome) {
            this.caller = caller;
            this.repeatKey = repeatKey;
            this.message = message;
            this.handedOver = handedOver;
            this.outcome = outcome;
        }

        void begin() {
            Limiter.Decision decision =
                    limiter.admit(caller.peer(), Optional.of(caller.principal()), 1, message.length);
            if (!decision.admitted()) {
                refuse(GrpcProblem.limited(decision));
            } else if (!reserve(message.length)) {
                refuse(overloaded());
            } else {
                IngestTerms any = ingest.terms(caller.principal());
                IngestTerms terms = repeatKey.map(any::repeatableAs).orElse(any);
                if (message.length <= INLINE_BYTES) {
                    decodeInline(terms);
                } else {
                    decoders.executeBlocking(() -> ingest.decodeProtobuf(message, terms), false)
                            .onComplete(result -> {
                                if (result.succeeded()) {
                                    decoded(result.result());
                                } else if (result.cause() instanceof BodyRefusedException e) {
                                    refuse(refusal(e));
                                } else {
                                    refuse(internal());
                                }
                            });
                }
            }
        }

        private void decodeInline(IngestTerms terms) {
            PublishBatch batch;
            try {
                batch = ingest.decodeProtobuf(message, terms);
            } catch (BodyRefusedException e) {
                refuse(refusal(e));
                return;
            }
            decoded(batch);
        }

        private boolean reserve(long bytes) {
            if (!budget.reserve(bytes)) {
                return false;
            }
            reserved += bytes;
            return true;
        }

        private void decoded(PublishBatch batch) {
            EventBatch events = batch.events();
            if (events.size() > 1) {
                limiter.charge(caller.principal(), events.size() - 1, 0);
            }
            if (!events.rejected().isEmpty()) {
                metrics.rejected(events);
            }
            if (events.accepted().isEmpty()) {
                handedOver.run();
                finish();
                outcome.noneTaken(batch);
            } else if (events.acceptedBytes() > reserved && !reserve(events.acceptedBytes() - reserved)) {
                refuse(overloaded().with(response(batch, 0)));
            } else {
                ingest.store(events, result -> stored(batch, result));
                handedOver.run();
            }
        }

        private void stored(PublishBatch batch, EventLog.Outcome result) {
            finish();
            switch (result) {
                case STORED -> outcome.taken(batch);
                case OVERLOADED -> outcome.failed(overloaded().with(response(batch, 0)));
                case UNAVAILABLE -> outcome.failed(unavailable().with(response(batch, 0)));
            }
        }

        private void refuse(GrpcProblem problem) {
            handedOver.run();
            finish();
            outcome.failed(problem);
        }

        private void finish() {
            budget.release(reserved);
            metrics.answered(System.nanoTime() - startedAt, message.length);
        }
    }

    private static GrpcProblem internal() {
        return GrpcProblem.of(Status.Code.INTERNAL, "internal_error", "Something went wrong here.");
    }

    /**
     * One {@code PublishStream}. Requests are decoded and handed to the log one after the other, so that a user's events keep their
     * order; acknowledgements go out in the order of the requests. A further request is read only while few wait and the client
     * reads its acknowledgements.
     */
    private final class Stream implements StreamObserver<byte[]> {

        private final Caller caller;
        private final ServerCallStreamObserver<PublishResponse> out;
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private boolean asked;
        private boolean decoding;
        private boolean clientDone;
        private boolean closed;

        Stream(Caller caller, ServerCallStreamObserver<PublishResponse> out) {
            this.caller = caller;
            this.out = out;
            out.disableAutoRequest();
            out.setOnReadyHandler(this::askForMore);
            out.setOnCancelHandler(this::cancelled);
        }

        /** Outside the lock, like everything that may call back. */
        private void askForMore() {
            synchronized (this) {
                if (closed
                        || asked
                        || decoding
                        || clientDone
                        || waiting.size() >= MAX_BATCHES_IN_FLIGHT
                        || !out.isReady()) {
                    return;
                }
                asked = true;
            }
            out.request(1);
        }

        @Override
        public void onNext(byte[] message) {
            if (clock.instant().isAfter(caller.principal().expiresAt().plus(CLOCK_SKEW))) {
                fail(GrpcProblem.of(Status.Code.UNAUTHENTICATED, "invalid_token", "the token has expired"));
                return;
            }
            Waiting slot = new Waiting(this);
            synchronized (this) {
                asked = false;
                if (closed) {
                    return;
                }
                decoding = true;
                waiting.add(slot);
            }
            new Intake(caller, Optional.empty(), message, this::handedOver, slot).begin();
        }

        private void handedOver() {
            synchronized (this) {
                decoding = false;
            }
            askForMore();
        }

        @Override
        public synchronized void onCompleted() {
            clientDone = true;
            flush();
        }

        @Override
        public void onError(Throwable lost) {
            cancelled();
        }

        private synchronized void cancelled() {
            closed = true;
            waiting.clear();
        }

        /** Ends the stream after the acknowledgements that are due before. */
        private void fail(GrpcProblem problem) {
            Waiting last = new Waiting(this);
            synchronized (this) {
                waiting.add(last);
                clientDone = true;
            }
            last.failed(problem);
        }

        private void settle(Waiting slot, PublishResponse response, GrpcProblem problem) {
            synchronized (this) {
                slot.response = response;
                slot.problem = problem;
                flush();
            }
            askForMore();
        }

        /** Sends what is due; call it with the lock, so that acknowledgements keep their order. */
        private void flush() {
            while (!closed && !waiting.isEmpty() && waiting.peek().settled()) {
                Waiting head = waiting.poll();
                if (head.response != null) {
                    out.onNext(head.response);
                } else {
                    closed = true;
                    waiting.clear();
                    out.onError(refused(head.problem));
                }
            }
            if (!closed && clientDone && waiting.isEmpty()) {
                closed = true;
                out.onCompleted();
            }
        }
    }

    /** A request of a stream that isn't acknowledged yet. */
    private static final class Waiting implements Outcome {

        private final Stream stream;
        private PublishResponse response;
        private GrpcProblem problem;

        Waiting(Stream stream) {
            this.stream = stream;
        }

        private boolean settled() {
            return response != null || problem != null;
        }

        @Override
        public void taken(PublishBatch batch) {
            stream.settle(this, acknowledgement(batch), null);
        }

        @Override
        public void noneTaken(PublishBatch batch) {
            // One bad batch doesn't end the stream: its acknowledgement tells.
            stream.settle(this, response(batch, 0), null);
        }

        @Override
        public void failed(GrpcProblem why) {
            stream.settle(this, null, why);
        }
    }
}
