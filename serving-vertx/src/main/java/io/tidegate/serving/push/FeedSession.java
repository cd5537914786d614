package io.tidegate.serving.push;

import io.tidegate.serving.auth.Principal;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One listener, whatever the transport: who it is and until when, its subscriptions, what waits for it, and the reasons to end it.
 *
 * <p>Belongs to one event loop; the transport calls {@link #heard}, {@link #drained} and {@link #closed}.
 */
final class FeedSession {

    /** RFC 6455: a close frame's payload is at most 125 bytes, two of them the code. */
    private static final int MAX_REASON_BYTES = 123;

    private static final int MAX_UNANSWERED = 2;
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final PushConfig config;
    private final PushHub hub;
    private final PushShard shard;
    private final Outlet outlet;
    private final Backlog backlog;
    private final Map<Channel, Subscription> subscriptions = new HashMap<>(4);
    /** Those that are being brought up to date, one after the other. Null while there are none. */
    private ArrayDeque<Replay> replays;

    private boolean advancing;
    private Principal principal;
    private boolean open = true;
    /** The time-limit for the first token, then the token's end. */
    private long timer = NO_TIMER;
    /** See {@link PushShard#heartbeatEvery}. */
    private final int beat;
    /** Heartbeats since the peer was last heard of. */
    private int unanswered;

    /**
     * @param shard of the calling event loop
     */
    FeedSession(Vertx vertx, PushConfig config, PushHub hub, PushShard shard, Outlet outlet) {
        this.vertx = vertx;
        this.config = config;
        this.hub = hub;
        this.shard = shard;
        this.outlet = outlet;
        this.backlog =
                new Backlog(config.maxBacklogFrames(), config.maxBacklogSize().bytes());
        this.beat = shard.opened(this);
        hub.metrics().socketOpened();
    }

    PushConfig config() {
        return config;
    }

    boolean isOpen() {
        return open;
    }

    /** Who it is; empty before the first token. */
    Optional<Principal> principal() {
        return Optional.ofNullable(principal);
    }

    /** Begins with a valid token. */
    void openAs(Principal who) {
        welcome(who);
    }

    /** Begins without a token; {@link #renew} must follow in time. */
    void openUnauthenticated() {
        timer = vertx.setTimer(config.authTimeout().toMillis(), ignored -> {
            timer = NO_TIMER;
            fail(PushError.AUTH_TIMEOUT, CloseCode.UNAUTHORIZED);
        });
    }

    /** A token, the first or a new one, which must be of the same subject. It may allow less: what it doesn't allow ends. */
    void renew(Principal who) {
        if (!open) {
            return;
        }
        if (principal != null && !isSame(principal, who)) {
            fail(PushError.OTHER_SUBJECT, CloseCode.UNAUTHORIZED);
            return;
        }
        for (Subscription subscription : List.copyOf(subscriptions.values())) {
            if (!subscription.channel().readableBy(who)) {
                drop(subscription);
                notice(new Notice.Error(
                        PushError.FORBIDDEN, subscription.channel().name(), null));
            }
        }
        welcome(who);
    }

    /** A subject is one within its tenant. What was subscribed to is of that tenant, so a session doesn't change it. */
    private static boolean isSame(Principal before, Principal now) {
        return before.sub().equals(now.sub()) && before.tenant().equals(now.tenant());
    }

    private void welcome(Principal who) {
        principal = who;
        cancelTimer();
        notice(new Notice.Ready());
        if (open) {
            scheduleExpiry(who.expiresAt());
        }
    }

    private void scheduleExpiry(Instant expiresAt) {
        long left = Duration.between(Instant.now(), expiresAt).toMillis();
        long notice = config.expiryNotice().toMillis();
        if (left > notice) {
            timer = vertx.setTimer(left - notice, ignored -> {
                timer = NO_TIMER;
                notice(new Notice.Expiring(expiresAt));
                awaitExpiry(notice);
            });
        } else {
            awaitExpiry(left);
        }
    }

    private void awaitExpiry(long millis) {
        if (!open) {
            return;
        }
        // A token that is accepted though it has just expired (clock skew) gets its time to be renewed, no more.
        timer = vertx.setTimer(Math.max(1, millis), ignored -> {
            timer = NO_TIMER;
            notice(new Notice.Error(PushError.TOKEN_EXPIRED));
            if (open) {
                timer = vertx.setTimer(Math.max(1, config.expiryGrace().toMillis()), alsoIgnored -> {
                    timer = NO_TIMER;
                    close(CloseCode.UNAUTHORIZED, PushError.TOKEN_EXPIRED.code());
                });
            }
        });
    }

    int beat() {
        return beat;
    }

    /** The peer has said something, anything. */
    void heard() {
        unanswered = 0;
    }

    /**
     * Called every heartbeat interval. Keeps proxies from taking a quiet connection for a dead one, and finds those that are
     * dead without ever having said so.
     */
    void heartbeat() {
        if (outlet.isHeartbeatAnswered() && unanswered >= MAX_UNANSWERED) {
            close(CloseCode.GOING_AWAY, "no answer to pings");
        } else {
            unanswered++;
            outlet.heartbeat();
        }
    }

    /**
     * Begins a subscription, or changes the one that there is: a new filter, and with a cursor a new place to continue from.
     *
     * @param wanted checked against the principal of this session
     */
    void subscribe(Wanted wanted) {
        Channel channel = wanted.channel();
        Subscription subscription = subscriptions.get(channel);
        boolean isNew = subscription == null;
        if (isNew) {
            if (subscriptions.size() >= config.maxSubscriptions()) {
                fail(PushError.TOO_MANY_SUBSCRIPTIONS, CloseCode.POLICY_VIOLATION);
                return;
            }
            subscription = new Subscription(this, channel);
            subscriptions.put(channel, subscription);
        }
        subscription.filter(wanted.filter());
        // Before it is registered: what comes after this place is then found in the journal, or comes live.
        Cursor present = hub.position(channel.family()).orElse(null);
        Cursor from = wanted.cursor() == null ? present : wanted.cursor();
        if (isNew) {
            shard.add(subscription);
            hub.metrics().subscriptions(1);
        }
        if (isNew || wanted.cursor() != null) {
            subscription.beginsAt(from);
        }
        boolean tell = isNew && wanted.cursor() == null && !channel.family().isState();
        notice(new Notice.Subscribed(channel, tell ? subscription.cursor() : null));
        if (!open) {
            return;
        }
        if (channel.family().isState()) {
            sendNewest(subscription);
        } else if (from != null && (isNew || wanted.cursor() != null)) {
            replay(subscription, from, wanted.cursor() != null, present);
        }
    }

    /** The newest value is all there is to a state channel, so whatever cursor came along is honoured by it. */
    private void sendNewest(Subscription subscription) {
        hub.states().latest(subscription.channel()).ifPresent(subscription::deliverNewest);
    }

    private void replay(Subscription subscription, Cursor from, boolean asked, Cursor present) {
        Optional<StreamFeed> feed = hub.feed(subscription.channel().family());
        if (feed.isEmpty()) {
            if (asked && (present == null || !from.isAt(present))) {
                History.Gap gap = History.Gap.since(from);
                notice(new Notice.Gap(subscription.channel(), gap.from(), gap.to()));
            }
            return;
        }
        endReplay(subscription);
        backlog.forget(subscription);
        Replay replay = new Replay(vertx, hub, feed.get(), this, subscription, from);
        subscription.replaying(replay);
        if (replays == null) {
            replays = new ArrayDeque<>(2);
        }
        replays.add(replay);
        replayAdvanced();
    }

    /** Something was read, or the transport takes data again. */
    void replayAdvanced() {
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            while (replays != null) {
                Replay first = replays.peek();
                if (first == null) {
                    replays = null;
                    return;
                }
                first.advance();
                if (replays == null || !first.isOver()) {
                    return;
                }
                replays.remove(first);
            }
        } finally {
            advancing = false;
        }
    }

    private void endReplay(Subscription subscription) {
        Replay replay = subscription.replay();
        if (replay != null) {
            replay.cancel();
            subscription.replaying(null);
            if (replays != null) {
                replays.remove(replay);
            }
        }
    }

    void unsubscribe(Channel channel) {
        Subscription subscription = subscriptions.get(channel);
        if (subscription != null) {
            drop(subscription);
            replayAdvanced();
        }
    }

    private void drop(Subscription subscription) {
        subscriptions.remove(subscription.channel());
        shard.remove(subscription);
        endReplay(subscription);
        backlog.forget(subscription);
        hub.metrics().subscriptions(-1);
    }

    /** Whether what is sent now goes out now. */
    boolean isWritable() {
        return open && backlog.isEmpty() && !outlet.isFull();
    }

    /** Says something that is no event, in its place between the events. */
    void notice(Notice notice) {
        if (!open) {
            return;
        }
        if (isWritable()) {
            outlet.write(notice);
        } else if (!backlog.addNotice(notice)) {
            tooSlow(null);
        }
    }

    /**
     * @param cursor where this listener continues, if that isn't the event's own cursor; else null
     */
    void event(Subscription subscription, FeedEvent event, int channelIndex, String cursor) {
        if (!open) {
            return;
        }
        if (isWritable()) {
            outlet.write(event, channelIndex, cursor);
            subscription.handedOver(event, cursor);
            hub.metrics().delivered();
        } else {
            queue(subscription, event, channelIndex, cursor);
        }
    }

    private void queue(Subscription subscription, FeedEvent event, int channelIndex, String cursor) {
        hub.metrics().backlogged();
        SlowPolicy policy = config.slow().of(subscription.channel().family());
        if (policy == SlowPolicy.CONFLATE) {
            backlog.addNewest(subscription, event, channelIndex, cursor);
        } else if (backlog.addEvent(subscription, event, channelIndex, cursor)) {
            return;
        } else if (policy == SlowPolicy.GAP
                && backlog.addAfterGap(subscription, event, channelIndex, cursor, Instant.now())) {
            hub.metrics().skipped();
        } else {
            tooSlow(subscription);
        }
    }

    /** The transport takes data again. */
    void drained() {
        if (open) {
            backlog.drainTo(outlet);
            replayAdvanced();
        }
    }

    /**
     * What waits is thrown away, so that the cursor told here is the truth: everything up to it was sent. It stands in an
     * error frame and, where it fits, in the close reason.
     *
     * @param subscription whose event found no room; null if it was something else
     */
    void tooSlow(Subscription subscription) {
        refuse(PushError.SLOW_CONSUMER, subscription);
    }

    /** Sends the listener away, to come again with its last cursor. */
    void refuse(PushError error, Subscription subscription) {
        if (!open) {
            return;
        }
        backlog.clear();
        String channel = subscription == null ? null : subscription.channel().name();
        String cursor = subscription == null ? null : subscription.cursor();
        outlet.write(new Notice.Error(error, channel, cursor));
        String reason = error.code();
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
            outlet.write(new Notice.Error(error));
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
        if (replays != null) {
            replays.forEach(Replay::cancel);
            replays = null;
        }
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
