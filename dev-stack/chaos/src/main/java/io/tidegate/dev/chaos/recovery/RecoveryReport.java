package io.tidegate.dev.chaos.recovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of the deaths.
 *
 * @param kills at least one
 * @param strikes that were acknowledged; each must raise one alert
 * @param wrong what isn't as it must be, a line each: an alert that is missing or twice, on the topic or at the listener
 */
record RecoveryReport(List<Kill> kills, Optional<Duration> within, int strikes, List<String> wrong) {

    RecoveryReport {
        kills = List.copyOf(kills);
        wrong = List.copyOf(wrong);
    }

    /** 0 where every strike has its alert once, and none of the first alerts came too late; else 1. */
    int exitStatus() {
        return wrong.isEmpty() && !tooLate() ? 0 : 1;
    }

    double fastest() {
        return sorted().get(0);
    }

    double slowest() {
        return sorted().get(kills.size() - 1);
    }

    /** Of an even number, the mean of the two in the middle. */
    double median() {
        List<Double> sorted = sorted();
        return (sorted.get((kills.size() - 1) / 2) + sorted.get(kills.size() / 2)) / 2;
    }

    private List<Double> sorted() {
        return kills.stream().map(Kill::firstAlert).sorted().toList();
    }

    private boolean tooLate() {
        return within.isPresent() && slowest() * 1_000 > within.get().toMillis();
    }

    static String line(Kill kill) {
        return String.format(
                Locale.ROOT,
                "%s, the other %s: first alert %.1f s  (noticed %.1f, deploying %.1f, restoring %.1f, running %.1f;"
                        + " all jobs %.1f)",
                kill.taskManager(),
                kill.warm() ? "at work" : "just started",
                kill.firstAlert(),
                kill.noticed(),
                kill.deploying(),
                kill.restoring(),
                kill.running(),
                kill.allJobs());
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "First alert after the death: fastest %.1f s, median %.1f s, slowest %.1f s, of %d",
                fastest(),
                median(),
                slowest(),
                kills.size()));
        lines.add(strikes + " strikes were acknowledged; "
                + (wrong.isEmpty()
                        ? "each has raised one alert, and it was heard once"
                        : wrong.size() + " are wrong:"));
        wrong.stream().limit(20).map(line -> "  " + line).forEach(lines::add);
        if (tooLate()) {
            lines.add("Too late: within " + within.get().toMillis() / 1_000.0 + " s expected");
        }
        return lines;
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeObjectFieldStart("firstAlertSeconds");
            json.writeNumberField("fastest", fastest());
            json.writeNumberField("median", median());
            json.writeNumberField("slowest", slowest());
            json.writeEndObject();
            json.writeNumberField("strikes", strikes);
            json.writeNumberField("wrong", wrong.size());
            json.writeArrayFieldStart("kills");
            for (Kill kill : kills) {
                json.writeStartObject();
                json.writeStringField("taskManager", kill.taskManager());
                json.writeBooleanField("otherAtWork", kill.warm());
                json.writeNumberField("noticed", kill.noticed());
                json.writeNumberField("deploying", kill.deploying());
                json.writeNumberField("restoring", kill.restoring());
                json.writeNumberField("running", kill.running());
                json.writeNumberField("firstAlert", kill.firstAlert());
                json.writeNumberField("allJobs", kill.allJobs());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("violations");
            for (String line : wrong) {
                json.writeString(line);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
