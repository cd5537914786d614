package io.tidegate.serving.push;

import io.tidegate.serving.auth.Principal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket protocol around a {@link FeedSession}: what a client may say, and how much of it.
 *
 * <p>Belongs to one event loop; the transport calls {@link #message}, {@link #clientFrame}, {@link #drained} and
 * {@link #closed}.
 */
final class PushSocket {

    private static final Logger LOG = LoggerFactory.getLogger(PushSocket.class);

    private final PushConfig config;
    private final Function<String, Future<Principal>> authenticate;
    private final FeedSession session;

    private boolean authenticating;
    private long windowStartNanos = System.nanoTime();
    private int framesInWindow;

    /**
     * @param authenticate turns a bearer token into a principal, or fails
     * @param shard of the calling event loop
     */
    PushSocket(
            Vertx vertx,
            PushConfig config,
            PushHub hub,
            PushShard shard,
            Function<String, Future<Principal>> authenticate,
            Outlet outlet) {
        this.config = config;
        this.authenticate = authenticate;
        this.session = new FeedSession(vertx, config, hub, shard, outlet);
    }

    /** Begins a conversation whose handshake carried a valid token. */
    void openAs(Principal who) {
        session.openAs(who);
    }

    /** Begins a conversation that must start with the op {@code auth}. */
    void openUnauthenticated() {
        session.openUnauthenticated();
    }

    /** Counts a frame of any kind; a flood of them, even of pings, ends the conversation. */
    void clientFrame() {
        session.heard();
        long now = System.nanoTime();
        if (now - windowStartNanos > config.clientFramesWindow().toNanos()) {
            windowStartNanos = now;
            framesInWindow = 0;
        }
        if (++framesInWindow > config.maxClientFrames()) {
            session.fail(PushError.TOO_MANY_MESSAGES, CloseCode.POLICY_VIOLATION);
        }
    }

    /** A whole text message of the client. */
    void message(byte[] utf8) {
        if (!session.isOpen()) {
            return;
        }
        Optional<Principal> who = session.principal();
        ClientMessage message;
        try {
            message = ClientMessage.parse(utf8);
        } catch (ClientMessage.MalformedException e) {
            LOG.debug("malformed message of a listener", e);
            if (who.isEmpty()) {
                session.fail(PushError.BAD_MESSAGE, CloseCode.UNAUTHORIZED);
            } else {
                session.notice(new Notice.Error(PushError.BAD_MESSAGE));
            }
            return;
        }
        if (message.op().equals("auth")) {
            auth(message);
        } else if (who.isEmpty()) {
            session.fail(PushError.UNAUTHENTICATED, CloseCode.UNAUTHORIZED);
        } else {
            switch (message.op()) {
                case "subscribe" -> subscribe(who.get(), message);
                case "unsubscribe" -> unsubscribe(message);
                case "ping" -> session.notice(new Notice.Pong());
                default -> session.notice(new Notice.Error(PushError.UNKNOWN_OP));
            }
        }
    }

    private void auth(ClientMessage message) {
        if (message.token() == null || authenticating) {
            session.fail(PushError.BAD_MESSAGE, CloseCode.UNAUTHORIZED);
            return;
        }
        authenticating = true;
        authenticate.apply(message.token()).onComplete(verified -> {
            authenticating = false;
            if (verified.failed()) {
                session.fail(PushError.INVALID_TOKEN, CloseCode.UNAUTHORIZED);
            } else {
                session.renew(verified.result());
            }
        });
    }

    private void subscribe(Principal who, ClientMessage message) {
        if (message.channel() == null) {
            session.notice(new Notice.Error(PushError.BAD_MESSAGE));
            return;
        }
        try {
            session.subscribe(Wanted.of(who, message.channel(), message.cursor(), message.filter()));
        } catch (Wanted.RefusedException e) {
            session.notice(new Notice.Error(e.error(), e.channel(), null));
        }
    }

    private void unsubscribe(ClientMessage message) {
        if (message.channel() == null) {
            session.notice(new Notice.Error(PushError.BAD_MESSAGE));
            return;
        }
        Channel.parse(message.channel())
                .ifPresentOrElse(session::unsubscribe, () -> session.notice(new Notice.Error(PushError.BAD_CHANNEL)));
    }

    /** The transport takes data again. */
    void drained() {
        session.drained();
    }

    /** Says why, then closes. */
    void fail(PushError error, CloseCode code) {
        session.fail(error, code);
    }

    /** The connection is gone. */
    void closed() {
        session.closed();
    }
}
