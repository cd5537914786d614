package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import java.io.IOException;
import java.util.List;

/** A record of topic {@code alerts}, for the channels {@code alerts}, {@code alerts:fraud}, {@code alerts:surge}. */
record AlertItem(Alert alert) implements FeedItem {

    private static final List<Channel> ALL = List.of(Channel.ALERTS);
    private static final List<Channel> FRAUD = List.of(Channel.ALERTS, Channel.ALERTS_FRAUD);
    private static final List<Channel> SURGE = List.of(Channel.ALERTS, Channel.ALERTS_SURGE);

    /**
     * @throws IllegalArgumentException if the value is no alert
     */
    static AlertItem decode(byte[] value) {
        return new AlertItem(parse(value));
    }

    @Override
    public String id() {
        return alert.getAlertId();
    }

    @Override
    public List<Channel> channels() {
        return switch (alert.getKind()) {
            case ALERT_KIND_FRAUD -> FRAUD;
            case ALERT_KIND_SURGE -> SURGE;
            default -> ALL;
        };
    }

    @Override
    public Message message() {
        return alert;
    }

    @Override
    public byte[] json() {
        return DataJson.encode(json -> write(json, alert));
    }

    @Override
    public boolean matches(Filter filter) {
        return filter.isNone() || filter.allows(word(alert.getSeverity()), alert.getRuleId(), alert.getSubject());
    }

    private static Alert parse(byte[] value) {
        if (value == null) {
            throw new IllegalArgumentException("an alert without a value");
        }
        Alert alert;
        try {
            alert = Alert.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not an alert", e);
        }
        if (alert.getAlertId().isEmpty()) {
            throw new IllegalArgumentException("an alert without an id");
        }
        return alert;
    }

    private static void write(JsonGenerator json, Alert alert) throws IOException {
        json.writeStartObject();
        json.writeStringField("alertId", alert.getAlertId());
        json.writeStringField("kind", word(alert.getKind()));
        json.writeStringField("ruleId", alert.getRuleId());
        json.writeNumberField("ruleVersion", alert.getRuleVersion());
        json.writeStringField("subject", alert.getSubject());
        json.writeStringField("severity", word(alert.getSeverity()));
        json.writeStringField("message", alert.getMessage());
        json.writeArrayFieldStart("eventIds");
        for (int i = 0; i < alert.getEventIdsCount(); i++) {
            json.writeString(alert.getEventIds(i));
        }
        json.writeEndArray();
        json.writeStringField("detectedAt", DataJson.time(alert.getDetectedAtMs()));
        json.writeEndObject();
    }

    private static String word(AlertKind kind) {
        return switch (kind) {
            case ALERT_KIND_FRAUD -> "fraud";
            case ALERT_KIND_SURGE -> "surge";
            case ALERT_KIND_SYSTEM -> "system";
            default -> "unknown";
        };
    }

    private static String word(Severity severity) {
        return switch (severity) {
            case SEVERITY_INFO -> "info";
            case SEVERITY_WARNING -> "warning";
            case SEVERITY_CRITICAL -> "critical";
            default -> "unknown";
        };
    }
}
