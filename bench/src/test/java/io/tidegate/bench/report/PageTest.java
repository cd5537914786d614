package io.tidegate.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.bench.Comparison.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

    private static final List<Row> ROWS = List.of(
            new Row(
                    "F2",
                    "one / other",
                    32.12,
                    30,
                    33.5,
                    10,
                    true,
                    true,
                    512_000.4,
                    OptionalDouble.of(16_000),
                    OptionalDouble.of(31.5),
                    5,
                    List.of(new Part("task", 0.75), new Part("compiler", 0.25)),
                    List.of(new Part("task", 1))),
            new Row(
                    "E1",
                    "p50, ms",
                    12,
                    11,
                    13,
                    10,
                    false,
                    false,
                    100,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    3,
                    List.of(new Part("vert.x|loop", 0.815), new Part("compiler", 0.17), new Part("tiny", 0.015)),
                    List.of()));

    @TempDir
    private Path directory;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path report = directory.resolve("report.json");

        Report.write(report, ROWS);

        assertThat(Report.read(report)).isEqualTo(ROWS);
    }

    @Test
    void theTableTakesThePlaceOfTheOneBeforeAndLeavesTheRest() throws IOException {
        Path page = directory.resolve("performance.md");
        Path plot = directory.resolve("plot.svg");
        Files.writeString(
                page, "# Measured\n<!-- scripts/bench --page writes from here -->\nold\n<!-- to here -->\nrest\n");

        Page.write(ROWS, page, plot);
        Page.write(ROWS, page, plot);

        assertThat(Files.readString(page))
                .startsWith("# Measured\n")
                .endsWith("<!-- to here -->\nrest\n")
                .doesNotContain("old")
                .containsOnlyOnce("| F2 | one / other | ≥ 10 | 32.1 (30 to 33.5), 5 | yes | 512,000 ÷ 16,000 | 31.5 |")
                .containsOnlyOnce("| E1 | p50, ms | ≤ 10 | 12 (11 to 13), 3 | **no** | 100 |  |")
                // Whoever meets the target need not say where the time goes.
                .containsOnlyOnce("| E1 | vert.x\\|loop 82%, compiler 17% |  |")
                .doesNotContain("task 75%");
        assertThat(Files.readString(plot))
                .startsWith("<svg ")
                .contains(">F2<", ">E1<")
                .endsWith("</svg>\n");
    }

    @Test
    void aPageWithoutTheMarksIsLeftAsItIs() throws IOException {
        Path page = Files.writeString(directory.resolve("performance.md"), "# Measured\n");
        Path plot = directory.resolve("plot.svg");

        assertThatThrownBy(() -> Page.write(ROWS, page, plot)).hasMessageContaining("performance.md");

        assertThat(page).hasContent("# Measured");
        assertThat(plot).doesNotExist();
    }
}
