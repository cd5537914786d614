package io.tidegate.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.bench.Comparison;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/** The comparisons as a JSON list, one object a benchmark, and as lines for people. */
public final class Report {

    private Report() {}

    /** Replaces {@code file} as a whole. */
    public static void write(Path file, List<Comparison> comparisons) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path draft = Files.createTempFile(directory, file.getFileName().toString(), ".tmp");
        try (Writer out = Files.newBufferedWriter(draft);
                JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartArray();
            for (Comparison comparison : comparisons) {
                json.writeStartObject();
                json.writeStringField("id", comparison.benchmark().id());
                json.writeStringField("ratio", comparison.benchmark().ratio());
                json.writeNumberField("ratioMedian", comparison.ratioMedian());
                json.writeNumberField("ratioMin", comparison.ratioMin());
                json.writeNumberField("ratioMax", comparison.ratioMax());
                json.writeNumberField("target", comparison.benchmark().target().bound());
                json.writeBooleanField("met", comparison.met());
                json.writeNumberField("numeratorPerCpuSecond", comparison.numeratorPerCpuSecond());
                json.writeNumberField("denominatorPerCpuSecond", comparison.denominatorPerCpuSecond());
                json.writeNumberField("reps", comparison.reps());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** For example {@code F2  32.1 (30.2 to 33.0), target >= 10.0: met; 512,000 and 16,000 events a CPU-second, 5 times}. */
    public static String line(Comparison comparison) {
        return String.format(
                Locale.ROOT,
                "%-8s %.3g (%.3g to %.3g), target %s: %s; %,.0f and %,.0f events a CPU-second, %d times",
                comparison.benchmark().id(),
                comparison.ratioMedian(),
                comparison.ratioMin(),
                comparison.ratioMax(),
                comparison.benchmark().target(),
                comparison.met() ? "met" : "NOT met",
                comparison.numeratorPerCpuSecond(),
                comparison.denominatorPerCpuSecond(),
                comparison.reps());
    }
}
