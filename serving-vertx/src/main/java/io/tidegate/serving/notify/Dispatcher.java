package io.tidegate.serving.notify;

import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.Notice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the pending deliveries of the partitions that this notifier was given, and sends each when it is due.
 *
 * <p>What belongs to one target is a lane: a queue by due time, a bound on attempts at a time, a circuit breaker. A dead target
 * holds up nothing but its own lane. E-mail is one lane for each partition, since one server takes them all.
 *
 * <p>All state is confined to one Vert.x context; the public methods may be called from any thread. A record's fate is written
 * before it is forgotten: a failed attempt as the record with its count and new due time, an end as a tombstone.
 */
final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    /** Ids that are remembered as done, for each partition: a plan that is repeated shortly after isn't sent again. */
    private static final int DONE_CAPACITY = 20_000;

    private static final int DIGEST_CAPACITY = 200;
    private static final Duration WRITE_RETRY = Duration.ofSeconds(5);
    private static final Duration FIRST_CIRCUIT_PAUSE = Duration.ofSeconds(30);

    /**
     * @param concurrency attempts at a time for one target
     * @param inFlight attempts at a time in all
     * @param maxPending deliveries that may wait for one target; more are dead letters
     */
    public record Limits(int concurrency, int inFlight, int maxPending) {

        public static final Limits DEFAULT = new Limits(4, 64, 10_000);
    }

    private final Vertx vertx;
    private final Context context;
    private final Clock clock;
    private final Map<Target.Channel, Sender> senders;
    private final DeliveryLog log;
    private final RetryPolicy retry;
    private final Limits limits;
    private final NotifierMetrics metrics;

    private final Map<Integer, Shard> shards = new HashMap<>();
    private final Set<Lane> waiting = new LinkedHashSet<>();
    private int inFlight;
    private boolean stopping;
    private Promise<Void> idle;

    Dispatcher(
            Vertx vertx,
            Clock clock,
            Map<Target.Channel, Sender> senders,
            DeliveryLog log,
            RetryPolicy retry,
            Limits limits,
            NotifierMetrics metrics) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.clock = clock;
        this.senders = Map.copyOf(senders);
        this.log = log;
        this.retry = retry;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** A partition is this notifier's now; nothing is sent before {@link #loaded}. */
    void claimed(int partition) {
        context.runOnContext(ignored -> shards.put(partition, new Shard(partition)));
    }

    /** The next record of a partition, in the order of the log. A null delivery is a tombstone. */
    void read(int partition, String deliveryId, Delivery delivery) {
        context.runOnContext(ignored -> {
            Shard shard = shards.get(partition);
            if (shard != null) {
                shard.read(deliveryId, delivery);
            }
        });
    }

    /** All that was in the partition when it was claimed has been read. */
    void loaded(int partition) {
        context.runOnContext(ignored -> {
            Shard shard = shards.get(partition);
            if (shard != null) {
                shard.load();
            }
        });
    }

    /** The partition is another notifier's now. Completes when what is out for it has come back. */
    Future<Void> revoked(int partition) {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(ignored -> {
            Shard shard = shards.remove(partition);
            if (shard == null) {
                drained.complete();
            } else {
                shard.give(drained);
            }
        });
        return drained.future();
    }

    /** Begins nothing any more. Completes when what is out has come back and its fate is on its way to the log. */
    Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(ignored -> {
            stopping = true;
            if (inFlight == 0) {
                done.complete();
            } else {
                idle = done;
            }
        });
        return done.future();
    }

    /** The pending deliveries of one partition. */
    private final class Shard {

        private final int partition;
        private final Map<String, Pending> pending = new HashMap<>();
        /** With the number of redrives that it was done with: a further one is no repetition. */
        private final Map<String, Integer> done = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
                return size() > DONE_CAPACITY;
            }
        };

        private final Map<String, Lane> lanes = new HashMap<>();
        private boolean loaded;
        private int out;
        private Promise<Void> drained;

        private Shard(int partition) {
            this.partition = partition;
        }

        private void read(String id, Delivery delivery) {
            if (delivery == null) {
                Pending known = pending.get(id);
                done.merge(id, known == null ? 0 : known.delivery.getRedrives(), Math::max);
                if (known != null && !known.sending) {
                    forget(known);
                }
                return;
            }
            Integer before = done.get(id);
            if (before != null && delivery.getRedrives() <= before) {
                // Planned once more after a crash of the planner, or an attempt that a former owner was late to write.
                // Once
                // loaded, what has attempts is an echo of our own.
                if (!loaded || delivery.getAttempts() == 0) {
                    LOG.debug("Delivery {} is done already", id);
                    log.done(delivery).onFailure(Dispatcher::notWritten);
                }
                return;
            }
            Pending known = pending.get(id);
            if (known != null) {
                if (!loaded && delivery.getAttempts() > known.delivery.getAttempts()) {
                    known.delivery = delivery;
                }
                return;
            }
            add(new Pending(this, delivery));
        }

        private void add(Pending added) {
            pending.put(added.id(), added);
            metrics.pending(1);
            if (loaded) {
                enqueue(added);
            }
        }

        private void load() {
            loaded = true;
            // A crash between writing a digest and the ends of what it is made of: the digest has them.
            for (Pending digest : List.copyOf(pending.values())) {
                if (digest.delivery.getNoticesCount() > 1) {
                    for (Notice part : digest.delivery.getNoticesList()) {
                        Pending single = pending.get(DeliveryIds.single(digest.target(), Notices.id(part)));
                        if (single != null) {
                            end(single);
                        }
                    }
                }
            }
            LOG.info("Partition {} of the deliveries is here, {} are pending", partition, pending.size());
            List.copyOf(pending.values()).forEach(this::enqueue);
        }

        private void enqueue(Pending pendingDelivery) {
            Lane lane = lanes.computeIfAbsent(pendingDelivery.lane(), name -> new Lane(this));
            pendingDelivery.in = lane;
            if (lane.queue.size() >= limits.maxPending()) {
                bury(pendingDelivery, "queue_full");
                return;
            }
            lane.queue.add(pendingDelivery);
            lane.pump();
        }

        private void forget(Pending gone) {
            if (pending.remove(gone.id()) == null) {
                return;
            }
            metrics.pending(-1);
            Lane lane = gone.in;
            if (lane != null) {
                lane.queue.remove(gone);
                lane.dropIfUnused(gone.lane());
            }
        }

        private void end(Pending ended) {
            done.merge(ended.id(), ended.delivery.getRedrives(), Math::max);
            forget(ended);
            writeEnd(ended.delivery);
        }

        private void give(Promise<Void> whenDrained) {
            metrics.pending(-pending.size());
            lanes.values().forEach(Lane::close);
            pending.clear();
            if (out == 0) {
                whenDrained.complete();
            } else {
                drained = whenDrained;
            }
        }

        private void cameBack() {
            out--;
            if (out == 0 && drained != null) {
                drained.complete();
            }
        }
    }

    /** One delivery, as of its last attempt. */
    private static final class Pending {

        private final Shard shard;
        private Delivery delivery;
        private Lane in;
        private boolean sending;
        /** Given up for this reason, and still to be written down as such; empty: not given up. */
        private String buried = "";

        private Pending(Shard shard, Delivery delivery) {
            this.shard = shard;
            this.delivery = delivery;
        }

        private String id() {
            return delivery.getDeliveryId();
        }

        private String target() {
            return delivery.getTarget();
        }

        private long dueAtMs() {
            return delivery.getDueAtMs();
        }

        private Target.Channel channel() {
            return Target.parse(target()).channel();
        }

        private String lane() {
            return channel() == Target.Channel.EMAIL ? "email" : target();
        }
    }

    /** What goes to one place. */
    private final class Lane {

        private final Shard shard;
        private final PriorityQueue<Pending> queue =
                new PriorityQueue<>(Comparator.comparingLong(Pending::dueAtMs).thenComparing(Pending::id));
        private final CircuitBreaker breaker = new CircuitBreaker(FIRST_CIRCUIT_PAUSE);
        private int out;
        private long timer = -1;
        private boolean closed;
        private boolean saidOpen;

        private Lane(Shard shard) {
            this.shard = shard;
        }

        /** Sends what is due and may be sent; otherwise sees to it that it is called again. */
        private void pump() {
            cancelTimer();
            while (!closed && !stopping && out < limits.concurrency() && !queue.isEmpty()) {
                long now = clock.millis();
                Pending head = queue.peek();
                long wait = head.dueAtMs() - now;
                if (wait > 0) {
                    again(wait);
                    return;
                }
                if (!head.buried.isEmpty() || isTooOld(head, now)) {
                    queue.poll();
                    bury(head, head.buried.isEmpty() ? "too_old" : head.buried);
                    continue;
                }
                wait = breaker.waitMs(now);
                if (wait > 0) {
                    again(wait);
                    return;
                }
                if (inFlight >= limits.inFlight()) {
                    waiting.add(this);
                    return;
                }
                queue.poll();
                send(head, now);
            }
        }

        private boolean isTooOld(Pending head, long now) {
            Delivery delivery = head.delivery;
            // A failed attempt moves the due time on, so then the age counts from the making; what a schedule held back
            // isn't old.
            long since = delivery.getAttempts() == 0 || delivery.getCollect()
                    ? delivery.getDueAtMs()
                    : delivery.getCreatedAtMs();
            return now - since > retry.giveUpAfter().toMillis();
        }

        private void again(long ms) {
            if (ms == Long.MAX_VALUE) {
                return;
            }
            // Capped: a clock that is set, or the longest delay that a timer takes.
            timer = vertx.setTimer(
                    Math.max(1, Math.min(ms, Duration.ofMinutes(1).toMillis())), id -> {
                        timer = -1;
                        pump();
                    });
        }

        private void cancelTimer() {
            if (timer >= 0) {
                vertx.cancelTimer(timer);
                timer = -1;
            }
        }

        private void close() {
            closed = true;
            cancelTimer();
            waiting.remove(this);
            saidOpen(false);
        }

        private void dropIfUnused(String name) {
            if (queue.isEmpty() && out == 0 && !breaker.isOpen() && shard.lanes.remove(name, this)) {
                close();
            }
        }

        private void send(Pending head, long now) {
            Pending sent = head.delivery.getCollect() && head.delivery.getAttempts() == 0 ? collect(head, now) : head;
            if (sent == null) {
                return;
            }
            sent.sending = true;
            sent.in = this;
            out++;
            shard.out++;
            inFlight++;
            metrics.inFlight(1);
            breaker.sent();
            attempt(sent)
                    .onComplete(result -> context.runOnContext(ignored -> {
                        out--;
                        inFlight--;
                        metrics.inFlight(-1);
                        sent.sending = false;
                        settle(sent, result.succeeded() ? result.result() : Attempt.retry(reason(result.cause())));
                        shard.cameBack();
                        pump();
                        pumpWaiting();
                        if (stopping && inFlight == 0 && idle != null) {
                            idle.tryComplete();
                        }
                    }));
        }

        /** Makes one of all that is due for the same target; null if it is only being written. */
        private Pending collect(Pending head, long now) {
            List<Pending> parts = new ArrayList<>();
            parts.add(head);
            for (Pending other : queue) {
                if (parts.size() < DIGEST_CAPACITY
                        && other.target().equals(head.target())
                        && other.delivery.getCollect()
                        && other.delivery.getAttempts() == 0
                        && other.delivery.getNoticesCount() == 1
                        && other.buried.isEmpty()
                        && other.dueAtMs() <= now) {
                    parts.add(other);
                }
            }
            if (parts.size() == 1 || head.delivery.getNoticesCount() > 1) {
                return head;
            }
            parts.sort(Comparator.comparingLong(part -> Notices.atMs(part.delivery.getNotices(0))));
            Delivery.Builder digest = Delivery.newBuilder()
                    .setDeliveryId(DeliveryIds.digest(
                            head.target(),
                            parts.stream()
                                    .map(part -> Notices.id(part.delivery.getNotices(0)))
                                    .toList()))
                    .setTarget(head.target())
                    .setCreatedAtMs(now)
                    .setDueAtMs(now);
            parts.forEach(part -> digest.addNotices(part.delivery.getNotices(0)));
            Delivery made = digest.build();
            // On the log before its parts end, and sent only once it is there: whatever happens, its content is
            // settled.
            parts.forEach(part -> {
                queue.remove(part);
                part.sending = true;
            });
            log.write(made)
                    .onComplete(written -> context.runOnContext(ignored -> {
                        parts.forEach(part -> part.sending = false);
                        if (written.failed()) {
                            notWritten(written.cause());
                            parts.forEach(part -> {
                                part.delivery = part.delivery.toBuilder()
                                        .setDueAtMs(clock.millis() + WRITE_RETRY.toMillis())
                                        .build();
                                queue.add(part);
                            });
                        } else {
                            parts.forEach(shard::end);
                            if (!closed) {
                                shard.read(made.getDeliveryId(), made);
                            }
                        }
                        pump();
                    }));
            return null;
        }

        private void settle(Pending sent, Attempt attempt) {
            long now = clock.millis();
            Target.Channel channel = sent.channel();
            switch (attempt.result()) {
                case DELIVERED -> {
                    breaker.success();
                    metrics.delivered(channel, Duration.ofMillis(now - sent.dueAtMs()));
                    shard.end(sent);
                }
                case CANCELLED -> {
                    breaker.neither();
                    metrics.cancelled(channel, attempt.reason());
                    shard.end(sent);
                }
                case GIVE_UP -> {
                    breaker.neither();
                    bury(sent, attempt.reason());
                }
                case RETRY -> {
                    breaker.failure(now);
                    attempt.retryAfter().ifPresent(after -> breaker.pauseUntil(now + after.toMillis()));
                    failed(sent, attempt, now);
                }
            }
            saidOpen(breaker.isOpen() && !closed);
        }

        private void saidOpen(boolean open) {
            if (open != saidOpen) {
                saidOpen = open;
                metrics.openCircuits(open ? 1 : -1);
            }
        }

        private void failed(Pending sent, Attempt attempt, long now) {
            int attempts = sent.delivery.getAttempts() + 1;
            metrics.failed(sent.channel(), attempt.reason());
            Duration pause =
                    retry.pause(attempts, () -> ThreadLocalRandom.current().nextDouble());
            Duration asked = attempt.retryAfter().orElse(Duration.ZERO);
            sent.delivery = sent.delivery.toBuilder()
                    .setAttempts(attempts)
                    .setLastError(attempt.reason())
                    .setDueAtMs(now + (asked.compareTo(pause) > 0 ? asked : pause).toMillis())
                    .build();
            if (attempts >= retry.attempts()) {
                bury(sent, attempt.reason());
                return;
            }
            log.write(sent.delivery).onFailure(Dispatcher::notWritten);
            if (!closed) {
                queue.add(sent);
            }
        }
    }

    private Future<Attempt> attempt(Pending pending) {
        Sender sender = senders.get(pending.channel());
        if (sender == null) {
            return Future.succeededFuture(Attempt.giveUp("channel_not_configured"));
        }
        try {
            return sender.send(pending.delivery);
        } catch (RuntimeException e) {
            LOG.error("Delivery {} can't be sent", pending.id(), e);
            return Future.succeededFuture(Attempt.giveUp("internal_error"));
        }
    }

    /** Writes the dead letter, then the end. As long as the first can't be written it stays pending. */
    private void bury(Pending dead, String reason) {
        dead.buried = reason;
        dead.sending = true;
        log.deadLetter(dead.delivery, reason)
                .onComplete(written -> context.runOnContext(ignored -> {
                    dead.sending = false;
                    if (written.succeeded()) {
                        LOG.warn("Delivery {} to {} is given up: {}", dead.id(), dead.target(), reason);
                        metrics.deadLettered(dead.channel(), reason);
                        dead.shard.end(dead);
                        return;
                    }
                    notWritten(written.cause());
                    dead.delivery = dead.delivery.toBuilder()
                            .setDueAtMs(clock.millis() + WRITE_RETRY.toMillis())
                            .build();
                    if (dead.in != null && !dead.in.closed) {
                        dead.in.queue.add(dead);
                        dead.in.pump();
                    }
                }));
    }

    private void writeEnd(Delivery delivery) {
        log.done(delivery).onFailure(failure -> {
            notWritten(failure);
            // Until it is written a restart would send it again, so not giving up is worth it.
            context.runOnContext(ignored -> {
                if (!stopping) {
                    vertx.setTimer(WRITE_RETRY.toMillis(), id -> writeEnd(delivery));
                }
            });
        });
    }

    private void pumpWaiting() {
        while (!waiting.isEmpty() && inFlight < limits.inFlight()) {
            Lane next = waiting.iterator().next();
            waiting.remove(next);
            next.pump();
        }
    }

    private static String reason(Throwable failure) {
        return failure instanceof TimeoutException ? "timeout" : "error";
    }

    private static void notWritten(Throwable failure) {
        LOG.warn("A delivery's state can't be written: {}", failure.toString());
    }
}
