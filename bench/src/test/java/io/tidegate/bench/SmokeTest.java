package io.tidegate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.bench.report.Report;
import io.tidegate.bench.report.Row;
import io.tidegate.bench.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Every benchmark runs, in its smallest size: both sides do the same work, and the report has what its readers expect. Nothing is measured.
 */
class SmokeTest {

    private static final Path WORKLOADS = Path.of("workloads");

    @TempDir
    private Path directory;

    @Test
    void everyBenchmarkRunsAndIsInTheReport() throws Exception {
        Path report = directory.resolve("report.json");

        // Fails where contents differ, or a side doesn't do what it was asked for.
        int status = new CommandLine(new BenchMain())
                .execute("--smoke", "--workloads", WORKLOADS.toString(), "--report", report.toString());

        assertThat(status).isZero();
        List<Row> rows = Report.read(report);
        assertThat(rows)
                .extracting(Row::id)
                .containsExactlyElementsOf(
                        Benchmarks.all().stream().map(Benchmark::id).toList());
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
                        "reps",
                        "numeratorParts",
                        "denominatorParts");
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
