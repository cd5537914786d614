package io.tidegate.replay.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One JSON object per line. A member of a nested object is the column {@code outer.inner}; numbers keep the text that they
 * have in the file; {@code null} is missing; arrays are no columns. Empty lines are skipped.
 */
final class NdjsonRows implements RowReader {

    private final JsonFactory json = new JsonFactory();
    private final LineReader in;
    private final Set<String> missing;
    private long rows;

    NdjsonRows(Path file, Charset charset, Set<String> missing) throws IOException {
        this.in = new LineReader(file, charset);
        this.missing = missing;
    }

    @Override
    public Optional<List<String>> columns() {
        return Optional.empty();
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
                return row(line, text);
            }
        }
    }

    private Row row(long line, String text) throws IOException {
        Map<String, String> values = new HashMap<>();
        try (JsonParser parser = json.createParser(text)) {
            parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw in.error(line, "not a JSON object");
            }
            readObject(parser, "", values);
            if (parser.nextToken() != null) {
                throw in.error(line, "more than one JSON value on the line");
            }
        } catch (JsonProcessingException e) {
            RowException located = in.error(
                    line, "not JSON at column " + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage());
            located.initCause(e);
            throw located;
        }
        return new Row(++rows, line, values);
    }

    private void readObject(JsonParser parser, String prefix, Map<String, String> values) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String column = prefix + parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT) {
                readObject(parser, column + ".", values);
            } else if (value == JsonToken.START_ARRAY) {
                parser.skipChildren();
            } else if (value != JsonToken.VALUE_NULL && !missing.contains(parser.getText())) {
                values.put(column, parser.getText());
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
