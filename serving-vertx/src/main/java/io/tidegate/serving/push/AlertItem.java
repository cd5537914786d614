package io.tidegate.serving.push;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.tidegate.contracts.v1.Alert;
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
    public long happenedAtMs() {
        return alert.getDetectedAtMs();
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
        return DataJson.encode(json -> AlertJson.write(json, alert));
    }

    @Override
    public boolean matches(Filter filter) {
        return filter.scope().covers(alert.getTenant())
                && (filter.isNone() || filter.allows(AlertJson.severity(alert), alert.getRuleId(), alert.getSubject()));
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
}
