package io.tidegate.serving.push;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions of one event loop. {@link #offer}, {@link #offerGap} and {@link #context} may be called by any thread; everything else
 * belongs to the event loop, which is why it has no locks.
 */
final class PushShard {

    static final String GOODBYE = "the gateway is shutting down";

    private static final long NO_TIMER = -1;
    private static final int GOODBYES = 20;
    private static final int BEATS = 32;

    /** How many events of a burst may wait for each other at most: a connection has one system call for so many. */
    private static final int BURST = 64;

    /** How many at least, however many listeners there are. */
    private static final int PART = 8;

    /** How many writes to listeners the first of them may wait for, beyond those of the first {@link #PART}: a millisecond's. */
    private static final int HELD = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(PushShard.class);

    private final PushHub hub;
    private final Context context;
    private final Map<Channel, Subscribers> subscribers = new HashMap<>();
    private final Set<FeedSession> sessions = new HashSet<>();
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Cork cork = new Cork();
    private long pings = NO_TIMER;
    private int beat;
    private int nextBeat;
    private boolean closed;
    /** Once everybody has been sent away, or has gone. */
    private final Promise<Void> left = Promise.promise();

    PushShard(PushHub hub, Context context) {
        this.hub = hub;
        this.context = context;
    }

    /** Of its event loop. */
    Context context() {
        return context;
    }

    /** Of the connections on this event loop whose listeners it serves. */
    Cork cork() {
        return cork;
    }

    /** Whether everybody has been sent away, so that nobody may begin. */
    boolean isClosed() {
        return closed;
    }

    void offer(FeedEvent event) {
        enqueue(() -> deliver(event));
    }

    void offerGap(Channel.Family family, Instant from, Instant to) {
        enqueue(() -> deliverGap(family, from, to));
    }

    /** One task on the event loop for a burst, not one for each event. */
    private void enqueue(Runnable delivery) {
        inbox.add(delivery);
        if (scheduled.compareAndSet(false, true)) {
            context.runOnContext(ignored -> drain());
        }
    }

    private void drain() {
        // Before the first poll: whoever adds after the last poll sees false and schedules again.
        scheduled.set(false);
        int events = 0;
        for (Runnable delivery = inbox.poll(); delivery != null; delivery = inbox.poll()) {
            if (events == 0 && !inbox.isEmpty()) {
                // It isn't alone.
                cork.hold();
            }
            try {
                delivery.run();
            } catch (RuntimeException e) {
                // The rest of the burst is for others.
                LOG.error("an event could not be delivered on this event loop", e);
                hub.metrics().deliveryFailed();
            }
            if (++events == BURST || events >= PART && cork.held() >= HELD) {
                cork.release();
                events = 0;
            }
        }
        cork.release();
    }

    private void deliver(FeedEvent event) {
        List<Channel> channels = event.channels();
        for (int index = 0; index < channels.size(); index++) {
            Subscribers all = subscribers.get(channels.get(index));
            if (all != null) {
                all.deliver(event, index);
            }
        }
    }

    private void deliverGap(Channel.Family family, Instant from, Instant to) {
        // A copy, because a session that is closed for being slow removes its subscriptions.
        for (Map.Entry<Channel, Subscribers> entry : List.copyOf(subscribers.entrySet())) {
            if (entry.getKey().family() == family) {
                Notice gap = new Notice.Gap(entry.getKey(), from, to);
                for (Subscription subscription : List.copyOf(entry.getValue().list)) {
                    subscription.session().notice(gap);
                }
            }
        }
    }

    /** Returns in which part of the heartbeat interval it beats. */
    int opened(FeedSession session) {
        sessions.add(session);
        return nextBeat++ % BEATS;
    }

    void closed(FeedSession session) {
        sessions.remove(session);
        if (closed && sessions.isEmpty()) {
            leave();
        }
    }

    /**
     * Lets every connection of this event loop beat from now on: each once in the interval, but not all at the same time, because thousands of
     * pings would keep an event waiting.
     */
    void heartbeatEvery(Vertx vertx, Duration interval) {
        pings = vertx.setPeriodic(Math.max(1, interval.toMillis() / BEATS), ignored -> {
            beat = (beat + 1) % BEATS;
            // A copy, because one that is closed for not answering leaves.
            sessions.stream().filter(session -> session.beat() == beat).toList().forEach(FeedSession::heartbeat);
        });
    }

    /**
     * Says goodbye to every listener, a part at a time, so that they don't all knock at the other gateways in the same moment; those that are
     * still here go on being served. Then leaves the hub. Any thread; completes when all close frames are on their way.
     *
     * @param over what time; zero for all at once
     */
    Future<Void> closeAll(Duration over) {
        context.runOnContext(ignored -> {
            closed = true;
            context.owner().cancelTimer(pings);
            int part = over.isZero() ? Integer.MAX_VALUE : 1 + sessions.size() / GOODBYES;
            closePart(part, Math.max(1, over.toMillis() / GOODBYES));
        });
        return left.future();
    }

    private void closePart(int part, long pause) {
        sessions.stream().limit(part).toList().forEach(session -> session.close(CloseCode.SERVICE_RESTART, GOODBYE));
        if (sessions.isEmpty()) {
            leave();
        } else {
            // May never come: a verticle's timers go with it. Then its sockets have been closed, and whoever was left
            // has left by that.
            context.owner().setTimer(pause, ignored -> closePart(part, pause));
        }
    }

    private void leave() {
        if (left.tryComplete()) {
            hub.remove(this);
        }
    }

    void add(Subscription subscription) {
        subscribers
                .computeIfAbsent(subscription.channel(), ignored -> new Subscribers())
                .add(subscription);
        hub.listenerAdded(subscription.channel());
    }

    void remove(Subscription subscription) {
        Channel channel = subscription.channel();
        Subscribers all = subscribers.get(channel);
        all.remove(subscription);
        if (all.list.isEmpty()) {
            subscribers.remove(channel);
        }
        hub.listenerRemoved(channel);
    }

    /** Removal in constant time (the last one takes the place), because ten thousand sessions share one channel. */
    private static final class Subscribers {
        private final List<Subscription> list = new ArrayList<>();

        void add(Subscription subscription) {
            subscription.index = list.size();
            list.add(subscription);
        }

        void remove(Subscription subscription) {
            int last = list.size() - 1;
            Subscription moved = list.get(last);
            list.set(subscription.index, moved);
            moved.index = subscription.index;
            list.remove(last);
        }

        void deliver(FeedEvent event, int channelIndex) {
            // Backwards: a delivery may remove the subscription it went to, and then the last one, already served,
            // takes its place.
            for (int i = list.size() - 1; i >= 0; i--) {
                list.get(i).deliver(event, channelIndex);
            }
        }
    }
}
