package io.tidegate.serving.query;

import io.tidegate.serving.auth.TenantScope;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.push.DataJson;
import io.vertx.core.buffer.Buffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/v1/alerts/{alertId}}: an alert with the events that it was raised for, in the order of the match.
 *
 * @param events those that ClickHouse has; others are still on their way, or gone
 */
record AlertStory(AlertRow alert, List<StoredEvent> events) {

    record AlertRow(AlertsQuery.Row alert, long startedAtMs, long raisedAtMs) {}

    private static final int MAX_EVENTS = 1_000;

    static Optional<AlertStory> read(QueryPool.Asking clickhouse, String alertId, TenantScope scope)
            throws SQLException {
        List<AlertRow> found = clickhouse.rows(new AlertById(alertId, scope));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        AlertRow alert = found.get(0);
        return Optional.of(new AlertStory(
                alert,
                alert.alert().eventIds().isEmpty()
                        ? List.of()
                        : clickhouse.rows(new EventsOf(alert.alert(), alertId))));
    }

    Buffer json() {
        return JsonBody.write(1024, json -> {
            json.writeStartObject();
            alert.alert().write(new JsonFields(json));
            json.writeStringField("startedAt", DataJson.time(alert.startedAtMs()));
            json.writeStringField("raisedAt", DataJson.time(alert.raisedAtMs()));
            json.writeArrayFieldStart("events");
            for (StoredEvent event : events) {
                event.write(json);
            }
            json.writeEndArray();
            json.writeNumberField(
                    "missingEvents", Math.max(0, alert.alert().eventIds().size() - events.size()));
            json.writeEndObject();
        });
    }

    private record AlertById(String alertId, TenantScope scope) implements Query<AlertRow> {

        @Override
        public Sql sql() {
            return new Sql()
                    .text("SELECT " + AlertsQuery.COLUMNS + ", toUnixTimestamp64Milli(started_at),"
                            + " toUnixTimestamp64Milli(raised_at) FROM alerts WHERE alert_id = ")
                    .value(alertId)
                    .within(scope)
                    .text(" LIMIT 1");
        }

        @Override
        public AlertRow read(ResultSet row) throws SQLException {
            return new AlertRow(AlertsQuery.Row.read(row), row.getLong(11), row.getLong(12));
        }
    }

    /**
     * An event id is unique only within its user, so the events of an alert are those with its ids that lie between its first and
     * its last one, in the time that detection went by, of the alert's tenant. Where the subject is a user, it is that user's. An alert
     * from before alerts had tenants has none, though its events may.
     */
    private record EventsOf(AlertsQuery.Row alert, String alertId) implements Query<StoredEvent> {

        @Override
        public Sql sql() {
            return new Sql()
                    .text("WITH (SELECT (event_ids, started_at, detected_at) FROM alerts WHERE alert_id = ")
                    .value(alertId)
                    .text(" LIMIT 1) AS a SELECT " + StoredEvent.COLUMNS
                            + " FROM events WHERE has(tupleElement(a, 1), event_id)"
                            + " AND (appended_at BETWEEN tupleElement(a, 2) AND tupleElement(a, 3)"
                            + " OR occurred_at BETWEEN tupleElement(a, 2) AND tupleElement(a, 3))"
                            + " AND (user_id = ")
                    .value(alert.subject())
                    .text(" OR position(")
                    .value(alert.subject())
                    .text(", ':') > 0) AND (tenant = ")
                    .value(alert.tenant())
                    .text(" OR ")
                    .value(alert.tenant())
                    .text(" = '') ORDER BY indexOf(tupleElement(a, 1), event_id), appended_at, kafka_partition,"
                            + " kafka_offset"
                            // Instead of FINAL, which would read far more.
                            + " LIMIT 1 BY user_id, event_id LIMIT " + MAX_EVENTS);
        }

        @Override
        public StoredEvent read(ResultSet row) throws SQLException {
            return StoredEvent.read(row);
        }
    }
}
