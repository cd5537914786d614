package io.tidegate.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Small line plots side by side, as SVG. Axes of values begin at 0, so that what looks flat is flat. */
final class Panels {

    private static final int WIDTH = 300;
    private static final int HEIGHT = 190;
    private static final int LEFT = 52;
    private static final int TOP = 34;
    private static final int BOTTOM = 34;
    private static final int RIGHT = 16;
    private static final int LEGEND_ROW = 18;
    private static final String[] COLOURS = {
        "#0969da", "#cf222e", "#1a7f37", "#8250df", "#bf8700", "#1b7c83", "#bc4c00", "#57606a", "#d4a72c", "#a475f9"
    };

    /**
     * @param low and {@code high}: the spread around {@code y}; the same as it where there is none
     */
    record Dot(double x, double y, double low, double high) {}

    /** @param dots from left to right; a gap is left out */
    record Series(String name, List<Dot> dots) {}

    /** @param logarithmic whether places are a factor apart */
    record Panel(String title, String axis, boolean logarithmic, List<Series> series) {

        /** With one line, which needs no name. */
        static Panel of(String title, String axis, boolean logarithmic, List<Dot> dots) {
            return new Panel(title, axis, logarithmic, List.of(new Series("", dots)));
        }

        private List<Dot> dots() {
            return series.stream().flatMap(line -> line.dots().stream()).toList();
        }
    }

    private Panels() {}

    static String svg(List<Panel> panels, int columns) {
        int rows = (panels.size() + columns - 1) / columns;
        List<String> names = panels.stream()
                .flatMap(panel -> panel.series().stream())
                .map(Series::name)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                WIDTH * Math.min(columns, Math.max(1, panels.size())),
                HEIGHT * rows + LEGEND_ROW * ((names.size() + columns * 2 - 1) / (columns * 2))));
        for (int i = 0; i < panels.size(); i++) {
            svg.append(String.format(
                    Locale.ROOT, "<g transform=\"translate(%d %d)\">%n", i % columns * WIDTH, i / columns * HEIGHT));
            draw(panels.get(i), names, svg);
            svg.append("</g>\n");
        }
        for (int i = 0; i < names.size(); i++) {
            double x = i % (columns * 2) * (WIDTH / 2.0) + 20;
            double y = HEIGHT * rows + i / (columns * 2) * LEGEND_ROW + 10;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"3\"/>%n",
                    x,
                    y - 4,
                    x + 16,
                    y - 4,
                    COLOURS[i % COLOURS.length]));
            text(svg, x + 22, y, "start", names.get(i));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void draw(Panel panel, List<String> names, StringBuilder svg) {
        List<Dot> dots = panel.dots();
        double top = dots.stream().mapToDouble(Dot::high).max().orElse(1) * 1.15;
        Scale y = new Scale(0, top > 0 ? top : 1, HEIGHT - BOTTOM, TOP, false);
        Scale x = new Scale(
                dots.stream().mapToDouble(Dot::x).min().orElse(0),
                dots.stream().mapToDouble(Dot::x).max().orElse(1),
                LEFT,
                WIDTH - RIGHT,
                panel.logarithmic());
        text(svg, LEFT, 18, "start", panel.title());
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", panel.axis());
        for (int i = 0; i <= 2; i++) {
            double value = y.to() * i / 2;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                    LEFT,
                    y.at(value),
                    WIDTH - RIGHT,
                    y.at(value)));
            text(svg, LEFT - 6, y.at(value) + 4, "end", brief(value));
        }
        boolean few = dots.size() <= 12;
        for (Series line : panel.series()) {
            draw(line.dots(), x, y, COLOURS[Math.max(0, names.indexOf(line.name())) % COLOURS.length], few, svg);
        }
        if (few) {
            dots.forEach(dot -> text(svg, x.at(dot.x()), HEIGHT - BOTTOM + 13, "middle", brief(dot.x())));
        } else {
            text(svg, LEFT, HEIGHT - BOTTOM + 13, "middle", brief(x.from()));
            text(svg, WIDTH - RIGHT, HEIGHT - BOTTOM + 13, "end", brief(x.to()));
        }
    }

    private static void draw(List<Dot> dots, Scale x, Scale y, String colour, boolean marked, StringBuilder svg) {
        svg.append(String.format(
                Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"%s\"/>%n",
                colour,
                dots.stream()
                        .map(dot -> String.format(Locale.ROOT, "%.1f,%.1f", x.at(dot.x()), y.at(dot.y())))
                        .collect(Collectors.joining(" "))));
        for (Dot dot : dots) {
            if (dot.high() > dot.low()) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                        x.at(dot.x()),
                        y.at(dot.low()),
                        x.at(dot.x()),
                        y.at(dot.high()),
                        colour));
            }
            if (marked) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                        x.at(dot.x()),
                        y.at(dot.y()),
                        colour));
            }
        }
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333333\">%s</text>%n",
                x,
                y,
                anchor,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    /** For example 1k or 2.5M. */
    static String brief(double value) {
        double size = Math.abs(value);
        String unit = size >= 1e9 ? "G" : size >= 1e6 ? "M" : size >= 1e3 ? "k" : "";
        double scaled = value / (size >= 1e9 ? 1e9 : size >= 1e6 ? 1e6 : size >= 1e3 ? 1e3 : 1);
        double digits = Math.abs(scaled) >= 10 ? 1 : Math.abs(scaled) >= 1 ? 10 : 100;
        String number = String.valueOf(Math.round(scaled * digits) / digits);
        return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number) + unit;
    }

    /** From values to places on the paper. */
    private record Scale(double from, double to, double first, double last, boolean logarithmic) {

        double at(double value) {
            double span = number(to) - number(from);
            return span == 0 ? first : first + (last - first) * (number(value) - number(from)) / span;
        }

        private double number(double value) {
            return logarithmic ? Math.log(value) : value;
        }
    }
}
