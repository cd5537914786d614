package io.tidegate.serving.query;

import io.tidegate.serving.auth.TenantScope;
import io.tidegate.serving.push.DataJson;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/v1/alerts}: what was raised, newest first, page by page.
 */
final class AlertsQuery implements PagedQuery<AlertsQuery.Row> {

    record Row(
            String alertId,
            String kind,
            String ruleId,
            long ruleVersion,
            String subject,
            String severity,
            String message,
            List<String> eventIds,
            long detectedAtMs,
            String tenant) {

        /** Of the columns {@link #COLUMNS}. */
        static Row read(ResultSet row) throws SQLException {
            return new Row(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getLong(4),
                    row.getString(5),
                    row.getString(6),
                    row.getString(7),
                    texts(row),
                    row.getLong(9),
                    row.getString(10));
        }

        void write(RowWriter out) throws IOException {
            out.text("alertId", alertId);
            out.text("kind", kind);
            out.text("ruleId", ruleId);
            out.number("ruleVersion", ruleVersion);
            out.text("subject", subject);
            out.text("severity", severity);
            out.text("message", message);
            out.texts("eventIds", eventIds);
            out.text("detectedAt", DataJson.time(detectedAtMs));
            out.textIfAny("tenant", tenant);
        }
    }

    static final String COLUMNS =
            "alert_id, kind, rule_id, toInt64(rule_version), subject, severity, message, event_ids,"
                    + " toUnixTimestamp64Milli(detected_at), tenant";
    private static final List<String> FIELDS = List.of(
            "alertId", "kind", "ruleId", "ruleVersion", "subject", "severity", "message", "eventIds", "detectedAt");

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final TimeRange range;
    private final Optional<String> rule;
    private final Optional<String> subject;
    private final TenantScope scope;
    private final Optional<Place> after;
    private final long detectedBefore;
    private final int limit;

    private AlertsQuery(
            TimeRange range,
            Optional<String> rule,
            Optional<String> subject,
            TenantScope scope,
            Optional<Place> after,
            int limit)
            throws BadParameterException {
        this.range = range;
        this.rule = rule;
        this.subject = subject;
        this.scope = scope;
        this.after = after;
        this.detectedBefore = after.isPresent() ? after.get().number() : 0;
        this.limit = limit;
    }

    static AlertsQuery of(Parameters parameters, TenantScope scope) throws BadParameterException {
        return new AlertsQuery(
                parameters.range(),
                parameters.text("rule"),
                parameters.text("subject"),
                scope,
                parameters.cursor(),
                parameters.limit(DEFAULT_LIMIT, MAX_LIMIT));
    }

    @Override
    public TimeRange range() {
        return range;
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public Place placeOf(Row row) {
        return new Place(Long.toString(row.detectedAtMs()), row.alertId());
    }

    @Override
    public Comparator<Row> order() {
        return Comparator.comparingLong(Row::detectedAtMs)
                .thenComparing(Row::alertId, BY_BYTES)
                .reversed();
    }

    /** Stored again after the number of shards had changed. */
    @Override
    public Row together(Row one, Row other) {
        return one;
    }

    @Override
    public Sql sql() {
        Sql sql = new Sql()
                .text("SELECT " + COLUMNS + " FROM alerts FINAL WHERE ")
                .millisIn("detected_at", range)
                .within(scope);
        if (rule.isPresent()) {
            sql.text(" AND rule_id = ").value(rule.get());
        }
        if (subject.isPresent()) {
            sql.text(" AND subject = ").value(subject.get());
        }
        if (after.isPresent()) {
            sql.text(" AND (detected_at, alert_id) < (fromUnixTimestamp64Milli(toInt64(")
                    .value(detectedBefore)
                    .text("), 'UTC'), ")
                    .value(after.get().id())
                    .text(")");
        }
        return sql.text(" ORDER BY detected_at DESC, alert_id DESC LIMIT ").value(limit + 1L);
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return Row.read(row);
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
    public List<String> fields() {
        return FIELDS;
    }

    @Override
    public void write(RowWriter out, Row row) throws IOException {
        row.write(out);
    }
}
