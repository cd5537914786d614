package io.tidegate.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A long run by the minute, from what {@code scripts/steady} samples of each process: a panel for each figure, a line for each process. */
public final class SoakPlot {

    private static final int COLUMNS = 3;
    private static final String MINUTE = "minute";
    private static final String ROLE = "role";

    /** Columns that are drawn, with their titles. */
    private static final Map<String, String> FIGURES = figures();

    private SoakPlot() {}

    private static Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("live_mb", "heap after a whole collection, MB");
        figures.put("heap_after_gc_mb", "heap after the last collection, MB");
        figures.put("direct_mb", "direct memory, MB");
        figures.put("rss_mb", "resident memory, MB");
        figures.put("descriptors", "file descriptors");
        figures.put("threads", "threads");
        return figures;
    }

    /** @throws IOException naming the line that can't be read */
    public static void write(Path samples, Path plot) throws IOException {
        Files.writeString(plot, Panels.svg(panels(samples), COLUMNS));
    }

    static List<Panels.Panel> panels(Path samples) throws IOException {
        List<String> lines = Files.readAllLines(samples);
        List<String> names = lines.isEmpty() ? List.of() : List.of(lines.get(0).split(",", -1));
        for (String needed : List.of(MINUTE, ROLE)) {
            if (!names.contains(needed)) {
                throw new IOException(samples + ", line 1: a column '" + needed + "' is expected");
            }
        }
        Map<String, Map<String, List<Panels.Dot>>> figures = new LinkedHashMap<>();
        FIGURES.keySet().stream().filter(names::contains).forEach(figure -> figures.put(figure, new LinkedHashMap<>()));
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",", -1);
            if (cells.length != names.size()) {
                throw new IOException(
                        samples + ", line " + (i + 1) + ": " + names.size() + " cells expected, got " + cells.length);
            }
            try {
                double minute = Double.parseDouble(cells[names.indexOf(MINUTE)]);
                for (Map.Entry<String, Map<String, List<Panels.Dot>>> figure : figures.entrySet()) {
                    String cell = cells[names.indexOf(figure.getKey())];
                    // Not every process has every figure, nor every sample.
                    if (!cell.isBlank()) {
                        double value = Double.parseDouble(cell);
                        figure.getValue()
                                .computeIfAbsent(cells[names.indexOf(ROLE)], role -> new ArrayList<>())
                                .add(new Panels.Dot(minute, value, value, value));
                    }
                }
            } catch (NumberFormatException e) {
                throw new IOException(samples + ", line " + (i + 1) + ": no number: " + e.getMessage(), e);
            }
        }
        List<Panels.Panel> panels = new ArrayList<>();
        figures.forEach((figure, roles) -> panels.add(new Panels.Panel(
                FIGURES.get(figure),
                "minutes",
                false,
                roles.entrySet().stream()
                        .map(role -> new Panels.Series(role.getKey(), role.getValue()))
                        .toList())));
        return panels;
    }
}
