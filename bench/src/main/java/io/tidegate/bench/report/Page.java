package io.tidegate.bench.report;

import io.tidegate.bench.Comparison.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The report in {@code docs/performance.md}: a table between two marks, and a plot beside the page. */
public final class Page {

    private static final String BEGIN = "<!-- scripts/bench --page writes from here -->\n";
    private static final String END = "<!-- to here -->\n";
    /** Of the CPU time of a side; smaller parts aren't told. */
    private static final double LEAST_PART = 0.02;

    private static final int ROW_HEIGHT = 26;
    private static final int LEFT = 110;
    private static final int WIDTH = 640;
    private static final int RIGHT = 90;

    private Page() {}

    /**
     * Replaces the table on the page and the plot that it shows.
     *
     * @throws IOException where the page doesn't have the marks
     */
    public static void write(List<Row> rows, Path page, Path plot) throws IOException {
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException(page + ": the lines between which the report belongs aren't there");
        }
        Files.writeString(plot, plot(rows));
        Files.writeString(page, text.substring(0, begin + BEGIN.length()) + table(rows) + text.substring(end));
    }

    static String table(List<Row> rows) {
        StringBuilder table = new StringBuilder();
        table.append(
                "| id | what | target | median (least to greatest), repetitions | met | events a CPU-second | by the clock |\n");
        table.append("|---|---|---|---|---|---|---|\n");
        for (Row row : rows) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s %s | %s (%s to %s), %d | %s | %,.0f%s | %s |%n",
                    row.id(),
                    row.ratio().replace("|", "\\|"),
                    row.atLeast() ? "≥" : "≤",
                    number(row.target()),
                    number(row.ratioMedian()),
                    number(row.ratioMin()),
                    number(row.ratioMax()),
                    row.reps(),
                    row.met() ? "yes" : "**no**",
                    row.numeratorPerCpuSecond(),
                    row.denominatorPerCpuSecond().isPresent()
                            ? String.format(
                                    Locale.ROOT,
                                    " ÷ %,.0f",
                                    row.denominatorPerCpuSecond().getAsDouble())
                            : "",
                    told(row.wallRatioMedian())));
        }
        return table.append("\n![How far each one is from its target](images/performance.svg)\n")
                .append(parts(rows))
                .toString();
    }

    /** Where the CPU time of those goes that missed their targets. */
    private static String parts(List<Row> rows) {
        List<Row> missed = rows.stream()
                .filter(row -> !row.met() && !row.numeratorParts().isEmpty())
                .toList();
        if (missed.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder(
                "\nWhere the CPU time goes where a target was missed, by threads as the kernel names them:\n\n| id | numerator | denominator |\n|---|---|---|\n");
        for (Row row : missed) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s |%n",
                    row.id(),
                    told(row.numeratorParts()),
                    told(row.denominatorParts())));
        }
        return table.toString();
    }

    private static String told(List<Part> parts) {
        return parts.stream()
                .filter(part -> part.share() >= LEAST_PART)
                .map(part ->
                        String.format(Locale.ROOT, "%s %.0f%%", part.threads().replace("|", "\\|"), part.share() * 100))
                .collect(Collectors.joining(", "));
    }

    private static String told(OptionalDouble number) {
        return number.isPresent() ? number(number.getAsDouble()) : "";
    }

    private static String number(double value) {
        if (Math.abs(value) >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
    }

    /**
     * How far each one is from its target, on a logarithmic scale: right of the line it is met. From the least to the greatest repetition, and a
     * dot for the median.
     */
    static String plot(List<Row> rows) {
        double reach = 2;
        for (Row row : rows) {
            for (double ratio : new double[] {row.ratioMin(), row.ratioMax()}) {
                reach = Math.max(reach, Math.max(margin(row, ratio), 1 / margin(row, ratio)));
            }
        }
        double scale = WIDTH / 2.0 / Math.log(reach * 1.1);
        double middle = LEFT + WIDTH / 2.0;
        int height = ROW_HEIGHT * (rows.size() + 1) + 10;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">%n",
                LEFT + WIDTH + RIGHT,
                height));
        svg.append(String.format(
                Locale.ROOT,
                "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n<text x=\"%.0f\" y=\"18\" text-anchor=\"middle\""
                        + " fill=\"#555555\">← missed · target · met →</text>%n",
                middle));
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"24\" x2=\"%.1f\" y2=\"%d\" stroke=\"#888888\"/>%n",
                middle,
                middle,
                height));
        int y = ROW_HEIGHT + 14;
        for (Row row : rows) {
            double from = middle + scale * Math.log(margin(row, row.ratioMin()));
            double to = middle + scale * Math.log(margin(row, row.ratioMax()));
            double dot = middle + scale * Math.log(margin(row, row.ratioMedian()));
            String colour = row.met() ? "#1a7f37" : "#cf222e";
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
                            + "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>%n"
                            + "<circle cx=\"%.1f\" cy=\"%d\" r=\"5\" fill=\"%s\"/>%n"
                            + "<text x=\"%d\" y=\"%d\">%s</text>%n",
                    LEFT - 10,
                    y + 4,
                    row.id(),
                    from,
                    y,
                    to,
                    y,
                    colour,
                    dot,
                    y,
                    colour,
                    LEFT + WIDTH + 8,
                    y + 4,
                    number(row.ratioMedian())));
            y += ROW_HEIGHT;
        }
        return svg.append("</svg>\n").toString();
    }

    /** Over 1: met, and by how much. */
    private static double margin(Row row, double ratio) {
        // Nothing at all, where little was wanted, would be infinitely far away.
        double measured = Math.max(ratio, 1e-3);
        double wanted = Math.max(row.target(), 1e-3);
        return row.atLeast() ? measured / wanted : wanted / measured;
    }
}
