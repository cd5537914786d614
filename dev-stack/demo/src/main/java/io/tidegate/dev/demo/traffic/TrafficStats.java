package io.tidegate.dev.demo.traffic;

import java.util.concurrent.atomic.LongAdder;

/** What became of the generated events. */
final class TrafficStats {

    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder missed = new LongAdder();

    void accepted(long events) {
        accepted.add(events);
    }

    void rejected(long events) {
        rejected.add(events);
    }

    void retried() {
        retries.increment();
    }

    void dropped(long events) {
        dropped.add(events);
    }

    void missed(long events) {
        missed.add(events);
    }

    long accepted() {
        return accepted.sum();
    }

    long rejected() {
        return rejected.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    @Override
    public String toString() {
        return "traffic: " + accepted + " accepted, " + rejected + " rejected, " + retries + " requests repeated, "
                + dropped + " dropped while the gateway was away, " + missed
                + " not made while this machine was too slow";
    }
}
