package io.tidegate.serving.console;

import io.tidegate.serving.http.StaticFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The console page as its build left it (clients/console). */
final class ConsolePage {

    private static final String PAGE = "page/";
    private static final String LIST = PAGE + "files.txt";
    private static final String INDEX = "index.html";
    private static final String ASSETS = "assets/";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "woff2", "font/woff2");

    private ConsolePage() {}

    /**
     * {@code index.html} at {@code /}, the rest below {@code /console/}.
     *
     * @return empty where this gateway was compiled without it, as an IDE does
     */
    static List<StaticFile> files() {
        if (ConsolePage.class.getResource(LIST) == null) {
            return List.of();
        }
        return new String(StaticFile.resource(ConsolePage.class, LIST), StandardCharsets.UTF_8)
                .lines()
                .map(ConsolePage::file)
                .toList();
    }

    private static StaticFile file(String name) {
        StaticFile file = StaticFile.of(
                        name.equals(INDEX) ? "/" : "/console/" + name,
                        type(name),
                        StaticFile.resource(ConsolePage.class, PAGE + name))
                .withGzip();
        return name.startsWith(ASSETS) ? file.asImmutable() : file;
    }

    private static String type(String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            throw new IllegalStateException("nobody said of what type " + name + " is");
        }
        return type;
    }
}
