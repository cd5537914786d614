package io.tidegate.serving.grpc;

import io.grpc.Context;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.limits.PeerAddress;
import java.util.Optional;

/**
 * Who calls. Every service that a feature brings is behind authentication; its methods ask {@link #current} while they are being
 * called (later, on another thread, they have to have kept it).
 *
 * @param principal from the verified token of metadata {@code authorization}
 * @param peer the client's address
 * @param idempotencyKey metadata {@code idempotency-key}, as it came
 */
public record Caller(Principal principal, PeerAddress peer, Optional<String> idempotencyKey) {

    static final Context.Key<Caller> KEY = Context.key("io.tidegate.caller");

    /** The caller of the call that this thread is handling. */
    public static Caller current() {
        Caller caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException("no authenticated call on this thread");
        }
        return caller;
    }
}
