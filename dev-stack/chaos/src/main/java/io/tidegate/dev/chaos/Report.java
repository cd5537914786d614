package io.tidegate.dev.chaos;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.dev.chaos.Inquest.Findings;
import io.tidegate.dev.chaos.oracle.Finding;
import io.tidegate.dev.chaos.oracle.Finding.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** What came of a campaign, as JSON and as lines for people. */
final class Report {

    private final CampaignSettings settings;
    private final long startedMs;
    private final long endedMs = System.currentTimeMillis();
    private final List<Cycle> cycles;
    private final List<String> remarks;
    private final Optional<Findings> findings;

    /** @param findings empty where the campaign isn't over: then there is no verdict, only what was done */
    Report(
            CampaignSettings settings,
            long startedMs,
            List<Cycle> cycles,
            List<String> remarks,
            Optional<Findings> findings) {
        this.settings = settings;
        this.startedMs = startedMs;
        this.cycles = List.copyOf(cycles);
        this.remarks = List.copyOf(remarks);
        this.findings = findings;
    }

    /** 0 where nothing was lost, nothing was twice and nothing was wrong, else 1. */
    int exitStatus() {
        return findings.isPresent() && findings.get().verdict().isClean() ? 0 : 1;
    }

    void write(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path temporary = Files.createTempFile(parent, file.getFileName().toString(), ".tmp");
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(temporary))) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeNumberField("seed", settings.seed());
            json.writeNumberField("cycles", cycles.size());
            if (findings.isPresent()) {
                json.writeNumberField("events", findings.get().sent());
                json.writeNumberField("lost", count(Kind.LOST));
                json.writeNumberField("duplicated", count(Kind.DUPLICATED));
                json.writeNumberField("unexpected", count(Kind.UNEXPECTED));
                json.writeNumberField("windowsWrong", count(Kind.WINDOW));
                json.writeNumberField("alertsWrong", count(Kind.ALERT));
                json.writeNumberField("listenersWrong", count(Kind.LISTENER));
            } else {
                json.writeStringField("verdict", "none yet: the campaign isn't over");
            }
            writeRecovery(json);
            json.writeNumberField("rate", settings.rate());
            json.writeStringField("startedAt", Instant.ofEpochMilli(startedMs).toString());
            json.writeStringField("endedAt", Instant.ofEpochMilli(endedMs).toString());
            if (findings.isPresent()) {
                json.writeNumberField("acknowledged", findings.get().acknowledged());
                json.writeNumberField("ambiguous", findings.get().ambiguous());
                json.writeNumberField("refused", findings.get().refused());
                json.writeNumberField("records", findings.get().records());
                json.writeNumberField("rows", findings.get().rows());
                json.writeNumberField("windows", findings.get().windows());
                json.writeNumberField("alerts", findings.get().alerts());
                json.writeNumberField("systemAlerts", findings.get().systemAlerts());
                json.writeNumberField("appendTimeWentBack", findings.get().appendTimeWentBack());
                writeTexts(json, "listeners", findings.get().listeners());
            }
            writeTexts(json, "remarks", remarks);
            json.writeStringField("command", settings.command());
            if (firstViolation().isPresent()) {
                json.writeStringField("firstViolation", firstViolation().get());
            }
            if (findings.isPresent()) {
                writeTexts(
                        json,
                        "violations",
                        findings.get().verdict().findings().stream()
                                .map(finding -> finding.kind() + inCycle(finding) + ": " + finding.what())
                                .toList());
            }
            writeTimeline(json);
            json.writeEndObject();
        }
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Per kind of fault: seconds to the first alert, and to the first rows. Cycles in which none came don't count here, see problems. */
    private void writeRecovery(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("recoverySeconds");
        for (Map.Entry<String, List<Cycle>> kind : byFault().entrySet()) {
            List<Double> alerts = sorted(kind.getValue(), true);
            List<Double> rows = sorted(kind.getValue(), false);
            json.writeObjectFieldStart(kind.getKey());
            if (!alerts.isEmpty()) {
                json.writeNumberField("p50", middle(alerts));
                json.writeNumberField("max", alerts.get(alerts.size() - 1));
            }
            json.writeNumberField("n", kind.getValue().size());
            if (!rows.isEmpty()) {
                json.writeNumberField("rowsP50", middle(rows));
                json.writeNumberField("rowsMax", rows.get(rows.size() - 1));
            }
            json.writeNumberField(
                    "notInTime",
                    kind.getValue().stream()
                            .filter(cycle -> !cycle.problem().isEmpty())
                            .count());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void writeTimeline(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("timeline");
        for (Cycle cycle : cycles) {
            json.writeStartObject();
            json.writeNumberField("cycle", cycle.number());
            json.writeStringField("fault", cycle.fault());
            json.writeStringField("target", cycle.target());
            json.writeStringField("at", Instant.ofEpochMilli(cycle.faultMs()).toString());
            json.writeNumberField("heldSeconds", (cycle.healedMs() - cycle.faultMs()) / 1_000.0);
            if (cycle.alertSeconds().isPresent()) {
                json.writeNumberField("alertSeconds", cycle.alertSeconds().getAsDouble());
            }
            if (cycle.rowSeconds().isPresent()) {
                json.writeNumberField("rowSeconds", cycle.rowSeconds().getAsDouble());
            }
            json.writeNumberField("wellSeconds", (cycle.endMs() - cycle.faultMs()) / 1_000.0);
            if (!cycle.problem().isEmpty()) {
                json.writeStringField("problem", cycle.problem());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        Findings judged = findings.orElseThrow();
        lines.add(String.format(
                Locale.ROOT,
                "seed %d: %d cycles in %d s, %d events (%d acknowledged, %d in doubt, %d refused), %d alerts",
                settings.seed(),
                cycles.size(),
                (endedMs - startedMs) / 1_000,
                judged.sent(),
                judged.acknowledged(),
                judged.ambiguous(),
                judged.refused(),
                judged.alerts()));
        for (Map.Entry<String, List<Cycle>> kind : byFault().entrySet()) {
            List<Double> alerts = sorted(kind.getValue(), true);
            List<Double> rows = sorted(kind.getValue(), false);
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-19s n %3d   first alert p50 %s max %s   first rows p50 %s max %s",
                    kind.getKey(),
                    kind.getValue().size(),
                    shown(alerts, false),
                    shown(alerts, true),
                    shown(rows, false),
                    shown(rows, true)));
        }
        lines.add(String.format(
                Locale.ROOT,
                "lost %d, duplicated %d, unexpected %d, windows wrong %d, alerts wrong %d, listeners wrong %d",
                count(Kind.LOST),
                count(Kind.DUPLICATED),
                count(Kind.UNEXPECTED),
                count(Kind.WINDOW),
                count(Kind.ALERT),
                count(Kind.LISTENER)));
        firstViolation().ifPresent(first -> {
            lines.add("First violation: " + first);
            lines.add("Again: " + settings.command());
        });
        return lines;
    }

    private long count(Kind kind) {
        return findings.orElseThrow().verdict().count(kind);
    }

    private Optional<String> firstViolation() {
        return findings.flatMap(judged -> judged.verdict().first())
                .map(finding -> finding.kind() + inCycle(finding) + ": " + finding.what());
    }

    private String inCycle(Finding finding) {
        if (finding.atMs() == 0) {
            return "";
        }
        Cycle last = null;
        for (Cycle cycle : cycles) {
            if (cycle.faultMs() <= finding.atMs() + 5_000) {
                last = cycle;
            }
        }
        String at = " (" + Instant.ofEpochMilli(finding.atMs());
        return last == null
                ? at + ", before the first fault)"
                : at + ", around cycle " + last.number() + ": " + last.fault() + " of " + last.target() + ")";
    }

    private Map<String, List<Cycle>> byFault() {
        Map<String, List<Cycle>> byFault = new TreeMap<>();
        cycles.forEach(cycle -> byFault.computeIfAbsent(cycle.fault(), fault -> new ArrayList<>())
                .add(cycle));
        return byFault;
    }

    private static List<Double> sorted(List<Cycle> cycles, boolean alerts) {
        return cycles.stream()
                .map(cycle -> alerts ? cycle.alertSeconds() : cycle.rowSeconds())
                .filter(OptionalDouble::isPresent)
                .map(OptionalDouble::getAsDouble)
                .sorted()
                .toList();
    }

    private static double middle(List<Double> sorted) {
        return sorted.get((sorted.size() - 1) / 2);
    }

    private static String shown(List<Double> sorted, boolean last) {
        return sorted.isEmpty()
                ? "      –"
                : String.format(Locale.ROOT, "%5.1f s", last ? sorted.get(sorted.size() - 1) : middle(sorted));
    }
}
