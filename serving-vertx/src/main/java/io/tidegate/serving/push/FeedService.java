package io.tidegate.serving.push;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.tidegate.contracts.v1.FeedMessage;
import io.tidegate.contracts.v1.Services;
import io.tidegate.contracts.v1.SubscribeRequest;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.grpc.Caller;
import io.tidegate.serving.grpc.GrpcProblem;
import io.tidegate.serving.grpc.GrpcServiceBuilder;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code tidegate.v1.FeedService}: the same channels, permissions, resume and limits as on the WebSocket, one channel for each call.
 *
 * <p>Ends with INVALID_ARGUMENT or PERMISSION_DENIED for what can't be had; how it ends later is said in {@link GrpcOutlet}. Any
 * thread calls.
 */
final class FeedService {

    private static final Logger LOG = LoggerFactory.getLogger(FeedService.class);

    private final Vertx vertx;
    private final PushConfig config;
    private final PushHub hub;
    private final List<PushShard> shards;
    private final AtomicInteger next = new AtomicInteger();

    /**
     * @param shards whose event loops the listeners are spread over
     */
    FeedService(Vertx vertx, PushConfig config, PushHub hub, List<PushShard> shards) {
        this.vertx = vertx;
        this.config = config;
        this.hub = hub;
        this.shards = List.copyOf(shards);
    }

    ServerServiceDefinition definition() {
        return GrpcServiceBuilder.of(Services.getDescriptor(), "FeedService")
                .method(
                        "Subscribe",
                        FeedMessage.getDefaultInstance(),
                        ServerCalls.asyncServerStreamingCall(this::subscribe))
                .build();
    }

    private void subscribe(byte[] message, StreamObserver<FeedMessage> observer) {
        ServerCallStreamObserver<FeedMessage> call = (ServerCallStreamObserver<FeedMessage>) observer;
        Principal who = Caller.current().principal();
        SubscribeRequest request;
        try {
            request = SubscribeRequest.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            LOG.debug("a subscription that can't be parsed", e);
            call.onError(GrpcProblem.of(
                            Status.Code.INVALID_ARGUMENT,
                            "invalid_protobuf",
                            "The message is no valid SubscribeRequest.")
                    .toException());
            return;
        }
        Wanted wanted;
        try {
            wanted = Wanted.of(
                    who,
                    request.getChannel(),
                    request.getCursor().isEmpty() ? null : request.getCursor(),
                    new Filter(
                            set(request.getSeveritiesList()),
                            set(request.getRulesList()),
                            set(request.getSubjectsList())));
        } catch (Wanted.RefusedException e) {
            call.onError(refusal(e.error()).toException());
            return;
        }
        PushShard shard = shards.get(Math.floorMod(next.getAndIncrement(), shards.size()));
        Listener listener = new Listener(call, shard, request.getCursor());
        // gRPC takes handlers only until this method returns.
        call.setOnReadyHandler(listener::ready);
        call.setOnCancelHandler(listener::gone);
        shard.context().runOnContext(ignored -> listener.begin(who, wanted));
    }

    private static Set<String> set(List<String> values) {
        return new HashSet<>(values);
    }

    private static GrpcProblem refusal(PushError error) {
        return GrpcProblem.of(
                error == PushError.FORBIDDEN ? Status.Code.PERMISSION_DENIED : Status.Code.INVALID_ARGUMENT,
                error.code(),
                error.message());
    }

    /** One call. Its session belongs to the shard's event loop; gRPC calls from its own threads. */
    private final class Listener {
        private final ServerCallStreamObserver<FeedMessage> call;
        private final PushShard shard;
        private final GrpcOutlet outlet;
        private FeedSession session;

        private Listener(ServerCallStreamObserver<FeedMessage> call, PushShard shard, String cursor) {
            this.call = call;
            this.shard = shard;
            this.outlet = new GrpcOutlet(call, cursor);
        }

        private void begin(Principal who, Wanted wanted) {
            if (call.isCancelled()) {
                return;
            }
            if (shard.isClosed()) {
                // It came while the server was closing.
                outlet.close(CloseCode.SERVICE_RESTART, PushShard.GOODBYE);
                return;
            }
            session = new FeedSession(vertx, config, hub, shard, outlet);
            try {
                session.openAs(who);
                if (session.isOpen()) {
                    session.subscribe(wanted);
                }
            } catch (RuntimeException e) {
                LOG.error("a subscription could not be begun", e);
                session.fail(PushError.INTERNAL, CloseCode.INTERNAL_ERROR);
            }
        }

        private void ready() {
            shard.context().runOnContext(ignored -> {
                if (session != null) {
                    session.drained();
                }
            });
        }

        private void gone() {
            shard.context().runOnContext(ignored -> {
                if (session != null) {
                    session.closed();
                }
            });
        }
    }
}
