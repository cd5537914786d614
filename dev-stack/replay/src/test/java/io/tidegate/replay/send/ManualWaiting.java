package io.tidegate.replay.send;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only by waiting, so that a test of ten minutes takes none. */
public final class ManualWaiting implements Waiting {

    private final List<Duration> pauses = new ArrayList<>();
    private long nanos;
    private boolean stopped;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void pause(Duration duration) {
        if (!stopped) {
            pauses.add(duration);
            nanos += duration.toNanos();
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    public List<Duration> pauses() {
        return List.copyOf(pauses);
    }
}
