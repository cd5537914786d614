package io.tidegate.serving.query;

import io.tidegate.serving.auth.TenantScope;
import io.tidegate.serving.http.JsonBody;
import io.tidegate.serving.push.DataJson;
import io.vertx.core.buffer.Buffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * {@code GET /api/v1/alerts/{alertId}}: an alert with the events that it was raised for, in the order of the match.
 *
 * @param events those that ClickHouse has; others are still on their way, or gone
 */
record AlertStory(AlertRow alert, List<StoredEvent> events) {

    record AlertRow(AlertsQuery.Row alert, long startedAtMs, long raisedAtMs) {}

    private static final int MAX_EVENTS = 1_000;

    /** Empty: no alert has this id, or none within the scope. */
    static CompletableFuture<Optional<AlertStory>> read(Shards.Asking shards, String alertId, TenantScope scope) {
        return shards.rows(new AlertById(alertId, scope)).thenCompose(found -> {
            Optional<AlertRow> alert = found.stream().flatMap(List::stream).findFirst();
            if (alert.isEmpty() || alert.get().alert().eventIds().isEmpty()) {
                return CompletableFuture.completedFuture(alert.map(row -> new AlertStory(row, List.of())));
            }
            EventsOf question = new EventsOf(alert.get());
            return shards.rows(question)
                    .thenApply(events -> Optional.of(new AlertStory(alert.get(), question.inOrder(events))));
        });
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
    private record EventsOf(AlertRow row) implements Query<StoredEvent> {

        private List<String> ids() {
            List<String> ids = row.alert().eventIds();
            return ids.size() > MAX_EVENTS ? ids.subList(0, MAX_EVENTS) : ids;
        }

        @Override
        public Sql sql() {
            AlertsQuery.Row alert = row.alert();
            Sql sql = new Sql().text("SELECT " + StoredEvent.COLUMNS + " FROM events WHERE event_id");
            String keyword = " IN (";
            for (String id : ids()) {
                sql.text(keyword).value(id);
                keyword = ", ";
            }
            return during(during(sql.text(") AND ("), "appended_at").text(" OR "), "occurred_at")
                    .text(") AND (user_id = ")
                    .value(alert.subject())
                    .text(" OR position(")
                    .value(alert.subject())
                    .text(", ':') > 0) AND (tenant = ")
                    .value(alert.tenant())
                    .text(" OR ")
                    .value(alert.tenant())
                    .text(" = '') ORDER BY appended_at, kafka_partition, kafka_offset"
                            // Instead of FINAL, which would read far more.
                            + " LIMIT 1 BY user_id, event_id LIMIT " + MAX_EVENTS);
        }

        private Sql during(Sql sql, String column) {
            return sql.text(column + " BETWEEN fromUnixTimestamp64Milli(toInt64(")
                    .value(row.startedAtMs())
                    .text("), 'UTC') AND fromUnixTimestamp64Milli(toInt64(")
                    .value(row.alert().detectedAtMs())
                    .text("), 'UTC')");
        }

        @Override
        public StoredEvent read(ResultSet row) throws SQLException {
            return StoredEvent.read(row);
        }

        /** In the order of the match; events of one id, which are of several users, as the log took them. */
        private List<StoredEvent> inOrder(List<List<StoredEvent>> shards) {
            Map<String, Integer> places = new HashMap<>();
            for (String id : ids()) {
                places.putIfAbsent(id, places.size());
            }
            return shards.stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.<StoredEvent>comparingInt(event -> places.get(event.eventId()))
                            .thenComparingLong(StoredEvent::appendedAtMs))
                    .limit(MAX_EVENTS)
                    .toList();
        }
    }
}
