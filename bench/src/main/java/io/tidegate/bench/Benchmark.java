package io.tidegate.bench;

import io.tidegate.bench.workload.Workload;
import java.util.Optional;
import java.util.function.Function;

/**
 * An entry of the report.
 *
 * @param id as in the list of targets, for example {@code F2}
 * @param ratio in words: what over what
 * @param figure what the ratio is one of
 * @param target to be met
 * @param workload name of a file in {@code bench/workloads}
 * @param sameContents whether both sides must bring the same result; not where the two workloads differ on purpose
 * @param denominator empty where what is measured isn't a ratio
 * @param shared where its value is one of several that one measurement brings
 */
public record Benchmark(
        String id,
        String ratio,
        Figure figure,
        Target target,
        String workload,
        boolean sameContents,
        Function<Workload, Side> numerator,
        Optional<Function<Workload, Side>> denominator,
        Optional<Shared> shared) {

    /**
     * A measurement that brings the values of several benchmarks.
     *
     * @param name the same for all of them; so are workload and numerator
     * @param index of the value
     */
    public record Shared(String name, int index) {}

    /** A ratio. */
    public Benchmark(
            String id,
            String ratio,
            Figure figure,
            Target target,
            String workload,
            boolean sameContents,
            Function<Workload, Side> numerator,
            Function<Workload, Side> denominator) {
        this(id, ratio, figure, target, workload, sameContents, numerator, Optional.of(denominator), Optional.empty());
    }

    /** What one side measured itself, one value of several. */
    public static Benchmark value(
            String id, String what, Target target, String workload, Shared shared, Function<Workload, Side> side) {
        return new Benchmark(
                id, what, Figure.VALUE, target, workload, false, side, Optional.empty(), Optional.of(shared));
    }

    /** What is divided by what. */
    public enum Figure {
        /** Events a CPU-second: more is better. */
        RATE {
            @Override
            double ratio(Sample numerator, Sample denominator) {
                return numerator.perCpuSecond() / denominator.perCpuSecond();
            }
        },
        /** CPU time an event: less is better. */
        COST {
            @Override
            double ratio(Sample numerator, Sample denominator) {
                return denominator.perCpuSecond() / numerator.perCpuSecond();
            }
        },
        /** What one side measured itself, not divided by anything. */
        VALUE {
            @Override
            double ratio(Sample numerator, Sample denominator) {
                return numerator.value();
            }
        },
        /** What both sides measured themselves. */
        VALUE_RATIO {
            @Override
            double ratio(Sample numerator, Sample denominator) {
                return numerator.value() / denominator.value();
            }
        };

        abstract double ratio(Sample numerator, Sample denominator);
    }

    /** A bound that the median of the ratios has to keep. */
    public record Target(boolean atLeast, double bound) {

        public static Target atLeast(double bound) {
            return new Target(true, bound);
        }

        public static Target atMost(double bound) {
            return new Target(false, bound);
        }

        boolean isMetBy(double ratio) {
            return atLeast ? ratio >= bound : ratio <= bound;
        }

        @Override
        public String toString() {
            return (atLeast ? ">= " : "<= ") + bound;
        }
    }
}
