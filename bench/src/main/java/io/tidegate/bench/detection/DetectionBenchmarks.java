package io.tidegate.bench.detection;

import io.tidegate.bench.Benchmark;
import io.tidegate.bench.Benchmark.Figure;
import io.tidegate.bench.Benchmark.Target;
import io.tidegate.bench.Sample;
import io.tidegate.bench.Side;
import io.tidegate.bench.process.Cpu;
import io.tidegate.bench.process.Cpu.Spent;
import io.tidegate.bench.workload.Workload;
import io.tidegate.jobs.DetectionForm;
import io.tidegate.jobs.fraud.DetectionCost;
import io.tidegate.jobs.fraud.DetectionCost.Result;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** F2 and F3: the compiled rules against the same rules on Flink CEP, and against themselves with more matches open. */
public final class DetectionBenchmarks {

    private static final long SEED = 42;

    private DetectionBenchmarks() {}

    public static List<Benchmark> all() {
        return List.of(
                againstCep("F2", "detection operators / plain Flink CEP, same alerts", 10, "detection"),
                againstCep("F2-open", "the same at many open partial matches", 100, "detection-open"),
                new Benchmark(
                        "F3",
                        "cost per event at a million open partial matches / at a hundred",
                        Figure.COST,
                        Target.atMost(1.3),
                        "detection-growth",
                        false,
                        workload -> side(DetectionForm.COMPILED, workload, "openMatches", "users"),
                        workload -> side(DetectionForm.COMPILED, workload, "fewOpenMatches", "fewUsers")));
    }

    private static Benchmark againstCep(String id, String ratio, double target, String workload) {
        return new Benchmark(
                id,
                ratio,
                Figure.RATE,
                Target.atLeast(target),
                workload,
                true,
                load -> side(DetectionForm.COMPILED, load, "openMatches", "users"),
                load -> side(DetectionForm.CEP, load, "openMatches", "users"));
    }

    private static Side side(DetectionForm form, Workload load, String openMatches, String users) {
        return () -> {
            compile(form, load, openMatches, users);
            Result result = DetectionCost.of(form, workload(load, openMatches, users, load.number("events")));
            return new Sample(
                    result.events(),
                    new Spent(result.cpuNanos()),
                    result.wallNanos(),
                    result.alerts().size() + " alerts, " + result.alerts().hashCode());
        };
    }

    /**
     * Runs operators that are thrown away for so long that both forms are compiled as well: of events that cost a hundredth, as many as the other
     * form needs would still be interpreted.
     */
    private static void compile(DetectionForm form, Workload load, String openMatches, String users) throws Exception {
        long enough = TimeUnit.SECONDS.toNanos(load.number("compileSeconds"));
        Cpu.Reading before = Cpu.here();
        while (Cpu.here().since(before).nanos() < enough) {
            DetectionCost.of(form, workload(load, openMatches, users, load.number("events") / 10));
        }
    }

    private static DetectionCost.Workload workload(Workload load, String openMatches, String users, int events) {
        return new DetectionCost.Workload(
                load.number(openMatches), load.number(users), load.number("warmUp"), events, SEED);
    }
}
