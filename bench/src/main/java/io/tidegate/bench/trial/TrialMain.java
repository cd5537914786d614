package io.tidegate.bench.trial;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmarks;
import io.tidegate.bench.Sample;
import io.tidegate.bench.workload.Workload;
import java.nio.file.Path;

/** The JVM of one repetition of one side: {@code ID numerator|denominator WORKLOADS}; started by {@link Trial}. */
final class TrialMain {

    private TrialMain() {}

    public static void main(String[] args) throws Exception {
        Benchmark benchmark = Benchmarks.byId(args[0]).orElseThrow();
        Workload workload = Workload.read(Path.of(args[2]), benchmark.workload(), "full");
        try {
            Sample sample =
                    Trial.side(benchmark, Trial.Part.valueOf(args[1]), workload).run();
            System.out.println(Trial.encode(sample));
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
        // Whatever threads a side leaves behind, its figures are out.
        System.exit(0);
    }
}
