package io.tidegate.replay.rows;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * CSV after RFC 4180: fields may be quoted, a quote inside is doubled, a quoted field may hold delimiters and line ends; lines
 * end with LF or CRLF. Empty lines are skipped. A row with another number of fields than there are columns is an error.
 */
final class CsvRows implements RowReader {

    private final LineReader in;
    private final char delimiter;
    private final char quote;
    private final Set<String> missing;
    private final List<String> columns;
    private long rows;
    private long recordLine;

    /** @param columns empty where the first record of the file names them */
    CsvRows(Path file, Charset charset, char delimiter, char quote, Set<String> missing, List<String> columns)
            throws IOException {
        this.in = new LineReader(file, charset);
        this.delimiter = delimiter;
        this.quote = quote;
        this.missing = missing;
        this.columns = columns.isEmpty() ? header() : columns;
    }

    private List<String> header() throws IOException {
        List<String> names = readRecord();
        if (names == null) {
            throw in.error(1, "the file is empty; its first line should name the columns");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw in.error(recordLine, "the header names the column '" + name + "' twice");
            }
        }
        return List.copyOf(names);
    }

    @Override
    public Optional<List<String>> columns() {
        return Optional.of(columns);
    }

    @Override
    public Row next() throws IOException {
        List<String> fields = readRecord();
        if (fields == null) {
            return null;
        }
        if (fields.size() != columns.size()) {
            throw in.error(recordLine, fields.size() + " fields where there are " + columns.size() + " columns");
        }
        Map<String, String> values = new HashMap<>(columns.size() * 2);
        for (int i = 0; i < fields.size(); i++) {
            String value = fields.get(i);
            if (!missing.contains(value)) {
                values.put(columns.get(i), value);
            }
        }
        return new Row(++rows, recordLine, values);
    }

    /** The fields of the next record that isn't an empty line, or {@code null} at the end. */
    private List<String> readRecord() throws IOException {
        while (atLineEnd()) {
            skipLineEnd();
        }
        if (in.peek() == -1) {
            return null;
        }
        recordLine = in.line();
        List<String> fields = new ArrayList<>(columns == null ? 16 : columns.size());
        fields.add(readField());
        while (in.peek() == delimiter) {
            in.read();
            fields.add(readField());
        }
        skipLineEnd();
        return fields;
    }

    private boolean atLineEnd() throws IOException {
        return in.peek() == '\n' || in.peek() == '\r';
    }

    private void skipLineEnd() throws IOException {
        if (in.peek() == '\r') {
            in.read();
        }
        if (in.peek() == '\n') {
            in.read();
        }
    }

    private String readField() throws IOException {
        StringBuilder field = new StringBuilder();
        if (in.peek() == quote) {
            readQuoted(field);
            int after = in.peek();
            if (after != -1 && after != delimiter && !atLineEnd()) {
                throw in.error(in.line(), "text after a closing quote; a quote inside a field is written twice");
            }
        } else {
            while (in.peek() != -1 && in.peek() != delimiter && !atLineEnd()) {
                field.append((char) in.read());
            }
        }
        return field.toString();
    }

    private void readQuoted(StringBuilder field) throws IOException {
        long opened = in.line();
        in.read();
        while (true) {
            int c = in.read();
            if (c == -1) {
                throw in.error(opened, "a quoted field that begins here is never closed");
            }
            if (c == quote) {
                if (in.peek() != quote) {
                    return;
                }
                in.read();
            }
            field.append((char) c);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
