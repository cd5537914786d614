package io.tidegate.serving.status;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Optional;

/** Milliseconds. */
record Percentiles(double p50, double p95, double p99) {

    private static final double TENTHS = 10;

    /**
     * From a histogram, as Prometheus does it: linear within a bucket.
     *
     * @param bounds upper bounds of the buckets in milliseconds, ascending
     * @param counts how many were measured within each bucket
     * @param beyond how many were above the last bound; they are taken for the last bound
     * @return empty if nothing was measured
     */
    static Optional<Percentiles> of(double[] bounds, long[] counts, long beyond) {
        long total = beyond;
        for (long count : counts) {
            total += count;
        }
        if (total <= 0 || bounds.length == 0) {
            return Optional.empty();
        }
        return Optional.of(new Percentiles(
                at(0.50 * total, bounds, counts), at(0.95 * total, bounds, counts), at(0.99 * total, bounds, counts)));
    }

    private static double at(double rank, double[] bounds, long[] counts) {
        double below = 0;
        for (int i = 0; i < bounds.length; i++) {
            if (counts[i] > 0 && below + counts[i] >= rank) {
                double lower = i == 0 ? 0 : bounds[i - 1];
                return lower + (bounds[i] - lower) * (rank - below) / counts[i];
            }
            below += counts[i];
        }
        return bounds[bounds.length - 1];
    }

    static void write(JsonGenerator json, String name, Optional<Percentiles> percentiles) throws IOException {
        if (percentiles.isEmpty()) {
            json.writeNullField(name);
            return;
        }
        json.writeObjectFieldStart(name);
        json.writeNumberField("p50", rounded(percentiles.get().p50()));
        json.writeNumberField("p95", rounded(percentiles.get().p95()));
        json.writeNumberField("p99", rounded(percentiles.get().p99()));
        json.writeEndObject();
    }

    /** One decimal: more would pretend to a precision that buckets don't have. */
    static double rounded(double value) {
        return Math.round(value * TENTHS) / TENTHS;
    }
}
