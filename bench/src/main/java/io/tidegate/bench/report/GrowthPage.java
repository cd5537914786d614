package io.tidegate.bench.report;

import io.tidegate.bench.growth.Growth;
import io.tidegate.bench.growth.GrowthRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The curves in {@code docs/performance.md}: a table between two marks of its own, and a plot beside the page. */
public final class GrowthPage {

    private static final String BEGIN = "<!-- scripts/bench --page writes the curves from here -->\n";
    private static final String END = "<!-- curves to here -->\n";
    private static final int COLUMNS = 3;

    private GrowthPage() {}

    /** @throws IOException where the page doesn't have the marks */
    public static void write(List<GrowthRow> rows, Path page, Path plot) throws IOException {
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException(page + ": the lines between which the curves belong aren't there");
        }
        Files.writeString(plot, Panels.svg(panels(rows), COLUMNS));
        Files.writeString(page, text.substring(0, begin + BEGIN.length()) + table(rows) + text.substring(end));
    }

    private static String table(List<GrowthRow> rows) {
        StringBuilder table = new StringBuilder(
                "| what grows | | µs of CPU an event (least to greatest), repetitions | to the first | state of a key | heap of a key |\n"
                        + "|---|---|---|---|---|---|\n");
        for (Growth.Curve curve : Growth.Curve.values()) {
            List<GrowthRow> points = of(curve, rows);
            for (GrowthRow row : points) {
                table.append(String.format(
                        Locale.ROOT,
                        "| %s | %,d | %.2f (%.2f to %.2f), %d | %.2f | %s | %s |%n",
                        curve.axis(),
                        row.place(),
                        row.microsMedian(),
                        row.microsMin(),
                        row.microsMax(),
                        row.reps(),
                        row.microsMedian() / points.get(0).microsMedian(),
                        bytes(row.stateBytes()),
                        bytes(row.heapBytes())));
            }
        }
        return table.append("\n![What an event costs while something grows](images/growth.svg)\n")
                .toString();
    }

    private static String bytes(OptionalDouble size) {
        return size.isPresent() ? String.format(Locale.ROOT, "%,.0f B", size.getAsDouble()) : "";
    }

    private static List<Panels.Panel> panels(List<GrowthRow> rows) {
        List<Panels.Panel> panels = new ArrayList<>();
        for (Growth.Curve curve : Growth.Curve.values()) {
            add(
                    panels,
                    "µs of CPU an event",
                    curve,
                    rows,
                    row -> new Panels.Dot(row.place(), row.microsMedian(), row.microsMin(), row.microsMax()));
        }
        add(panels, "bytes of state a key", Growth.Curve.KEYS, rows, row -> dot(row, row.stateBytes()));
        add(panels, "bytes of heap a key", Growth.Curve.KEYS, rows, row -> dot(row, row.heapBytes()));
        return panels;
    }

    private static void add(
            List<Panels.Panel> panels,
            String title,
            Growth.Curve curve,
            List<GrowthRow> rows,
            Function<GrowthRow, Panels.Dot> dot) {
        List<Panels.Dot> dots = of(curve, rows).stream().map(dot).toList();
        if (!dots.isEmpty()) {
            panels.add(Panels.Panel.of(title, curve.axis(), true, dots));
        }
    }

    private static Panels.Dot dot(GrowthRow row, OptionalDouble value) {
        double y = value.orElse(0);
        return new Panels.Dot(row.place(), y, y, y);
    }

    private static List<GrowthRow> of(Growth.Curve curve, List<GrowthRow> rows) {
        return rows.stream().filter(row -> row.curve().equals(curve.id())).toList();
    }
}
