package io.tidegate.dev.chaos.steady;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A part of the cluster at a moment. MB are 10^6 bytes.
 *
 * @param minute since the beginning
 * @param pid to see whether it is still the same
 * @param rssMb resident memory of its processes
 * @param cpuSeconds that they have used since they were started
 * @param heapAfterGcMb what the heap held after the latest collection; the old generation's garbage is in it until it is collected
 * @param liveMb what the heap holds after a whole collection that was asked for; only in some samples
 * @param directMb of direct buffers
 */
record Sample(
        long atMs,
        double minute,
        String role,
        long pid,
        double rssMb,
        int threads,
        int descriptors,
        double cpuSeconds,
        OptionalDouble heapAfterGcMb,
        OptionalDouble liveMb,
        OptionalDouble directMb) {

    static final String CSV_HEADER =
            "at,minute,role,pid,rss_mb,threads,descriptors,cpu_s,heap_after_gc_mb,live_mb,direct_mb";

    /** What is drawn as a curve. */
    enum Figure {
        RSS_MB("rssMb", sample -> OptionalDouble.of(sample.rssMb())),
        HEAP_AFTER_GC_MB("heapAfterGcMb", Sample::heapAfterGcMb),
        LIVE_MB("liveMb", Sample::liveMb),
        DIRECT_MB("directMb", Sample::directMb),
        THREADS("threads", sample -> OptionalDouble.of(sample.threads())),
        DESCRIPTORS("descriptors", sample -> OptionalDouble.of(sample.descriptors()));

        private final String wireName;
        private final Function<Sample, OptionalDouble> value;

        Figure(String wireName, Function<Sample, OptionalDouble> value) {
            this.wireName = wireName;
            this.value = value;
        }

        String wireName() {
            return wireName;
        }

        OptionalDouble of(Sample sample) {
            return value.apply(sample);
        }
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%d,%.2f,%s,%d,%.1f,%d,%d,%.2f,%s,%s,%s",
                atMs,
                minute,
                role,
                pid,
                rssMb,
                threads,
                descriptors,
                cpuSeconds,
                csv(heapAfterGcMb),
                csv(liveMb),
                csv(directMb));
    }

    private static String csv(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.1f", value.getAsDouble()) : "";
    }
}
