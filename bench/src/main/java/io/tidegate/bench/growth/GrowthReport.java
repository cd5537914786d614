package io.tidegate.bench.growth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The points of curves as a JSON list. */
public final class GrowthReport {

    private GrowthReport() {}

    /** Puts a curve into {@code file}, in the place of an earlier one of the same name. */
    public static void put(Path file, Growth.Curve curve, List<GrowthRow> rows) throws IOException {
        List<GrowthRow> all = new ArrayList<>();
        if (Files.exists(file)) {
            all.addAll(read(file));
        }
        all.removeIf(row -> row.curve().equals(curve.id()));
        all.addAll(rows);
        try (Writer out = Files.newBufferedWriter(file);
                JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartArray();
            for (GrowthRow row : all) {
                json.writeStartObject();
                json.writeStringField("curve", row.curve());
                json.writeNumberField("place", row.place());
                json.writeNumberField("microsMedian", row.microsMedian());
                json.writeNumberField("microsMin", row.microsMin());
                json.writeNumberField("microsMax", row.microsMax());
                if (row.stateBytes().isPresent()) {
                    json.writeNumberField("stateBytes", row.stateBytes().getAsDouble());
                }
                if (row.heapBytes().isPresent()) {
                    json.writeNumberField("heapBytes", row.heapBytes().getAsDouble());
                }
                json.writeNumberField("reps", row.reps());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    /** @throws IOException where the file isn't such a list */
    public static List<GrowthRow> read(Path file) throws IOException {
        List<GrowthRow> rows = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException(file + ": a list is expected");
            }
            while (json.nextToken() == JsonToken.START_OBJECT) {
                Map<String, String> texts = new HashMap<>();
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    json.nextToken();
                    texts.put(name, json.getText());
                }
                rows.add(new GrowthRow(
                        text(file, texts, "curve"),
                        Integer.parseInt(text(file, texts, "place")),
                        Double.parseDouble(text(file, texts, "microsMedian")),
                        Double.parseDouble(text(file, texts, "microsMin")),
                        Double.parseDouble(text(file, texts, "microsMax")),
                        optional(texts, "stateBytes"),
                        optional(texts, "heapBytes"),
                        Integer.parseInt(text(file, texts, "reps"))));
            }
        }
        return rows;
    }

    private static String text(Path file, Map<String, String> texts, String field) throws IOException {
        String text = texts.get(field);
        if (text == null) {
            throw new IOException(file + ": a point without " + field);
        }
        return text;
    }

    private static OptionalDouble optional(Map<String, String> texts, String field) {
        String text = texts.get(field);
        return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    }
}
