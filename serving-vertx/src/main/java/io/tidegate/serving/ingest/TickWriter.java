package io.tidegate.serving.ingest;

import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Tick;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Writes a tick to every partition of topic {@code events} at a steady pace, so that the detection jobs' watermarks move on quiet
 * partitions too. Ticks aren't events: no metric counts them.
 *
 * <p>At most one tick per partition is on its way. So an outage leaves nothing behind but one tick per partition, and its
 * acknowledgement is the first sign that the broker is back.
 */
final class TickWriter {

    private static final byte[] TICK =
            Event.newBuilder().setTick(Tick.getDefaultInstance()).build().toByteArray();

    /** Sends one record to one partition; {@code done} runs once it is acknowledged or given up, on any thread. */
    @FunctionalInterface
    interface Sender {
        void send(int partition, byte[] value, Runnable done);
    }

    private final Sender sender;
    private final Duration interval;
    private volatile AtomicIntegerArray onItsWay = new AtomicIntegerArray(0);
    private long timer;

    TickWriter(Sender sender, Duration interval) {
        this.sender = sender;
        this.interval = interval;
    }

    void start(Vertx vertx) {
        timer = vertx.setPeriodic(interval.toMillis(), id -> tick());
    }

    void stop(Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    /** Sets how many partitions there are. */
    void partitions(int count) {
        if (count != onItsWay.length()) {
            onItsWay = new AtomicIntegerArray(count);
        }
    }

    void tick() {
        AtomicIntegerArray busy = onItsWay;
        for (int i = 0; i < busy.length(); i++) {
            int partition = i;
            if (busy.compareAndSet(partition, 0, 1)) {
                sender.send(partition, TICK, () -> busy.set(partition, 0));
            }
        }
    }
}
