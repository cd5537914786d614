package io.tidegate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.bench.report.Report;
import io.tidegate.bench.report.Row;
import io.tidegate.bench.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * One benchmark of each part runs: both sides do the same work, and the report has what its readers expect. Nothing is measured. The others are a
 * minute more: {@code scripts/bench --smoke} runs all.
 */
class SmokeTest {

    /** Gateway, job, operators, sink, sockets. */
    private static final List<String> NAMES = List.of("I1", "F1", "F2", "F2-open", "F3", "C1", "W1");

    private static final Path WORKLOADS = Path.of("workloads");

    @TempDir
    private Path directory;

    @Test
    void oneOfEachPartRunsAndIsInTheReport() throws Exception {
        Path report = directory.resolve("report.json");
        List<String> arguments = new ArrayList<>(NAMES);
        arguments.addAll(List.of("--smoke", "--workloads", WORKLOADS.toString(), "--report", report.toString()));

        // Fails where contents differ, or a side doesn't do what it was asked for.
        int status = new CommandLine(new BenchMain()).execute(arguments.toArray(String[]::new));

        assertThat(status).isZero();
        List<Row> rows = Report.read(report);
        assertThat(rows).extracting(Row::id).containsExactlyElementsOf(NAMES);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.ratioMedian()).isBetween(row.ratioMin(), row.ratioMax());
            assertThat(row.numeratorPerCpuSecond()).isPositive();
            assertThat(row.reps()).isEqualTo(1);
        });
        assertThat(Files.readString(report))
                .contains(
                        "ratioMedian",
                        "ratioMin",
                        "ratioMax",
                        "target",
                        "met",
                        "numeratorPerCpuSecond",
                        "denominatorPerCpuSecond",
                        "reps");
    }

    @Test
    void everyBenchmarkHasANameOfItsOwnAndAWorkloadInBothSizes() {
        assertThat(Benchmarks.all()).extracting(Benchmark::id).doesNotHaveDuplicates();
        assertThat(Benchmarks.all()).allSatisfy(benchmark -> {
            Workload.read(WORKLOADS, benchmark.workload(), "full");
            Workload.read(WORKLOADS, benchmark.workload(), "smoke");
        });
    }

    @Test
    void anUnknownNameIsAnErrorThatSaysWhereTheNamesAre() {
        assertThat(new CommandLine(new BenchMain()).execute("F99")).isEqualTo(2);
    }
}
