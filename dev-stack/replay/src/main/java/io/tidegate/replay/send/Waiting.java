package io.tidegate.replay.send;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time and how to wait; {@link #stop()} ends every wait, present and future. */
public interface Waiting {

    /** Nanoseconds of a monotonic clock. */
    long nanoTime();

    /** Returns after the duration, or earlier when stopped. */
    void pause(Duration duration);

    void stop();

    boolean stopped();

    static Waiting real() {
        CountDownLatch stop = new CountDownLatch(1);
        return new Waiting() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void pause(Duration duration) {
                try {
                    stop.await(duration.toNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    stop();
                }
            }

            @Override
            public void stop() {
                stop.countDown();
            }

            @Override
            public boolean stopped() {
                return stop.getCount() == 0;
            }
        };
    }
}
