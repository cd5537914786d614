package io.tidegate.bench;

import io.tidegate.bench.growth.Growth;
import io.tidegate.bench.growth.GrowthReport;
import io.tidegate.bench.growth.GrowthRun;
import io.tidegate.bench.micro.Micro;
import io.tidegate.bench.report.GrowthPage;
import io.tidegate.bench.report.Page;
import io.tidegate.bench.report.Report;
import io.tidegate.bench.report.SoakPlot;
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
import org.openjdk.jmh.runner.RunnerException;
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

    @Option(
            names = "--growth",
            paramLabel = "FILE",
            description = {
                "measure what an event costs while load, keys or rules grow (NAME: load, keys, rules; default: all), into this file;",
                "with --page: the file to be shown"
            })
    private Optional<Path> growth = Optional.empty();

    @Option(names = "--micro", description = "codecs and operators by themselves, by JMH (NAME: parts of names)")
    private boolean micro;

    @Option(
            names = "--soak",
            paramLabel = "FILE",
            description = "with --page: samples.csv of scripts/steady, to be drawn")
    private Optional<Path> soak = Optional.empty();

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
            return writePages();
        }
        if (reps < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--reps: at least 1 expected, got " + reps);
        }
        if (micro) {
            return measureMicro();
        }
        Trial trial = smoke ? Trial.here(workloads) : Trial.inJvms(workloads);
        if (growth.isPresent()) {
            return grow(trial, growth.get());
        }
        boolean failed = false;
        for (Benchmark benchmark : chosen()) {
            System.out.printf("%s: %s%n", benchmark.id(), benchmark.ratio());
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

    private int measureMicro() {
        try {
            return Micro.run(names, smoke) > 0 ? 0 : 1;
        } catch (RunnerException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private int grow(Trial trial, Path file) throws InterruptedException {
        List<Growth.Curve> curves = names.isEmpty()
                ? List.of(Growth.Curve.values())
                : names.stream()
                        .map(name -> Growth.Curve.byId(name)
                                .orElseThrow(() -> new CommandLine.ParameterException(
                                        spec.commandLine(), "no curve is called " + name)))
                        .toList();
        try {
            for (Growth.Curve curve : curves) {
                System.out.println(curve.id() + ": CPU time an event, by " + curve.axis());
                GrowthReport.put(file, curve, GrowthRun.of(curve, trial, smoke, smoke ? 1 : reps));
            }
            return 0;
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private int writePages() {
        Path docs = Home.directory().resolve("docs");
        Path text = docs.resolve("performance.md");
        Path images = docs.resolve("images");
        try {
            Page.write(Report.read(page.orElseThrow()), text, images.resolve("performance.svg"));
            if (growth.isPresent()) {
                GrowthPage.write(GrowthReport.read(growth.get()), text, images.resolve("growth.svg"));
            }
            if (soak.isPresent()) {
                SoakPlot.write(soak.get(), images.resolve("soak.svg"));
            }
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
