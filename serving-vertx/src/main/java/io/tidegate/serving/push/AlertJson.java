package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.Alert;
import java.io.IOException;

/** An alert as the API, the WebSocket and the notifier show it. */
public final class AlertJson {

    /** For a kind or severity that this gateway doesn't know yet. */
    static final String UNKNOWN = "unknown";

    private AlertJson() {}

    /** One object. */
    public static void write(JsonGenerator json, Alert alert) throws IOException {
        json.writeStartObject();
        json.writeStringField("alertId", alert.getAlertId());
        json.writeStringField("kind", kind(alert));
        json.writeStringField("ruleId", alert.getRuleId());
        json.writeNumberField("ruleVersion", alert.getRuleVersion());
        json.writeStringField("subject", alert.getSubject());
        json.writeStringField("severity", severity(alert));
        json.writeStringField("message", alert.getMessage());
        json.writeArrayFieldStart("eventIds");
        for (int i = 0; i < alert.getEventIdsCount(); i++) {
            json.writeString(alert.getEventIds(i));
        }
        json.writeEndArray();
        json.writeStringField("detectedAt", DataJson.time(alert.getDetectedAtMs()));
        if (!alert.getTenant().isEmpty()) {
            json.writeStringField("tenant", alert.getTenant());
        }
        json.writeEndObject();
    }

    public static String kind(Alert alert) {
        return EnumWords.ALERT_KINDS.of(alert.getKind(), UNKNOWN);
    }

    public static String severity(Alert alert) {
        return EnumWords.SEVERITIES.of(alert.getSeverity(), UNKNOWN);
    }
}
