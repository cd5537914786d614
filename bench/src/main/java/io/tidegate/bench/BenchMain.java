package io.tidegate.bench;

import io.tidegate.bench.node.NodePeer;
import io.tidegate.bench.report.Page;
import io.tidegate.bench.report.Report;
import io.tidegate.bench.trial.Trial;
import io.tidegate.bench.trial.Trial.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "where to put the ratios as JSON, beside those of other benchmarks there")
    private Optional<Path> report = Optional.empty();

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description = "measure nothing: put the ratios of a report into docs/performance.md and its plot")
    private Optional<Path> page = Optional.empty();

    @Option(names = "--smoke", description = "tiny workloads, once each: shows that everything runs, measures nothing")
    private boolean smoke;

    @Option(names = "--list", description = "print the names and end")
    private boolean list;

    @Option(names = "--workloads", hidden = true, defaultValue = "${sys:tidegate.home:-.}/bench/workloads")
    private Path workloads;

    private final Map<String, List<Sample>> measurements = new HashMap<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchMain()).execute(args));
    }

    /** 0: measured, targets met or not; 1: a side failed, or both did different work; 2: bad options. */
    @Override
    public Integer call() throws InterruptedException {
        if (list) {
            Benchmarks.all().forEach(benchmark -> System.out.printf("%-12s %s%n", benchmark.id(), benchmark.ratio()));
            return 0;
        }
        if (page.isPresent()) {
            return writePage(page.get());
        }
        if (reps < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--reps: at least 1 expected, got " + reps);
        }
        Trial trial = smoke ? Trial.here(workloads) : Trial.inJvms(workloads);
        boolean failed = false;
        for (Benchmark benchmark : chosen()) {
            System.out.printf("%s: %s%n", benchmark.id(), benchmark.ratio());
            if (smoke && benchmark.onNode() && !NodePeer.isFetched()) {
                System.out.println("  left out: its peer's packages aren't there; scripts/bench " + benchmark.id()
                        + " fetches them");
                continue;
            }
            try {
                Comparison comparison = compare(trial, benchmark);
                System.out.println(Report.line(comparison));
                if (report.isPresent()) {
                    Report.put(report.get(), comparison);
                }
            } catch (IOException | Comparison.ContentsDifferException e) {
                System.err.println(e.getMessage());
                if (e.getCause() != null) {
                    e.getCause().printStackTrace();
                }
                failed = true;
            }
        }
        return failed ? 1 : 0;
    }

    private static int writePage(Path from) {
        Path docs = Home.directory().resolve("docs");
        try {
            Page.write(
                    Report.read(from),
                    docs.resolve("performance.md"),
                    docs.resolve("images").resolve("performance.svg"));
            return 0;
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return 1;
        }
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
            Sample denominator = null;
            if (benchmark.shared().isPresent()) {
                numerator = shared(trial, benchmark, benchmark.shared().get(), i);
            } else if (i % 2 == 0) {
                numerator = trial.run(benchmark, Part.NUMERATOR);
                denominator = trial.run(benchmark, Part.DENOMINATOR);
            } else {
                denominator = trial.run(benchmark, Part.DENOMINATOR);
                numerator = trial.run(benchmark, Part.NUMERATOR);
            }
            comparison.add(numerator, denominator);
            System.out.printf(
                    "  %d of %d: %s%s; %s%n",
                    i + 1,
                    repetitions,
                    told(numerator),
                    denominator == null ? "" : " and " + told(denominator),
                    numerator.contents());
        }
        return comparison;
    }

    /** Measured once for all benchmarks that have a share in it. */
    private Sample shared(Trial trial, Benchmark benchmark, Benchmark.Shared share, int repetition)
            throws IOException, InterruptedException {
        List<Sample> measured = measurements.computeIfAbsent(share.name(), name -> new ArrayList<>());
        if (measured.size() == repetition) {
            measured.add(trial.run(benchmark, Part.NUMERATOR));
        }
        return measured.get(repetition).withValue(share.index());
    }

    private static String told(Sample sample) {
        return String.format(
                        Locale.ROOT,
                        "%,.0f events a CPU-second, %,.0f a second",
                        sample.perCpuSecond(),
                        sample.perSecond())
                + sample.values().stream()
                        .map(value -> String.format(Locale.ROOT, ", %.2f", value))
                        .collect(Collectors.joining());
    }
}
