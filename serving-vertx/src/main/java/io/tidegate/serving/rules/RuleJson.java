package io.tidegate.serving.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.rules.InvalidRuleException;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.rules.RuleSpec;
import io.tidegate.contracts.rules.ThresholdSpec;
import io.tidegate.contracts.rules.Windows;
import io.tidegate.contracts.v1.Rule;
import io.tidegate.contracts.v1.RuleChange;
import io.tidegate.contracts.v1.Severity;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Rules as JSON. A definition is read token by token within narrow bounds: no tree, whatever comes. */
final class RuleJson {

    private static final int MAX_DEPTH = 6;
    private static final int MAX_TEXT = 4_096;
    private static final int MAX_NUMBER = 40;
    private static final int MAX_SHOWN = 64;

    /** What an answer has beyond the definition: taken back unread, so that an answer can be changed and sent. */
    private static final Set<String> OTHERS = Set.of(
            "version",
            "kind",
            "title",
            "description",
            "subject",
            "default",
            "defaults",
            "limits",
            "updatedBy",
            "updatedAt");

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .maxNumberLength(MAX_NUMBER)
                    .maxNameLength(MAX_SHOWN)
                    .build())
            .build();

    /** The body is no JSON object at all. */
    static final class NoJsonException extends Exception {

        private static final long serialVersionUID = 1L;

        NoJsonException(String message) {
            super(message);
        }
    }

    private RuleJson() {}

    /**
     * A whole definition: what it doesn't say is as in {@code base}.
     *
     * @return with the version of {@code base}, which means nothing
     * @throws NoJsonException where the body is no JSON object, has a name twice, or goes beyond the bounds of depth and length
     * @throws InvalidRuleException naming the field that isn't allowed
     */
    static RuleDefinition read(byte[] body, RuleSpec spec, RuleDefinition base) throws NoJsonException {
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new NoJsonException("The body must be one JSON object.");
            }
            RuleDefinition rule = read(json, spec, base);
            if (json.nextToken() != null) {
                throw new NoJsonException("There is something behind the end of the JSON object.");
            }
            return spec.checked(rule);
        } catch (JsonProcessingException e) {
            throw new NoJsonException("The body is no JSON as expected: "
                    + e.getOriginalMessage().lines().findFirst().orElse("it can't be parsed"));
        } catch (IOException e) {
            throw new NoJsonException("The body can't be read.");
        }
    }

    private static RuleDefinition read(JsonParser json, RuleSpec spec, RuleDefinition base) throws IOException {
        boolean enabled = base.enabled();
        Severity severity = base.severity();
        Duration window = null;
        Duration windowMs = null;
        Map<String, BigDecimal> thresholds = new HashMap<>(base.thresholds());
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            JsonToken token = json.nextToken();
            switch (field) {
                case "ruleId" -> same(spec.id(), token, json);
                case "enabled" -> enabled = flag(field, token);
                case "severity" ->
                    severity = EnumWords.SEVERITIES
                            .parse(text(field, token, json))
                            .orElseThrow(() -> new InvalidRuleException(field, "info, warning or critical expected"));
                case "window" -> window = window(field, text(field, token, json), spec);
                case "windowMs" -> windowMs = window(field, number(field, token, json) + "ms", spec);
                case "thresholds" -> thresholds(token, json, spec, thresholds);
                default -> {
                    if (!OTHERS.contains(field)) {
                        throw new InvalidRuleException(shown(field), "unknown field");
                    }
                    json.skipChildren();
                }
            }
        }
        // Where an answer is changed and sent back, people change the one that they can read.
        Duration effective = window != null ? window : windowMs != null ? windowMs : base.window();
        return new RuleDefinition(spec.id(), base.version(), enabled, severity, effective, thresholds);
    }

    private static void thresholds(JsonToken token, JsonParser json, RuleSpec spec, Map<String, BigDecimal> thresholds)
            throws IOException {
        if (token != JsonToken.START_OBJECT) {
            throw new InvalidRuleException("thresholds", "an object expected");
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            String field = "thresholds." + shown(name);
            ThresholdSpec threshold =
                    spec.threshold(name).orElseThrow(() -> new InvalidRuleException(field, "unknown threshold"));
            String value = number(field, json.nextToken(), json);
            try {
                thresholds.put(name, threshold.parse(value));
            } catch (IllegalArgumentException e) {
                throw new InvalidRuleException(field, e.getMessage());
            }
        }
    }

    private static void same(String id, JsonToken token, JsonParser json) throws IOException {
        if (!text("ruleId", token, json).equals(id)) {
            throw new InvalidRuleException("ruleId", "must be the one of the path, " + id);
        }
    }

    private static boolean flag(String field, JsonToken token) {
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE;
        }
        throw new InvalidRuleException(field, "true or false expected");
    }

    private static String text(String field, JsonToken token, JsonParser json) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw new InvalidRuleException(field, "a text expected");
        }
        return json.getText();
    }

    /** As it is written: only what it is for decides whether it is a good one. */
    private static String number(String field, JsonToken token, JsonParser json) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT
                && token != JsonToken.VALUE_NUMBER_FLOAT
                && token != JsonToken.VALUE_STRING) {
            throw new InvalidRuleException(field, "a number expected");
        }
        String text = json.getText();
        if (text.length() > MAX_NUMBER) {
            throw new InvalidRuleException(field, "a number expected");
        }
        return text;
    }

    private static Duration window(String field, String text, RuleSpec spec) {
        try {
            return spec.parseWindow(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidRuleException(field, e.getMessage());
        }
    }

    private static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }

    /** The rule with everything that an editor needs. */
    static void write(JsonGenerator json, RuleTable.Entry entry) throws IOException {
        RuleSpec spec = entry.spec();
        json.writeStartObject();
        json.writeStringField("ruleId", spec.id());
        json.writeNumberField("version", entry.rule().version());
        writeDefinition(json, entry.rule());
        json.writeBooleanField("default", entry.isDefault());
        writeAuthor(json, entry.record().orElse(Rule.getDefaultInstance()));
        json.writeStringField("kind", spec.kind().wireName());
        json.writeStringField("title", spec.title());
        json.writeStringField("description", spec.description());
        json.writeStringField("subject", spec.subject());
        json.writeObjectFieldStart("defaults");
        writeDefinition(json, entry.base());
        json.writeEndObject();
        json.writeObjectFieldStart("limits");
        json.writeObjectFieldStart("window");
        json.writeStringField("minimum", Windows.format(spec.minimumWindow()));
        json.writeNumberField("minimumMs", spec.minimumWindow().toMillis());
        json.writeStringField("maximum", Windows.format(spec.maximumWindow()));
        json.writeNumberField("maximumMs", spec.maximumWindow().toMillis());
        json.writeEndObject();
        json.writeArrayFieldStart("thresholds");
        for (ThresholdSpec threshold : spec.thresholds()) {
            json.writeStartObject();
            json.writeStringField("name", threshold.name());
            json.writeStringField("description", threshold.description());
            json.writeStringField("unit", threshold.unit());
            json.writeBooleanField("whole", threshold.whole());
            writeNumber(json, "minimum", threshold.minimum());
            writeNumber(json, "maximum", threshold.maximum());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("severities");
        for (String severity : EnumWords.SEVERITIES.all()) {
            json.writeString(severity);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    static void write(JsonGenerator json, RuleChange change) throws IOException {
        json.writeStartObject();
        json.writeStringField("changeId", change.getChangeId());
        json.writeStringField("ruleId", change.getRuleId());
        json.writeStringField("action", change.getAction() == RuleChange.Action.ACTION_RESET ? "reset" : "update");
        json.writeStringField("changedBy", change.getAfter().getUpdatedBy());
        json.writeStringField(
                "changedAt",
                Instant.ofEpochMilli(change.getAfter().getUpdatedAtMs()).toString());
        writeVersion(json, "before", change.getBefore());
        writeVersion(json, "after", change.getAfter());
        json.writeEndObject();
    }

    /** Not checked against today's catalogue: it is history. */
    private static void writeVersion(JsonGenerator json, String name, Rule record) throws IOException {
        Map<String, BigDecimal> thresholds = new HashMap<>();
        record.getThresholdsE4Map()
                .forEach((threshold, value) -> thresholds.put(threshold, RuleRecords.threshold(value)));
        json.writeObjectFieldStart(name);
        json.writeNumberField("version", record.getVersion());
        writeDefinition(
                json,
                new RuleDefinition(
                        record.getRuleId(),
                        record.getVersion(),
                        record.getEnabled(),
                        record.getSeverity(),
                        Duration.ofMillis(record.getWindowMs()),
                        thresholds));
        json.writeEndObject();
    }

    private static void writeDefinition(JsonGenerator json, RuleDefinition rule) throws IOException {
        json.writeBooleanField("enabled", rule.enabled());
        json.writeStringField("severity", EnumWords.SEVERITIES.of(rule.severity(), "unspecified"));
        json.writeStringField("window", Windows.format(rule.window()));
        json.writeNumberField("windowMs", rule.window().toMillis());
        json.writeObjectFieldStart("thresholds");
        for (Map.Entry<String, BigDecimal> threshold : rule.thresholds().entrySet()) {
            writeNumber(json, threshold.getKey(), threshold.getValue());
        }
        json.writeEndObject();
    }

    private static void writeAuthor(JsonGenerator json, Rule record) throws IOException {
        if (record.getUpdatedAtMs() > 0) {
            json.writeStringField("updatedBy", record.getUpdatedBy());
            json.writeStringField(
                    "updatedAt", Instant.ofEpochMilli(record.getUpdatedAtMs()).toString());
        } else {
            json.writeNullField("updatedBy");
            json.writeNullField("updatedAt");
        }
    }

    private static void writeNumber(JsonGenerator json, String name, BigDecimal value) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(value.toPlainString());
    }
}
