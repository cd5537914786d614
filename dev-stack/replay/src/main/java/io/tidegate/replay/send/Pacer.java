package io.tidegate.replay.send;

import java.time.Duration;

/** Says how long an event still has to wait, counted from the first one. */
final class Pacer {

    private final Speed speed;
    private final Waiting waiting;
    private boolean started;
    private long firstEventMs;
    private long startedNanos;

    Pacer(Speed speed, Waiting waiting) {
        this.speed = speed;
        this.waiting = waiting;
    }

    /** Zero where the event is due; also for one that is older than the first. */
    Duration untilDue(long eventTimeMs) {
        if (!started) {
            started = true;
            firstEventMs = eventTimeMs;
            startedNanos = waiting.nanoTime();
        }
        double dueNanos = (eventTimeMs - firstEventMs) * 1e6 / speed.factor();
        long left = (long) dueNanos - (waiting.nanoTime() - startedNanos);
        return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    }
}
