package io.tidegate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every benchmark runs, both sides do the same work, and the report has what its readers expect. Nothing is measured. */
class SmokeTest {

    @TempDir
    private Path directory;

    @Test
    void everyBenchmarkRunsAndIsInTheReport() throws Exception {
        Path report = directory.resolve("report.json");

        int status = new CommandLine(new BenchMain())
                .execute("--smoke", "--workloads", "workloads", "--report", report.toString());

        assertThat(status).isZero();
        List<String> ids = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(report.toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME) {
                    fields.add(json.currentName());
                } else if (json.currentToken() == JsonToken.VALUE_STRING
                        && json.currentName().equals("id")) {
                    ids.add(json.getText());
                }
            }
        }
        assertThat(ids)
                .containsExactlyElementsOf(
                        Benchmarks.all().stream().map(Benchmark::id).toList());
        assertThat(fields)
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
    void anUnknownNameIsAnErrorThatSaysWhereTheNamesAre() {
        assertThat(new CommandLine(new BenchMain()).execute("F99")).isEqualTo(2);
    }
}
