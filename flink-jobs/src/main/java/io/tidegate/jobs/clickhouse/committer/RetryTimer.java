package io.tidegate.jobs.clickhouse.committer;

import java.io.Serializable;
import java.time.Duration;

/** The time that retries are paced by; tests bring one that doesn't sleep. */
public interface RetryTimer extends Serializable {

    /** As {@link System#nanoTime()}. */
    long nanoTime();

    void sleep(Duration wait) throws InterruptedException;

    /** The machine's. */
    static RetryTimer system() {
        return SystemRetryTimer.INSTANCE;
    }

    /** An enum, since it is shipped to the task managers with the sink. */
    enum SystemRetryTimer implements RetryTimer {
        INSTANCE;

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration wait) throws InterruptedException {
            Thread.sleep(wait.toMillis());
        }
    }
}
