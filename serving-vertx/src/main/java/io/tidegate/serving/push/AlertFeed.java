package io.tidegate.serving.push;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Topic {@code alerts} → the channels {@code alerts}, {@code alerts:fraud}, {@code alerts:surge}; each alert id once.
 *
 * <p>Meant to be read uncommitted: an alert is delivered milliseconds after it is raised, not a checkpoint interval later.
 * See {@link RecentIds} for what that costs.
 */
public final class AlertFeed implements TopicReader.Listener {

    private static final List<Channel> ALL = List.of(Channel.ALERTS);
    private static final List<Channel> FRAUD = List.of(Channel.ALERTS, Channel.ALERTS_FRAUD);
    private static final List<Channel> SURGE = List.of(Channel.ALERTS, Channel.ALERTS_SURGE);

    private final PushHub hub;
    private final RecentIds delivered;
    private final Counter repeats;
    private long sequence;

    public AlertFeed(PushHub hub, PushConfig config) {
        this.hub = hub;
        this.delivered = new RecentIds(config.repeatHorizon(), config.repeatCapacity());
        this.repeats = hub.metrics().repeats(Topics.ALERTS);
    }

    @Override
    public void caughtUp(TopicReader.Position position) {
        hub.position(Channel.Family.ALERTS, position.cursor(Channel.Family.ALERTS));
    }

    @Override
    public void lost(Instant lastRead, TopicReader.Position position) {
        hub.position(Channel.Family.ALERTS, position.cursor(Channel.Family.ALERTS));
        hub.publishGap(Channel.Family.ALERTS, lastRead, Instant.now());
    }

    /**
     * @throws IllegalArgumentException if the value is no alert
     */
    @Override
    public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
        Alert alert = parse(record.value());
        if (!delivered.add(alert.getAlertId(), System.nanoTime())) {
            repeats.increment();
            return;
        }
        Cursor cursor = next.cursor(Channel.Family.ALERTS);
        hub.position(Channel.Family.ALERTS, cursor);
        List<Channel> channels =
                switch (alert.getKind()) {
                    case ALERT_KIND_FRAUD -> FRAUD;
                    case ALERT_KIND_SURGE -> SURGE;
                    default -> ALL;
                };
        hub.publish(new FeedEvent(channels, sequence++, cursor.encode(), encode(alert)));
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

    /** The {@code data} member of the contract. */
    static byte[] encode(Alert alert) {
        return DataJson.encode(json -> write(json, alert));
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
