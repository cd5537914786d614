package io.tidegate.bench;

import io.tidegate.bench.workload.Workload;
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
 */
public record Benchmark(
        String id,
        String ratio,
        Figure figure,
        Target target,
        String workload,
        boolean sameContents,
        Function<Workload, Side> numerator,
        Function<Workload, Side> denominator) {

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
