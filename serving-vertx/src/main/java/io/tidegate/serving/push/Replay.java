package io.tidegate.serving.push;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one subscription from a cursor to the present, at the pace of its listener: history, then the feed's journal, then live.
 *
 * <p>The step from the journal to live is made in one go on the listener's event loop: the subscription is registered before
 * the journal is read for the last time, and an event is in the journal before it is published. So one that isn't in that
 * reading comes live, and one that is has a sequence number by which the subscription knows it when it comes again.
 *
 * <p>Belongs to one event loop.
 */
final class Replay {

    private static final int JOURNAL_EVENTS = 256;
    private static final long FEED_CHECK_MS = 50;
    private static final long RETRY_MS = 1_000;
    private static final int MAX_FAILURES = 20;
    private static final long NO_TIMER = -1;
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final Vertx vertx;
    private final Context context;
    private final PushHub hub;
    private final StreamFeed feed;
    private final FeedSession session;
    private final Subscription subscription;
    private final ArrayDeque<FeedEvent> pending = new ArrayDeque<>();
    private Cursor place;
    /** Of the journal: sequence of the newest event that was looked at, and the place after it. */
    private long after = -1;

    private Cursor reached;
    private boolean fromJournal;
    /** Whether the place was found to be one of the log. */
    private boolean checked;

    /** Whether the journal may go on from the place; see {@link History.Slice}. */
    private boolean settled = true;

    private History.Reader reader;
    private boolean waiting;
    private boolean over;
    private int failures;
    private long timer = NO_TIMER;
    private long stallTimer = NO_TIMER;

    Replay(Vertx vertx, PushHub hub, StreamFeed feed, FeedSession session, Subscription subscription, Cursor from) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.hub = hub;
        this.feed = feed;
        this.session = session;
        this.subscription = subscription;
        this.place = from;
    }

    Subscription subscription() {
        return subscription;
    }

    boolean isOver() {
        return over;
    }

    /** Goes on as far as possible without waiting. To be called at the beginning, and when the transport takes data again. */
    void advance() {
        cancelStall();
        while (!over && !waiting) {
            if (!session.isWritable()) {
                watchStall();
                return;
            }
            FeedEvent event = pending.poll();
            if (event != null) {
                deliver(event);
            } else if (!feed.isReady()) {
                later(FEED_CHECK_MS);
            } else {
                read();
            }
        }
    }

    private void deliver(FeedEvent event) {
        int channelIndex = event.channels().indexOf(subscription.channel());
        if (fromJournal) {
            subscription.pass(event, channelIndex);
        } else {
            session.event(subscription, event, channelIndex, null);
        }
    }

    private void read() {
        if (!checked && !feed.position().reaches(place)) {
            // Another gateway is ahead of this one, or the place was made up: only the log can tell.
            older();
            return;
        }
        if (!settled) {
            older();
            return;
        }
        Journal.Read read =
                feed.journal().read(place, after, subscription.channel(), subscription.filter(), JOURNAL_EVENTS);
        if (read == null) {
            if (fromJournal) {
                // The listener was slower than the journal forgets: on with what it has, from the log.
                fromJournal = false;
                after = -1;
                place = reached;
            }
            older();
            return;
        }
        closeReader();
        if (!fromJournal) {
            fromJournal = true;
            subscription.floor(place);
            reached = place;
        }
        after = read.last();
        if (read.lastPlace() != null) {
            reached = place.max(read.lastPlace());
        }
        if (read.events().isEmpty() && read.atEnd()) {
            over = true;
            subscription.live(after);
        } else {
            pending.addAll(read.events());
        }
    }

    private void older() {
        waiting = true;
        if (reader != null) {
            slice();
            return;
        }
        Cursor present = hub.position(feed.family()).orElseThrow();
        onContext(hub.history().open(feed, present, subscription.channel(), subscription.filter(), place), opened -> {
            if (over) {
                if (opened.succeeded()) {
                    opened.result().close();
                }
            } else if (opened.succeeded()) {
                reader = opened.result();
                slice();
            } else {
                waiting = false;
                failed(opened.cause());
            }
        });
    }

    private void slice() {
        onContext(reader.next(), slice -> {
            waiting = false;
            if (over) {
                closeReader();
            } else if (slice.succeeded()) {
                failures = 0;
                take(slice.result());
                session.replayAdvanced();
            } else {
                failed(slice.cause());
            }
        });
    }

    private <T> void onContext(Future<T> future, Handler<AsyncResult<T>> handler) {
        future.onComplete(done -> context.runOnContext(ignored -> handler.handle(done)));
    }

    private void take(History.Slice slice) {
        if (slice.gap() != null) {
            session.notice(new Notice.Gap(
                    subscription.channel(), slice.gap().from(), slice.gap().to()));
        }
        pending.addAll(slice.events());
        place = slice.place();
        settled = slice.settled();
        checked = true;
    }

    private void failed(Throwable cause) {
        if (cause instanceof History.BusyException) {
            session.refuse(PushError.RESUME_BUSY, subscription);
        } else if (++failures > MAX_FAILURES) {
            LOG.warn("a listener's history can't be read", cause);
            session.refuse(PushError.HISTORY_UNAVAILABLE, subscription);
        } else {
            LOG.info("reading a listener's history again: {}", cause.toString());
            later(RETRY_MS);
        }
    }

    private void later(long millis) {
        waiting = true;
        timer = vertx.setTimer(millis, ignored -> {
            timer = NO_TIMER;
            waiting = false;
            if (!over) {
                session.replayAdvanced();
            }
        });
    }

    /** A listener that takes nothing while it is being brought up to date keeps others waiting. */
    private void watchStall() {
        if (stallTimer == NO_TIMER) {
            stallTimer = vertx.setTimer(session.config().resume().stallTimeout().toMillis(), ignored -> {
                stallTimer = NO_TIMER;
                if (!over) {
                    session.tooSlow(subscription);
                }
            });
        }
    }

    private void cancelStall() {
        if (stallTimer != NO_TIMER) {
            vertx.cancelTimer(stallTimer);
            stallTimer = NO_TIMER;
        }
    }

    /** Nobody wants it any more. */
    void cancel() {
        over = true;
        pending.clear();
        cancelStall();
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
        if (!waiting) {
            closeReader();
        }
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
