package io.tidegate.serving.push;

import io.tidegate.serving.auth.Principal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversation with one listener: authentication, subscriptions, delivery, and the reasons to end it.
 *
 * <p>Belongs to one event loop; the transport calls {@link #message}, {@link #clientFrame}, {@link #drained} and
 * {@link #closed}.
 */
final class PushSocket {

    /** RFC 6455: a close frame's payload is at most 125 bytes, two of them the code. */
    private static final int MAX_REASON_BYTES = 123;

    private static final int MAX_UNANSWERED = 2;
    private static final long NO_TIMER = -1;
    private static final Logger LOG = LoggerFactory.getLogger(PushSocket.class);

    private final Vertx vertx;
    private final PushConfig config;
    private final PushHub hub;
    private final PushShard shard;
    private final Function<String, Future<Principal>> authenticate;
    private final Outlet outlet;
    private final Backlog backlog;
    private final Map<Channel, Subscription> subscriptions = new LinkedHashMap<>();

    private Principal principal;
    private boolean authenticating;
    private boolean open = true;
    /** The time-limit for the first token, then the token's end. */
    private long timer = NO_TIMER;

    private long windowStartNanos = System.nanoTime();
    private int framesInWindow;
    /** Pings since the last frame of the client. */
    private int unanswered;

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
        this.vertx = vertx;
        this.config = config;
        this.hub = hub;
        this.shard = shard;
        this.authenticate = authenticate;
        this.outlet = outlet;
        this.backlog =
                new Backlog(config.maxBacklogFrames(), config.maxBacklogSize().bytes());
    }

    /** Begins a conversation whose handshake carried a valid token. */
    void openAs(Principal who) {
        opened();
        welcome(who);
    }

    /** Begins a conversation that must start with the op {@code auth}. */
    void openUnauthenticated() {
        opened();
        timer = vertx.setTimer(config.authTimeout().toMillis(), ignored -> {
            timer = NO_TIMER;
            fail(PushError.AUTH_TIMEOUT, CloseCode.UNAUTHORIZED);
        });
    }

    private void opened() {
        shard.opened(this);
        hub.metrics().socketOpened();
    }

    /** Counts a frame of any kind; a flood of them, even of pings, ends the conversation. */
    void clientFrame() {
        unanswered = 0;
        long now = System.nanoTime();
        if (now - windowStartNanos > config.clientFramesWindow().toNanos()) {
            windowStartNanos = now;
            framesInWindow = 0;
        }
        if (++framesInWindow > config.maxClientFrames()) {
            fail(PushError.TOO_MANY_MESSAGES, CloseCode.POLICY_VIOLATION);
        }
    }

    /**
     * Called every ping interval. Keeps proxies from taking a quiet connection for a dead one, and finds those that are dead
     * without ever having said so.
     */
    void ping() {
        if (unanswered >= MAX_UNANSWERED) {
            close(CloseCode.GOING_AWAY, "no answer to pings");
        } else {
            unanswered++;
            outlet.ping();
        }
    }

    /** A whole text message of the client. */
    void message(byte[] utf8) {
        if (!open) {
            return;
        }
        ClientMessage message;
        try {
            message = ClientMessage.parse(utf8);
        } catch (ClientMessage.MalformedException e) {
            LOG.debug("malformed message of a listener", e);
            if (principal == null) {
                fail(PushError.BAD_MESSAGE, CloseCode.UNAUTHORIZED);
            } else {
                control(Frames.error(PushError.BAD_MESSAGE));
            }
            return;
        }
        if (message.op().equals("auth")) {
            auth(message);
        } else if (principal == null) {
            fail(PushError.UNAUTHENTICATED, CloseCode.UNAUTHORIZED);
        } else {
            switch (message.op()) {
                case "subscribe" -> subscribe(message);
                case "unsubscribe" -> unsubscribe(message);
                case "ping" -> control(Frames.PONG);
                default -> control(Frames.error(PushError.UNKNOWN_OP));
            }
        }
    }

    private void auth(ClientMessage message) {
        if (message.token() == null || authenticating) {
            fail(PushError.BAD_MESSAGE, CloseCode.UNAUTHORIZED);
            return;
        }
        authenticating = true;
        authenticate.apply(message.token()).onComplete(verified -> {
            authenticating = false;
            if (!open) {
                return;
            }
            if (verified.failed()) {
                fail(PushError.INVALID_TOKEN, CloseCode.UNAUTHORIZED);
            } else if (principal != null
                    && !principal.sub().equals(verified.result().sub())) {
                fail(PushError.OTHER_SUBJECT, CloseCode.UNAUTHORIZED);
            } else {
                renewAs(verified.result());
            }
        });
    }

    /** A new token may allow less than the one before: what it doesn't allow ends. */
    private void renewAs(Principal who) {
        for (Subscription subscription : List.copyOf(subscriptions.values())) {
            if (!subscription.channel().readableBy(who)) {
                drop(subscription);
                control(Frames.error(PushError.FORBIDDEN, subscription.channel().name(), null));
            }
        }
        welcome(who);
    }

    private void welcome(Principal who) {
        principal = who;
        cancelTimer();
        control(Frames.READY);
        scheduleExpiry(who.expiresAt());
    }

    private void scheduleExpiry(Instant expiresAt) {
        // A token that is accepted though it has just expired (clock skew) gets its time to be renewed, no more.
        long wait = Math.max(1, Duration.between(Instant.now(), expiresAt).toMillis());
        timer = vertx.setTimer(wait, ignored -> {
            timer = NO_TIMER;
            control(Frames.error(PushError.TOKEN_EXPIRED));
            if (open) {
                timer = vertx.setTimer(Math.max(1, config.expiryGrace().toMillis()), alsoIgnored -> {
                    timer = NO_TIMER;
                    close(CloseCode.UNAUTHORIZED, PushError.TOKEN_EXPIRED.code());
                });
            }
        });
    }

    private void subscribe(ClientMessage message) {
        if (message.channel() == null) {
            control(Frames.error(PushError.BAD_MESSAGE));
            return;
        }
        Optional<Channel> parsed = Channel.parse(message.channel());
        if (parsed.isEmpty()) {
            // The name isn't repeated: it may be long or hold anything.
            control(Frames.error(PushError.BAD_CHANNEL));
            return;
        }
        Channel channel = parsed.get();
        if (!channel.readableBy(principal)) {
            control(Frames.error(PushError.FORBIDDEN, channel.name(), null));
            return;
        }
        Cursor from = null;
        if (message.cursor() != null) {
            Optional<Cursor> cursor = Cursor.decode(message.cursor())
                    .filter(c -> c.topicTag() == channel.family().topicTag());
            if (cursor.isEmpty()) {
                control(Frames.error(PushError.BAD_CURSOR, channel.name(), null));
                return;
            }
            from = cursor.get();
        }
        Subscription subscription = subscriptions.get(channel);
        if (subscription == null) {
            if (subscriptions.size() >= config.maxSubscriptions()) {
                fail(PushError.TOO_MANY_SUBSCRIPTIONS, CloseCode.POLICY_VIOLATION);
                return;
            }
            subscription = new Subscription(
                    this,
                    channel,
                    hub.position(channel.family()).map(Cursor::encode).orElse(null));
            subscriptions.put(channel, subscription);
            shard.add(subscription);
            hub.metrics().subscriptions(1);
        }
        control(Frames.subscribed(channel));
        if (channel.family().isState()) {
            sendNewest(subscription);
        } else if (from != null) {
            tellGap(channel, from);
        }
    }

    /** The newest value is all there is to a state channel, so whatever cursor came along is honoured by it. */
    private void sendNewest(Subscription subscription) {
        hub.states().latest(subscription.channel()).ifPresent(subscription::deliverNewest);
    }

    /**
     * Old events aren't kept here, so a cursor is honoured only where nothing was missed; otherwise the listener is told
     * from when to when, and can ask {@code GET /api/v1/alerts} for it.
     */
    private void tellGap(Channel channel, Cursor from) {
        Optional<Cursor> position = hub.position(channel.family());
        if (position.isEmpty() || !from.isAt(position.get())) {
            Instant now = Instant.now();
            Instant since = Instant.ofEpochMilli(Math.min(from.atMs(), now.toEpochMilli()));
            control(Frames.gap(channel, since, now));
        }
    }

    private void unsubscribe(ClientMessage message) {
        if (message.channel() == null) {
            control(Frames.error(PushError.BAD_MESSAGE));
            return;
        }
        Optional<Channel> channel = Channel.parse(message.channel());
        if (channel.isEmpty()) {
            control(Frames.error(PushError.BAD_CHANNEL));
            return;
        }
        Subscription subscription = subscriptions.get(channel.get());
        if (subscription != null) {
            drop(subscription);
        }
    }

    private void drop(Subscription subscription) {
        subscriptions.remove(subscription.channel());
        shard.remove(subscription);
        backlog.forget(subscription);
        hub.metrics().subscriptions(-1);
    }

    /** Sends a frame that is no event, in its place between the events. */
    void control(byte[] frame) {
        if (!open) {
            return;
        }
        if (backlog.isEmpty() && !outlet.isFull()) {
            outlet.write(frame);
        } else if (!backlog.addControl(frame)) {
            tooSlow(null);
        }
    }

    void event(Subscription subscription, FeedEvent event, int channelIndex) {
        if (!open) {
            return;
        }
        if (backlog.isEmpty() && !outlet.isFull()) {
            outlet.write(event.frame(channelIndex));
            subscription.handedOver(event);
            hub.metrics().delivered();
        } else if (backlog.addEvent(subscription, event, channelIndex)) {
            hub.metrics().backlogged();
        } else {
            tooSlow(subscription);
        }
    }

    /** The transport takes data again. */
    void drained() {
        if (open) {
            backlog.drainTo(outlet);
        }
    }

    /**
     * What waits is thrown away, so that the cursor told here is the truth: everything up to it was sent. It stands in an
     * error frame and, where it fits, in the close reason.
     *
     * @param subscription whose event found no room; null if it was another frame
     */
    private void tooSlow(Subscription subscription) {
        backlog.clear();
        String channel = subscription == null ? null : subscription.channel().name();
        String cursor = subscription == null ? null : subscription.cursor();
        outlet.write(Frames.error(PushError.SLOW_CONSUMER, channel, cursor));
        String reason = PushError.SLOW_CONSUMER.code();
        if (cursor != null) {
            String withCursor = reason + " cursor=" + cursor;
            if (withCursor.getBytes(StandardCharsets.UTF_8).length <= MAX_REASON_BYTES) {
                reason = withCursor;
            }
        }
        close(CloseCode.TRY_AGAIN_LATER, reason);
    }

    /** Says why, then closes. */
    void fail(PushError error, CloseCode code) {
        if (open) {
            backlog.clear();
            outlet.write(Frames.error(error));
            close(code, error.code());
        }
    }

    void close(CloseCode code, String reason) {
        if (open) {
            hub.metrics().closed(code);
            release();
            outlet.close(code, reason);
        }
    }

    /** The connection is gone. */
    void closed() {
        if (open) {
            release();
        }
    }

    private void release() {
        open = false;
        cancelTimer();
        backlog.clear();
        for (Subscription subscription : subscriptions.values()) {
            shard.remove(subscription);
        }
        hub.metrics().subscriptions(-subscriptions.size());
        subscriptions.clear();
        shard.closed(this);
        hub.metrics().socketClosed();
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
