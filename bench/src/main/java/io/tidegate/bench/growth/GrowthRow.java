package io.tidegate.bench.growth;

import io.tidegate.bench.Sample;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * A point of a curve, as measured.
 *
 * @param curve {@link Growth.Curve#id}
 * @param micros of CPU time an event: median, least and greatest of the repetitions
 * @param stateBytes of a key in a checkpoint, {@code heapBytes} of one in memory; empty where the curve doesn't measure them
 */
public record GrowthRow(
        String curve,
        int place,
        double microsMedian,
        double microsMin,
        double microsMax,
        OptionalDouble stateBytes,
        OptionalDouble heapBytes,
        int reps) {

    static GrowthRow of(Growth.Point point, List<Sample> samples) {
        List<Double> micros = sorted(samples, sample -> sample.cpuNanos() / 1e3 / sample.events());
        boolean sized = !samples.get(0).values().isEmpty();
        return new GrowthRow(
                point.curve().id(),
                point.place(),
                median(micros),
                micros.get(0),
                micros.get(micros.size() - 1),
                sized
                        ? OptionalDouble.of(
                                median(sorted(samples, sample -> sample.values().get(0))))
                        : OptionalDouble.empty(),
                sized
                        ? OptionalDouble.of(
                                median(sorted(samples, sample -> sample.values().get(1))))
                        : OptionalDouble.empty(),
                samples.size());
    }

    private static List<Double> sorted(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return samples.stream().map(value::applyAsDouble).sorted().toList();
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
