package io.tidegate.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidegate.bench.Comparison;
import io.tidegate.bench.Comparison.Part;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The comparisons as a JSON list, one object a benchmark, and as lines for people. */
public final class Report {

    private Report() {}

    /** Puts a comparison into {@code file}, in the place of an earlier one of the same benchmark; replaces the file as a whole. */
    public static void put(Path file, Comparison comparison) throws IOException {
        Map<String, Row> rows = new LinkedHashMap<>();
        if (Files.exists(file)) {
            read(file).forEach(row -> rows.put(row.id(), row));
        }
        Row row = Row.of(comparison);
        rows.put(row.id(), row);
        write(file, List.copyOf(rows.values()));
    }

    static void write(Path file, List<Row> rows) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path draft = Files.createTempFile(directory, file.getFileName().toString(), ".tmp");
        try (Writer out = Files.newBufferedWriter(draft);
                JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartArray();
            for (Row row : rows) {
                json.writeStartObject();
                json.writeStringField("id", row.id());
                json.writeStringField("ratio", row.ratio());
                json.writeNumberField("ratioMedian", row.ratioMedian());
                json.writeNumberField("ratioMin", row.ratioMin());
                json.writeNumberField("ratioMax", row.ratioMax());
                json.writeNumberField("target", row.target());
                json.writeBooleanField("atLeast", row.atLeast());
                json.writeBooleanField("met", row.met());
                json.writeNumberField("numeratorPerCpuSecond", row.numeratorPerCpuSecond());
                writeOptional(json, "denominatorPerCpuSecond", row.denominatorPerCpuSecond());
                writeOptional(json, "wallRatioMedian", row.wallRatioMedian());
                json.writeNumberField("reps", row.reps());
                writeParts(json, "numeratorParts", row.numeratorParts());
                writeParts(json, "denominatorParts", row.denominatorParts());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void writeParts(JsonGenerator json, String name, List<Part> parts) throws IOException {
        json.writeObjectFieldStart(name);
        for (Part part : parts) {
            json.writeNumberField(part.threads(), part.share());
        }
        json.writeEndObject();
    }

    private static void writeOptional(JsonGenerator json, String name, OptionalDouble value) throws IOException {
        if (value.isPresent()) {
            json.writeNumberField(name, value.getAsDouble());
        } else {
            json.writeNullField(name);
        }
    }

    /** @throws IOException where the file isn't such a list */
    public static List<Row> read(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException(file + ": a list is expected");
            }
            while (json.nextToken() == JsonToken.START_OBJECT) {
                Map<String, String> texts = new HashMap<>();
                Map<String, List<Part>> parts = new HashMap<>();
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    JsonToken value = json.nextToken();
                    if (value == JsonToken.START_OBJECT) {
                        parts.put(name, readParts(json));
                    } else if (value != JsonToken.VALUE_NULL) {
                        texts.put(name, json.getText());
                    }
                }
                rows.add(new Row(
                        text(file, texts, "id"),
                        text(file, texts, "ratio"),
                        Double.parseDouble(text(file, texts, "ratioMedian")),
                        Double.parseDouble(text(file, texts, "ratioMin")),
                        Double.parseDouble(text(file, texts, "ratioMax")),
                        Double.parseDouble(text(file, texts, "target")),
                        Boolean.parseBoolean(text(file, texts, "atLeast")),
                        Boolean.parseBoolean(text(file, texts, "met")),
                        Double.parseDouble(text(file, texts, "numeratorPerCpuSecond")),
                        optional(texts, "denominatorPerCpuSecond"),
                        optional(texts, "wallRatioMedian"),
                        Integer.parseInt(text(file, texts, "reps")),
                        parts.getOrDefault("numeratorParts", List.of()),
                        parts.getOrDefault("denominatorParts", List.of())));
            }
        }
        return rows;
    }

    private static List<Part> readParts(JsonParser json) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (String threads = json.nextFieldName(); threads != null; threads = json.nextFieldName()) {
            json.nextToken();
            parts.add(new Part(threads, json.getDoubleValue()));
        }
        return parts;
    }

    private static String text(Path file, Map<String, String> texts, String field) throws IOException {
        String text = texts.get(field);
        if (text == null) {
            throw new IOException(file + ": an entry without " + field);
        }
        return text;
    }

    private static OptionalDouble optional(Map<String, String> texts, String field) {
        String text = texts.get(field);
        return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    }

    /** For example {@code F2  32.1 (30.2 to 33.0), target >= 10.0: met; 512,000 and 16,000 events a CPU-second, 5 times}. */
    public static String line(Comparison comparison) {
        String denominator = comparison.denominatorPerCpuSecond().isPresent()
                ? String.format(
                        Locale.ROOT,
                        " and %,.0f",
                        comparison.denominatorPerCpuSecond().getAsDouble())
                : "";
        return String.format(
                Locale.ROOT,
                "%-10s %.3g (%.3g to %.3g), target %s: %s; %,.0f%s events a CPU-second, %d times",
                comparison.benchmark().id(),
                comparison.ratioMedian(),
                comparison.ratioMin(),
                comparison.ratioMax(),
                comparison.benchmark().target(),
                comparison.met() ? "met" : "NOT met",
                comparison.numeratorPerCpuSecond(),
                denominator,
                comparison.reps());
    }
}
