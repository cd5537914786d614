package io.tidegate.replay.rows;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** One row per line, values separated by spaces or tabs, columns named by the mapping. Empty lines are skipped. */
final class WhitespaceRows implements RowReader {

    private static final Pattern GAP = Pattern.compile("[ \\t]+");

    private final LineReader in;
    private final Set<String> missing;
    private final List<String> columns;
    private long rows;

    WhitespaceRows(Path file, Charset charset, Set<String> missing, List<String> columns) throws IOException {
        this.in = new LineReader(file, charset);
        this.missing = missing;
        this.columns = columns;
    }

    @Override
    public Optional<List<String>> columns() {
        return Optional.of(columns);
    }

    @Override
    public Row next() throws IOException {
        while (true) {
            long line = in.line();
            String text = in.readLine();
            if (text == null) {
                return null;
            }
            if (!text.isBlank()) {
                return row(line, GAP.split(text.strip()));
            }
        }
    }

    private Row row(long line, String[] fields) {
        if (fields.length != columns.size()) {
            throw in.error(line, fields.length + " values where there are " + columns.size() + " columns");
        }
        Map<String, String> values = new HashMap<>(columns.size() * 2);
        for (int i = 0; i < fields.length; i++) {
            if (!missing.contains(fields[i])) {
                values.put(columns.get(i), fields[i]);
            }
        }
        return new Row(++rows, line, values);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
