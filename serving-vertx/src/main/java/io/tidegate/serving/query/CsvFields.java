package io.tidegate.serving.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;

/**
 * Cells of RFC 4180: lines end with CRLF, a cell with a comma, a quote or a line break is quoted. A list is one cell with a JSON
 * array; what there isn't is an empty cell.
 *
 * <p>A text that a spreadsheet would take for a formula ({@code =}, {@code +}, {@code -}, {@code @}, tab, carriage return first)
 * gets an apostrophe in front: names come from strangers, and an analyst opens the file with a double click. Numbers are as they
 * are. Whoever needs texts to the letter asks for JSON.
 */
final class CsvFields implements RowWriter {

    private static final JsonFactory JSON = new JsonFactory();

    private final StringBuilder text = new StringBuilder(1024);
    private boolean lineBegun;

    @Override
    public void text(String name, String value) {
        boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
        cell(formula ? "'" + value : value);
    }

    @Override
    public void textIfAny(String name, String value) {
        // A table has the same columns for all its rows, and those that it has always had.
    }

    @Override
    public void number(String name, long value) {
        cell(Long.toString(value));
    }

    @Override
    public void number(String name, BigDecimal value) {
        cell(value == null ? "" : value.toPlainString());
    }

    @Override
    public void texts(String name, List<String> values) throws IOException {
        StringWriter array = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(array)) {
            json.writeStartArray();
            for (String value : values) {
                json.writeString(value);
            }
            json.writeEndArray();
        }
        cell(array.toString());
    }

    void cell(String value) {
        if (lineBegun) {
            text.append(',');
        }
        lineBegun = true;
        if (value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')) {
            text.append('"').append(value.replace("\"", "\"\"")).append('"');
        } else {
            text.append(value);
        }
    }

    void endLine() {
        text.append("\r\n");
        lineBegun = false;
    }

    String text() {
        return text.toString();
    }
}
