package io.tidegate.bench.report;

import io.tidegate.bench.Comparison;
import io.tidegate.bench.Comparison.Part;
import java.util.List;
import java.util.OptionalDouble;

/**
 * An entry of the report.
 *
 * @param numeratorParts of its CPU time, the greatest first; none where they aren't known
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
        int reps,
        List<Part> numeratorParts,
        List<Part> denominatorParts) {

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
                comparison.reps(),
                comparison.numeratorParts(),
                comparison.denominatorParts());
    }
}
