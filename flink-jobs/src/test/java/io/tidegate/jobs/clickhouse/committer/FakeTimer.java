package io.tidegate.jobs.clickhouse.committer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes by sleeping only, and at once. */
final class FakeTimer implements RetryTimer {

    private static final long serialVersionUID = 1L;

    private final List<Duration> sleeps = new ArrayList<>();
    private long nanos;

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized void sleep(Duration wait) {
        sleeps.add(wait);
        nanos += wait.toNanos();
    }

    synchronized List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }
}
