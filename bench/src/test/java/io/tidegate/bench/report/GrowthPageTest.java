package io.tidegate.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.bench.growth.Growth;
import io.tidegate.bench.growth.GrowthReport;
import io.tidegate.bench.growth.GrowthRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthPageTest {

    private static final List<GrowthRow> KEYS = List.of(
            new GrowthRow("keys", 1_000, 2, 1.9, 2.1, OptionalDouble.of(700), OptionalDouble.of(1_500), 3),
            new GrowthRow("keys", 10_000, 3, 2.9, 3.1, OptionalDouble.of(300), OptionalDouble.of(900), 3));
    private static final List<GrowthRow> LOAD =
            List.of(new GrowthRow("load", 1, 50, 40, 60, OptionalDouble.empty(), OptionalDouble.empty(), 1));

    @TempDir
    private Path directory;

    @Test
    void aCurveMeasuredAgainTakesThePlaceOfItsFormerSelf() throws IOException {
        Path report = directory.resolve("growth.json");

        GrowthReport.put(report, Growth.Curve.KEYS, KEYS.subList(0, 1));
        GrowthReport.put(report, Growth.Curve.LOAD, LOAD);
        GrowthReport.put(report, Growth.Curve.KEYS, KEYS);

        assertThat(GrowthReport.read(report)).containsExactly(LOAD.get(0), KEYS.get(0), KEYS.get(1));
    }

    @Test
    void eachPointIsALineAndEachCurveAPanel() throws IOException {
        Path page = Files.writeString(
                directory.resolve("performance.md"),
                "# Measured\n<!-- scripts/bench --page writes the curves from here -->\nold\n<!-- curves to here -->\nrest\n");
        Path plot = directory.resolve("growth.svg");

        GrowthPage.write(KEYS, page, plot);

        assertThat(Files.readString(page))
                .endsWith("<!-- curves to here -->\nrest\n")
                .doesNotContain("old")
                .contains("| 1,000 | 2.00 (1.90 to 2.10), 3 | 1.00 | 700 B | 1,500 B |")
                .contains("| 10,000 | 3.00 (2.90 to 3.10), 3 | 1.50 | 300 B | 900 B |");
        assertThat(Files.readString(plot))
                .startsWith("<svg ")
                .contains(">µs of CPU an event<", ">bytes of state a key<", ">bytes of heap a key<", ">10k<")
                .endsWith("</svg>\n");
    }

    @Test
    void aSoakHasAPanelForEachFigureAndALineForEachProcess() throws IOException {
        Path samples = Files.writeString(
                directory.resolve("samples.csv"),
                "at,minute,role,pid,rss_mb,threads,live_mb\n"
                        + "1,0.00,kafka-1,7,200.0,90,\n1,0.00,gateway-1,8,300.0,40,55.5\n2,1.00,kafka-1,7,201.0,90,48.0\n");
        Path plot = directory.resolve("soak.svg");

        SoakPlot.write(samples, plot);

        List<Panels.Panel> panels = SoakPlot.panels(samples);
        assertThat(panels)
                .extracting(Panels.Panel::title)
                .containsExactly("heap after a whole collection, MB", "resident memory, MB", "threads");
        assertThat(panels.get(0).series()).extracting(Panels.Series::name).containsExactly("gateway-1", "kafka-1");
        assertThat(panels.get(1).series().get(0).dots()).hasSize(2);
        assertThat(Files.readString(plot)).contains(">threads<", ">kafka-1<", ">gateway-1<");
    }

    @Test
    void aLineOfAnotherLengthIsNamed() throws IOException {
        Path samples = Files.writeString(directory.resolve("samples.csv"), "minute,role,threads\n0,a,1\n1,a\n");

        assertThatThrownBy(() -> SoakPlot.panels(samples)).hasMessageContaining("line 3");
    }
}
