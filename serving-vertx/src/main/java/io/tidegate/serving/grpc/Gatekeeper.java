package io.tidegate.serving.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidegate.serving.auth.Auth;
import io.tidegate.serving.auth.InvalidTokenException;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.limits.Limiter;
import io.tidegate.serving.limits.PeerAddress;
import io.tidegate.serving.limits.PeerResolver;
import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * Lets a call through to its service if limits and token allow it. Nothing of a call's messages is read before.
 *
 * <p>UNAUTHENTICATED without a valid token, RESOURCE_EXHAUSTED above a limit. Roles are the services' own business.
 */
final class Gatekeeper implements ServerInterceptor {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> FORWARDED_FOR =
            Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> IDEMPOTENCY_KEY =
            Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";

    private final Auth auth;
    private final Limiter limiter;
    private final PeerResolver peers;

    Gatekeeper(Auth auth, Limiter limiter, PeerResolver peers) {
        this.auth = auth;
        this.limiter = limiter;
        this.peers = peers;
    }

    /** For services that anybody may call: only the address's limit holds. */
    ServerInterceptor withoutToken() {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                Limiter.Decision decision = limiter.admit(peer(call, headers), Optional.empty(), 0, 0);
                return decision.admitted()
                        ? next.startCall(call, headers)
                        : refuse(call, GrpcProblem.limited(decision));
            }
        };
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        PeerAddress peer = peer(call, headers);
        Limiter.Decision decision = limiter.admit(peer, Optional.empty(), 0, 0);
        if (!decision.admitted()) {
            return refuse(call, GrpcProblem.limited(decision));
        }
        Optional<String> token = token(headers);
        if (token.isEmpty()) {
            return refuse(
                    call,
                    GrpcProblem.of(
                            Status.Code.UNAUTHENTICATED,
                            "missing_token",
                            "Send a token in metadata: authorization: Bearer <JWT>."));
        }
        Future<Principal> verified = auth.authenticate(token.get());
        if (verified.isComplete()) {
            return decide(verified, peer, call, headers, next);
        }
        Waiting<Q> waiting = new Waiting<>();
        Context context = Context.current();
        verified.onComplete(result -> context.run(() -> waiting.goOn(decide(verified, peer, call, headers, next))));
        return waiting;
    }

    private <Q, R> ServerCall.Listener<Q> decide(
            Future<Principal> verified,
            PeerAddress peer,
            ServerCall<Q, R> call,
            Metadata headers,
            ServerCallHandler<Q, R> next) {
        if (verified.failed()) {
            String detail = verified.cause() instanceof InvalidTokenException invalid
                    ? invalid.getMessage()
                    : "the token can't be verified";
            return refuse(call, GrpcProblem.of(Status.Code.UNAUTHENTICATED, "invalid_token", detail));
        }
        Principal principal = verified.result();
        Limiter.Decision decision = limiter.admit(peer, Optional.of(principal), 0, 0);
        if (!decision.admitted()) {
            return refuse(call, GrpcProblem.limited(decision));
        }
        return Contexts.interceptCall(
                Context.current()
                        .withValue(
                                Caller.KEY,
                                new Caller(principal, peer, Optional.ofNullable(headers.get(IDEMPOTENCY_KEY)))),
                call,
                headers,
                next);
    }

    private static Optional<String> token(Metadata headers) {
        Iterable<String> values = headers.getAll(AUTHORIZATION);
        if (values == null) {
            return Optional.empty();
        }
        List<String> all = new ArrayList<>();
        values.forEach(all::add);
        // Of two tokens each side of a proxy could believe another one.
        if (all.size() != 1 || !all.get(0).regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.empty();
        }
        return Optional.of(all.get(0).substring(BEARER.length()).trim());
    }

    private PeerAddress peer(ServerCall<?, ?> call, Metadata headers) {
        SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        if (!(remote instanceof InetSocketAddress address) || address.getAddress() == null) {
            return PeerAddress.LOCAL;
        }
        List<String> forwarded = new ArrayList<>();
        Iterable<String> values = headers.getAll(FORWARDED_FOR);
        if (values != null) {
            values.forEach(forwarded::add);
        }
        return peers.resolve(address.getAddress().getHostAddress(), forwarded);
    }

    private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, GrpcProblem problem) {
        StatusRuntimeException refusal = problem.toException();
        call.close(refusal.getStatus(), refusal.getTrailers());
        return new ServerCall.Listener<>() {};
    }

    /** Keeps what happens to a call until it is known who calls. No message is among it: none has been asked for. */
    private static final class Waiting<Q> extends ServerCall.Listener<Q> {

        private final Queue<Runnable> kept = new ArrayDeque<>();
        private ServerCall.Listener<Q> next;

        synchronized void goOn(ServerCall.Listener<Q> listener) {
            next = listener;
            kept.forEach(Runnable::run);
            kept.clear();
        }

        private synchronized void tell(Runnable event) {
            if (next == null) {
                kept.add(event);
            } else {
                event.run();
            }
        }

        @Override
        public void onMessage(Q message) {
            tell(() -> next.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            tell(() -> next.onHalfClose());
        }

        @Override
        public void onCancel() {
            tell(() -> next.onCancel());
        }

        @Override
        public void onComplete() {
            tell(() -> next.onComplete());
        }

        @Override
        public void onReady() {
            tell(() -> next.onReady());
        }
    }
}
