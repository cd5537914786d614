package io.tidegate.serving.query;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidegate.serving.push.DataJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/v1/alerts}: what was raised, newest first, page by page. A page ends with a cursor: the place of its last
 * row, so that alerts that arrive in between move nothing.
 */
final class AlertsQuery implements Query<AlertsQuery.Row> {

    record Row(
            String alertId,
            String kind,
            String ruleId,
            long ruleVersion,
            String subject,
            String severity,
            String message,
            List<String> eventIds,
            long detectedAtMs) {}

    /** The place right after a row. */
    private record Place(long detectedAtMs, String alertId) {

        private static Place of(Row row) {
            return new Place(row.detectedAtMs(), row.alertId());
        }

        private String encode() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((detectedAtMs + ":" + alertId).getBytes(StandardCharsets.UTF_8));
        }

        private static Place decode(String cursor) throws BadParameterException {
            try {
                String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                int colon = text.indexOf(':');
                if (colon > 0) {
                    return new Place(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
                }
            } catch (IllegalArgumentException notOurs) {
                // Answered below, like a text without a colon.
            }
            throw new BadParameterException("cursor", "must be one that an answer of this resource gave");
        }
    }

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final TimeRange range;
    private final Optional<String> rule;
    private final Optional<String> subject;
    private final Optional<Place> after;
    private final int limit;

    private AlertsQuery(
            TimeRange range, Optional<String> rule, Optional<String> subject, Optional<Place> after, int limit) {
        this.range = range;
        this.rule = rule;
        this.subject = subject;
        this.after = after;
        this.limit = limit;
    }

    static AlertsQuery of(Parameters parameters) throws BadParameterException {
        Optional<String> cursor = parameters.text("cursor");
        return new AlertsQuery(
                parameters.range(),
                parameters.text("rule"),
                parameters.text("subject"),
                cursor.isPresent() ? Optional.of(Place.decode(cursor.get())) : Optional.empty(),
                parameters.limit(DEFAULT_LIMIT, MAX_LIMIT));
    }

    TimeRange range() {
        return range;
    }

    int limit() {
        return limit;
    }

    /** The cursor of the next page, if there is one. The query asks for one row more than the page has. */
    Optional<String> next(List<Row> rows) {
        return rows.size() > limit ? Optional.of(Place.of(rows.get(limit - 1)).encode()) : Optional.empty();
    }

    @Override
    public Sql sql() {
        Sql sql = new Sql()
                .text("SELECT alert_id, kind, rule_id, toInt64(rule_version), subject, severity, message, event_ids,"
                        + " toUnixTimestamp64Milli(detected_at) FROM alerts FINAL WHERE ")
                .millisIn("detected_at", range);
        if (rule.isPresent()) {
            sql.text(" AND rule_id = ").value(rule.get());
        }
        if (subject.isPresent()) {
            sql.text(" AND subject = ").value(subject.get());
        }
        if (after.isPresent()) {
            sql.text(" AND (detected_at, alert_id) < (fromUnixTimestamp64Milli(toInt64(")
                    .value(after.get().detectedAtMs())
                    .text("), 'UTC'), ")
                    .value(after.get().alertId())
                    .text(")");
        }
        return sql.text(" ORDER BY detected_at DESC, alert_id DESC LIMIT ").value(limit + 1L);
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return new Row(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                texts(row),
                row.getLong(9));
    }

    private static List<String> texts(ResultSet row) throws SQLException {
        Object array = row.getArray(8).getArray();
        if (array instanceof String[] texts) {
            return List.of(texts);
        }
        Object[] elements = (Object[]) array;
        String[] texts = new String[elements.length];
        for (int i = 0; i < elements.length; i++) {
            texts[i] = (String) elements[i];
        }
        return List.of(texts);
    }

    @Override
    public void write(JsonGenerator json, Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("alertId", row.alertId());
        json.writeStringField("kind", row.kind());
        json.writeStringField("ruleId", row.ruleId());
        json.writeNumberField("ruleVersion", row.ruleVersion());
        json.writeStringField("subject", row.subject());
        json.writeStringField("severity", row.severity());
        json.writeStringField("message", row.message());
        json.writeArrayFieldStart("eventIds");
        for (String eventId : row.eventIds()) {
            json.writeString(eventId);
        }
        json.writeEndArray();
        json.writeStringField("detectedAt", DataJson.time(row.detectedAtMs()));
        json.writeEndObject();
    }
}
