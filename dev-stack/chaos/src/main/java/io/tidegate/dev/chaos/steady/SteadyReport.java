package io.tidegate.dev.chaos.steady;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.dev.chaos.Inquest.Findings;
import io.tidegate.dev.chaos.steady.Sample.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What came of the hour, as JSON and as lines for people. */
final class SteadyReport {

    /** More than that late, and the rate wasn't steady. */
    static final long LOAD_MAY_BE_LATE_MS = 5_000;

    private static final int SHOWN = 20;

    private final SteadySettings settings;
    private final long startedMs;
    private final Map<SeenAlert, Long> quietAlerts;
    private final List<Minute> minutes;
    private final List<Sample> samples;
    private final List<String> died;
    private final List<String> failed;
    private final Optional<Outage> outage;
    private final Optional<Findings> findings;
    private final Optional<Books> books;
    private final Optional<Costs> costs;

    /**
     * The platform's own books, by minute, topic and partition.
     *
     * @param complete entries that balance
     * @param open entries that aren't closed yet
     * @param different entries that don't balance
     */
    record Books(long complete, long open, long different) {}

    /**
     * @param quietAlerts in the quiet time, with the number of evaluations at which each was there
     * @param died parts that ended though nobody had killed them, a line each
     * @param failed steps of the run that couldn't be taken, a line each
     * @param outage empty where it didn't come to that
     * @param findings empty likewise
     * @param costs only for people: nothing about them is right or wrong
     */
    SteadyReport(
            SteadySettings settings,
            long startedMs,
            Map<SeenAlert, Long> quietAlerts,
            List<Minute> minutes,
            List<Sample> samples,
            List<String> died,
            List<String> failed,
            Optional<Outage> outage,
            Optional<Findings> findings,
            Optional<Books> books,
            Optional<Costs> costs) {
        this.settings = settings;
        this.startedMs = startedMs;
        this.quietAlerts = Map.copyOf(quietAlerts);
        this.minutes = List.copyOf(minutes);
        this.samples = List.copyOf(samples);
        this.died = List.copyOf(died);
        this.failed = List.copyOf(failed);
        this.outage = outage;
        this.findings = findings;
        this.books = books;
        this.costs = costs;
    }

    int exitStatus() {
        return violations().isEmpty() ? 0 : 1;
    }

    /** What isn't as it must be, a line each. */
    List<String> violations() {
        List<String> wrong = new ArrayList<>();
        quietAlerts.forEach((alert, evaluations) -> {
            if (alert.fires() || settings.pendingIsWrong()) {
                wrong.add("in the quiet time: " + alert + ", at " + evaluations + " evaluations");
            }
        });
        died.forEach(line -> wrong.add("in the quiet time: " + line));
        wrong.addAll(failed);
        long latest = minutes.stream().mapToLong(Minute::loadLateMs).max().orElse(0);
        if (latest > LOAD_MAY_BE_LATE_MS) {
            wrong.add("the rate wasn't steady: the load was up to " + latest / 1_000 + " s late");
        }
        if (outage.isPresent()) {
            addOutage(wrong, outage.get());
        } else {
            wrong.add("it didn't come to the broker's death");
        }
        if (books.isEmpty()) {
            wrong.add("the books weren't read");
        } else if (books.get().different() > 0
                || books.get().open() > 0
                || books.get().complete() == 0) {
            wrong.add("the books: " + books.get().complete() + " entries balance, "
                    + books.get().different() + " don't, " + books.get().open() + " are still open");
        }
        if (findings.isEmpty()) {
            wrong.add("the events weren't compared");
        } else {
            findings.get().verdict().findings().stream()
                    .limit(SHOWN)
                    .forEach(finding -> wrong.add(finding.kind() + ": " + finding.what()));
        }
        return wrong;
    }

