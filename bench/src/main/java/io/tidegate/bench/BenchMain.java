package io.tidegate.bench;

import io.tidegate.bench.report.Report;
import io.tidegate.bench.trial.Trial;
import io.tidegate.bench.trial.Trial.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code scripts/bench}. */
@Command(
        name = "scripts/bench",
        description =
                "Measures what Tidegate costs as ratios, each against what people would use instead or the limit.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BenchMain implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "benchmarks, as --list names them (default: all)")
    private List<String> names = List.of();

    @Option(names = "--reps", defaultValue = "5", description = "repetitions of each side (default: ${DEFAULT-VALUE})")
    private int reps;

    @Option(names = "--report", paramLabel = "FILE", description = "where to write the ratios as JSON")
    private Optional<Path> report = Optional.empty();

    @Option(names = "--smoke", description = "tiny workloads, once each: shows that everything runs, measures nothing")
    private boolean smoke;

    @Option(names = "--list", description = "print the names and end")
    private boolean list;

    @Option(names = "--workloads", hidden = true, defaultValue = "${sys:tidegate.home:-.}/bench/workloads")
    private Path workloads;

    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchMain()).execute(args));
    }

    /** 0: measured, targets met or not; 1: a side failed, or both did different work; 2: bad options. */
    @Override
    public Integer call() throws InterruptedException {
        if (list) {
            Benchmarks.all().forEach(benchmark -> System.out.printf("%-8s %s%n", benchmark.id(), benchmark.ratio()));
            return 0;
        }
        if (reps < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--reps: at least 1 expected, got " + reps);
        }
        Trial trial = new Trial(workloads, smoke ? "smoke" : "full");
        List<Comparison> done = new ArrayList<>();
        for (Benchmark benchmark : chosen()) {
            System.out.printf("%s: %s%n", benchmark.id(), benchmark.ratio());
            try {
                Comparison comparison = compare(trial, benchmark);
                done.add(comparison);
                System.out.println(Report.line(comparison));
                if (report.isPresent()) {
                    Report.write(report.get(), done);
                }
            } catch (IOException | Comparison.ContentsDifferException e) {
                System.err.println(e.getMessage());
                return 1;
            }
        }
        return 0;
    }

    private List<Benchmark> chosen() {
        if (names.isEmpty()) {
            return Benchmarks.all();
        }
        return names.stream()
                .map(name -> Benchmarks.byId(name)
                        .orElseThrow(() -> new CommandLine.ParameterException(
                                spec.commandLine(), "no benchmark is called " + name + "; --list names them")))
                .toList();
    }

    /** A B, B A, A B, …: whatever changes on the machine meanwhile is shared fairly. */
    private Comparison compare(Trial trial, Benchmark benchmark)
            throws IOException, InterruptedException, Comparison.ContentsDifferException {
        Comparison comparison = new Comparison(benchmark);
        int repetitions = smoke ? 1 : reps;
        for (int i = 0; i < repetitions; i++) {
            Sample numerator;
            Sample denominator;
            if (i % 2 == 0) {
                numerator = trial.run(benchmark, Part.NUMERATOR);
                denominator = trial.run(benchmark, Part.DENOMINATOR);
            } else {
                denominator = trial.run(benchmark, Part.DENOMINATOR);
                numerator = trial.run(benchmark, Part.NUMERATOR);
            }
            comparison.add(numerator, denominator);
            System.out.printf(
                    "  %d of %d: %,.0f and %,.0f events a CPU-second%n",
                    i + 1, repetitions, numerator.perCpuSecond(), denominator.perCpuSecond());
        }
        return comparison;
    }
}
