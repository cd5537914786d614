package io.tidegate.bench.report;

import io.tidegate.bench.Comparison;
import java.util.OptionalDouble;

/**
 * An entry of the report.
 *
 * @param denominatorPerCpuSecond empty where what is measured isn't a ratio; so is {@code wallRatioMedian}
 */
public record Row(
        String id,
        String ratio,
        double ratioMedian,
        double ratioMin,
        double ratioMax,
        double target,
        boolean atLeast,
        boolean met,
        double numeratorPerCpuSecond,
        OptionalDouble denominatorPerCpuSecond,
        OptionalDouble wallRatioMedian,
        int reps) {

    static Row of(Comparison comparison) {
        return new Row(
                comparison.benchmark().id(),
                comparison.benchmark().ratio(),
                comparison.ratioMedian(),
                comparison.ratioMin(),
                comparison.ratioMax(),
                comparison.benchmark().target().bound(),
                comparison.benchmark().target().atLeast(),
                comparison.met(),
                comparison.numeratorPerCpuSecond(),
                comparison.denominatorPerCpuSecond(),
                comparison.wallRatioMedian(),
                comparison.reps());
    }
}
