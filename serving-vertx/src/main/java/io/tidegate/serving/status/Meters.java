package io.tidegate.serving.status;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The gateway's own meters over the last minute. {@link #sample} is called every few seconds, so that rates and percentiles can be
 * taken between then and now. Thread-safe.
 */
final class Meters {

    static final Duration SAMPLE_EVERY = Duration.ofSeconds(2);
    private static final Duration WINDOW = Duration.ofSeconds(60);
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * @param buckets cumulative
     */
    private record Sample(
            long atNanos,
            double accepted,
            double rejected,
            double delivered,
            double[] bounds,
            double[] buckets,
            long acknowledgements) {}

    /** All since the start, but for what is per second or a percentile. */
    record Reading(
            long windowSeconds,
            long accepted,
            long rejected,
            long delivered,
            double acceptedPerSecond,
            double rejectedPerSecond,
            double deliveredPerSecond,
            Optional<Percentiles> acknowledgement,
            long sockets,
            long subscriptions) {}

    private final MeterRegistry registry;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    synchronized void sample() {
        Sample now = take();
        samples.addLast(now);
        while (now.atNanos() - samples.getFirst().atNanos() > WINDOW.toNanos()) {
            samples.removeFirst();
        }
    }

    synchronized Reading read() {
        Sample now = take();
        Sample then = samples.isEmpty() ? now : samples.getFirst();
        double seconds = (now.atNanos() - then.atNanos()) / NANOS_PER_SECOND;
        return new Reading(
                Math.round(seconds),
                (long) now.accepted(),
                (long) now.rejected(),
                (long) now.delivered(),
                rate(now.accepted() - then.accepted(), seconds),
                rate(now.rejected() - then.rejected(), seconds),
                rate(now.delivered() - then.delivered(), seconds),
                percentiles(then, now),
                gauge("tidegate.push.sockets"),
                gauge("tidegate.push.subscriptions"));
    }

    private static double rate(double count, double seconds) {
        return seconds > 0 ? Percentiles.rounded(count / seconds) : 0;
    }

    private static Optional<Percentiles> percentiles(Sample then, Sample now) {
        double[] bounds = now.bounds();
        long[] counts = new long[bounds.length];
        double below = 0;
        for (int i = 0; i < bounds.length; i++) {
            double within = now.buckets()[i] - (then.buckets().length > i ? then.buckets()[i] : 0);
            counts[i] = Math.round(within - below);
            below = within;
        }
        long all = now.acknowledgements() - then.acknowledgements();
        return Percentiles.of(bounds, counts, Math.max(0, all - Math.round(below)));
    }

    private Sample take() {
        Timer timer = registry.find("tidegate.ingest.acknowledgement").timer();
        CountAtBucket[] histogram =
                timer == null ? new CountAtBucket[0] : timer.takeSnapshot().histogramCounts();
        int finite = 0;
        while (finite < histogram.length
                && Double.isFinite(histogram[finite].bucket(TimeUnit.MILLISECONDS))
                && histogram[finite].bucket(TimeUnit.DAYS) < 1) {
            finite++;
        }
        double[] bounds = new double[finite];
        double[] buckets = new double[finite];
        for (int i = 0; i < finite; i++) {
            bounds[i] = histogram[i].bucket(TimeUnit.MILLISECONDS);
            buckets[i] = histogram[i].count();
        }
        return new Sample(
                System.nanoTime(),
                sum("tidegate.ingest.events.accepted"),
                sum("tidegate.ingest.events.rejected"),
                sum("tidegate.push.delivered"),
                bounds,
                buckets,
                timer == null ? 0 : timer.count());
    }

    private double sum(String name) {
        return registry.find(name).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private long gauge(String name) {
        return (long)
                registry.find(name).gauges().stream().mapToDouble(Gauge::value).sum();
    }
}