    private static void addOutage(List<String> wrong, Outage outage) {
        for (Outage.Fired fired : outage.fired()) {
            if (fired.seconds().isEmpty()) {
                wrong.add(fired.alert() + " didn't fire though " + outage.broker() + " was dead");
            }
        }
        outage.others().forEach(alert -> wrong.add("while " + outage.broker() + " was dead: " + alert));
        if (outage.told().isEmpty()) {
            wrong.add("Alertmanager told nobody that " + outage.broker() + " was dead");
        }
        if (outage.cleared().isEmpty()) {
            wrong.add("with " + outage.broker() + " back, the alerts didn't clear");
        }
        if (outage.resolved().isEmpty()) {
            wrong.add("Alertmanager told nobody that " + outage.broker() + " was back");
        }
    }

    private Map<String, List<Sample>> byRole() {
        Map<String, List<Sample>> roles = new LinkedHashMap<>();
        samples.forEach(sample ->
                roles.computeIfAbsent(sample.role(), role -> new ArrayList<>()).add(sample));
        return roles;
    }

    /** Of one processor, from the first sample to the last. */
    private static double cpu(List<Sample> ofRole) {
        Sample first = ofRole.get(0);
        Sample last = ofRole.get(ofRole.size() - 1);
        double seconds = (last.atMs() - first.atMs()) / 1_000.0;
        return seconds == 0 ? 0 : (last.cpuSeconds() - first.cpuSeconds()) / seconds;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-18s %17s %17s %17s %11s %11s %6s",
                "",
                "resident MB",
                "live heap MB",
                "direct MB",
                "threads",
                "files",
                "cores"));
        byRole().forEach((role, ofRole) -> lines.add(String.format(
                Locale.ROOT,
                "%-18s %17s %17s %17s %11s %11s %6.2f",
                role,
                arrow(ofRole, Figure.RSS_MB),
                arrow(ofRole, Figure.LIVE_MB),
                arrow(ofRole, Figure.DIRECT_MB),
                arrow(ofRole, Figure.THREADS),
                arrow(ofRole, Figure.DESCRIPTORS),
                cpu(ofRole))));
        outage.ifPresent(told -> {
            told.fired()
                    .forEach(fired -> lines.add(
                            fired.alert() + " fired " + after(fired.seconds()) + " the death of " + told.broker()));
            lines.add("Alertmanager had told of it " + after(told.told()) + " the death, and of its end "
                    + after(told.resolved()) + " its return; nothing fired any more " + after(told.cleared())
                    + " its return");
        });
        findings.ifPresent(found -> lines.add(found.sent() + " events sent, " + found.acknowledged() + " acknowledged, "
                + found.rows() + " rows, " + found.alerts() + " alerts"));
        books.ifPresent(read -> lines.add("The books: " + read.complete() + " entries balance, " + read.different()
                + " don't, " + read.open() + " are open"));
        costs.filter(cost -> cost.tableRows() > 0)
                .ifPresent(cost -> lines.add(String.format(
                        Locale.ROOT,
                        "An event takes %.0f bytes on each replica of its topic, ticks included, and %.0f in table events;"
                                + " last checkpoints: %s bytes",
                        cost.topicBytes() / (double) cost.tableRows(),
                        cost.tableBytes() / (double) cost.tableRows(),
                        cost.checkpointBytes())));
        List<String> wrong = violations();
        lines.add(wrong.isEmpty() ? "Nothing fired, nothing is missing" : wrong.size() + " things are wrong:");
        wrong.forEach(line -> lines.add("  " + line));
        return lines;
    }

    private static String after(OptionalDouble seconds) {
        return seconds.isPresent() ? String.format(Locale.ROOT, "%.0f s after", seconds.getAsDouble()) : "never after";
    }

    private static String arrow(List<Sample> ofRole, Figure figure) {
        return Trend.of(ofRole, figure)
                .map(trend -> String.format(Locale.ROOT, "%.0f → %.0f", trend.first(), trend.last()))
                .orElse("");
    }

    void write(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path temporary = Files.createTempFile(parent, file.getFileName().toString(), ".tmp");
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(temporary))) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("command", settings.command());
            json.writeStringField("startedAt", Instant.ofEpochMilli(startedMs).toString());
            json.writeNumberField("quietMinutes", settings.length().toSeconds() / 60.0);
            json.writeNumberField("rate", settings.rate());
            json.writeNumberField("violations", violations().size());
            writeTexts(json, "wrong", violations());
            json.writeObjectFieldStart("quietAlerts");
            for (Map.Entry<SeenAlert, Long> alert : quietAlerts.entrySet()) {
                json.writeNumberField(alert.getKey().toString(), alert.getValue());
            }
            json.writeEndObject();
            if (outage.isPresent()) {
                write(json, outage.get());
            }
            if (findings.isPresent()) {
                write(json, findings.get());
            }
            if (books.isPresent()) {
                json.writeObjectFieldStart("books");
                json.writeNumberField("complete", books.get().complete());
                json.writeNumberField("different", books.get().different());
                json.writeNumberField("open", books.get().open());
                json.writeEndObject();
            }
            if (costs.isPresent()) {
                write(json, costs.get());
            }
            writeProcesses(json);
            writeMinutes(json);
            json.writeEndObject();
        }
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(JsonGenerator json, Outage outage) throws IOException {
        json.writeObjectFieldStart("outage");
        json.writeStringField("broker", outage.broker());
        json.writeObjectFieldStart("firedAfterSeconds");
        for (Outage.Fired fired : outage.fired()) {
            write(json, fired.alert(), fired.seconds());
        }
        json.writeEndObject();
        write(json, "toldAfterSeconds", outage.told());
        write(json, "clearedAfterSeconds", outage.cleared());
        write(json, "resolvedAfterSeconds", outage.resolved());
        writeTexts(
                json,
                "otherAlerts",
                outage.others().stream().map(SeenAlert::toString).toList());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Findings findings) throws IOException {
        json.writeNumberField("events", findings.sent());
        json.writeNumberField("acknowledged", findings.acknowledged());
        json.writeNumberField("rows", findings.rows());
        json.writeNumberField("windows", findings.windows());
        json.writeNumberField("alerts", findings.alerts());
        json.writeNumberField("systemAlerts", findings.systemAlerts());
    }

    private static void write(JsonGenerator json, Costs costs) throws IOException {
        json.writeObjectFieldStart("costs");
        json.writeNumberField("topicBytesPerReplica", costs.topicBytes());
        json.writeNumberField("tableBytes", costs.tableBytes());
        json.writeNumberField("tableRows", costs.tableRows());
        json.writeObjectFieldStart("checkpointBytes");
        for (Map.Entry<String, Long> job : costs.checkpointBytes().entrySet()) {
            json.writeNumberField(job.getKey(), job.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeProcesses(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("processes");
        for (Map.Entry<String, List<Sample>> role : byRole().entrySet()) {
            json.writeObjectFieldStart(role.getKey());
            json.writeNumberField("samples", role.getValue().size());
            write(json, "cores", OptionalDouble.of(cpu(role.getValue())));
            for (Figure figure : Figure.values()) {
                Optional<Trend> trend = Trend.of(role.getValue(), figure);
                if (trend.isPresent()) {
                    json.writeObjectFieldStart(figure.wireName());
                    write(json, "first", OptionalDouble.of(trend.get().first()));
                    write(json, "last", OptionalDouble.of(trend.get().last()));
                    write(json, "least", OptionalDouble.of(trend.get().least()));
                    write(json, "most", OptionalDouble.of(trend.get().most()));
                    write(json, "perHour", OptionalDouble.of(trend.get().perHour()));
                    json.writeEndObject();
                }
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void writeMinutes(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("minutes");
        for (Minute minute : minutes) {
            json.writeStartObject();
            write(json, "minute", OptionalDouble.of(minute.minute()));
            write(json, "acceptedPerSecond", minute.acceptedPerSecond());
            write(json, "pushP95Seconds", minute.pushP95Seconds());
            write(json, "lag", minute.lag());
            json.writeNumberField("loadLateMs", minute.loadLateMs());
            json.writeNumberField("alerts", minute.alerts());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Null where there is no figure. */
    private static void write(JsonGenerator json, String name, OptionalDouble value) throws IOException {
        if (value.isPresent()) {
            json.writeFieldName(name);
            json.writeNumber(String.format(Locale.ROOT, "%.3f", value.getAsDouble()));
        } else {
            json.writeNullField(name);
        }
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
