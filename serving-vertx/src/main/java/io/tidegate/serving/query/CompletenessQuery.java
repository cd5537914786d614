package io.tidegate.serving.query;

import io.tidegate.contracts.Topics;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET /api/v1/completeness}: what was accepted, read, dropped, written off and stored, by topic, partition and minute of
 * append time, oldest first. Minutes in which nothing happened have no row; neither have those before the books were kept.
 *
 * <p>The counts and rows of the shards are added up.
 */
final class CompletenessQuery implements Report<CompletenessQuery.Row> {

    /** How a minute stands. */
    enum State implements Parameters.Word {
        /** Too young to tell: its records may be on their way. */
        OPEN,
        COMPLETE,
        DIFFERENT
    }

    enum Topic implements Parameters.Word {
        EVENTS,
        ALERTS,
        NOTIFICATIONS
    }

    /** @param booksSinceMs first minute that any books were kept; 0: none were on this shard */
    record Row(CompletenessRow counts, long booksSinceMs) {}

    private static final Duration MAX_RANGE = Duration.ofDays(2);

    private static final Comparator<Row> OLDEST_FIRST = Comparator.comparingLong(
                    (Row row) -> row.counts().minuteMs())
            .thenComparing(row -> row.counts().topic())
            .thenComparingInt(row -> row.counts().partition());

    private final TimeRange range;
    private final Optional<Topic> topic;
    private final Optional<State> state;
    private final AcceptedCounts lately;
    private final Instant settledBefore;

    private CompletenessQuery(
            TimeRange range,
            Optional<Topic> topic,
            Optional<State> state,
            AcceptedCounts lately,
            Instant settledBefore) {
        this.range = range;
        this.topic = topic;
        this.state = state;
        this.lately = lately;
        this.settledBefore = settledBefore;
    }

    static CompletenessQuery of(Parameters parameters, AcceptedCounts lately, Instant settledBefore)
            throws BadParameterException, RangeTooLongException {
        TimeRange range = parameters.range().wholeMinutes();
        if (Duration.between(range.from(), range.to()).compareTo(MAX_RANGE) > 0) {
            throw new RangeTooLongException("from and to are more than " + MAX_RANGE.toDays() + " days apart");
        }
        return new CompletenessQuery(
                range,
                parameters.word("topic", Topic.class),
                parameters.word("state", State.class),
                lately,
                settledBefore);
    }

    /** All topics within a range of whole minutes. */
    static CompletenessQuery between(Instant from, Instant to, AcceptedCounts lately) {
        return new CompletenessQuery(new TimeRange(from, to), Optional.empty(), Optional.empty(), lately, to);
    }

    @Override
    public Sql sql() {
        Sql sql = new Sql()
                .text("SELECT toInt64(toUnixTimestamp(m)) AS minute_s, t, toInt64(p) AS part, toInt64(sum(a)),"
                        + " toInt64(sum(r)), toInt64(sum(d)), toInt64(sum(x)), toInt64(sum(s)),"
                        + " toInt64(toUnixTimestamp((SELECT min(minute) FROM (SELECT minute FROM completeness_1m"
                        + " WHERE counted_by = 'archive' ORDER BY minute LIMIT 1)))) FROM ("
                        + "SELECT minute AS m, toString(topic) AS t, topic_partition AS p, accepted AS a, records AS r,"
                        + " repeated AS d, dead AS x, toUInt64(0) AS s FROM completeness_1m FINAL WHERE ")
                .secondsIn("minute", range);
        stored(sql, "events", "appended_at", "toInt32(kafka_partition)");
        stored(sql, "alerts", "raised_at", "topic_partition");
        stored(sql, "notifications", "raised_at", "topic_partition");
        sql.text(") WHERE ");
        if (topic.isPresent()) {
            sql.text("t = ").value(topic.get().word());
        } else {
            sql.text("t IN ('events', 'alerts', 'notifications')");
        }
        // Rows of before migration 4 don't say where they stood.
        return sql.text(" AND p >= 0 GROUP BY m, t, p ORDER BY m, t, p");
    }

    private void stored(Sql sql, String table, String time, String partition) {
        sql.text(" UNION ALL SELECT toStartOfMinute(toDateTime(" + time + ", 'UTC')), '" + table + "', " + partition
                        + " AS place, toUInt64(0), toUInt64(0), toUInt64(0), toUInt64(0), count() FROM " + table
                        + " WHERE ")
                .millisIn(time, range)
                .text(" GROUP BY toStartOfMinute(toDateTime(" + time + ", 'UTC')), place");
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return new Row(
                new CompletenessRow(
                        row.getLong(1) * 1000,
                        row.getString(2),
                        (int) row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8)),
                row.getLong(9) * 1000);
    }

    @Override
    public Object question() {
        // Not of when it is asked: what has settled meanwhile is told when the answer is made anew.
        return List.of(sql().bound(), state);
    }

    @Override
    public List<Row> merged(List<List<Row>> shards) {
        Map<CompletenessRow.Cell, Row> sums = new HashMap<>();
        shards.stream()
                .flatMap(List::stream)
                .forEach(row -> sums.merge(
                        row.counts().cell(),
                        row,
                        (one, other) -> new Row(
                                one.counts().plus(other.counts()), earlier(one.booksSinceMs(), other.booksSinceMs()))));
        long booksSinceMs = sums.values().stream().mapToLong(Row::booksSinceMs).reduce(0, CompletenessQuery::earlier);
        lately.accepted(range.from().toEpochMilli(), range.to().toEpochMilli())
                .forEach((cell, records) -> sums.merge(
                        cell,
                        new Row(
                                new CompletenessRow(
                                        cell.minuteMs(), cell.topic(), cell.partition(), records, 0, 0, 0, 0),
                                booksSinceMs),
                        (known, more) -> new Row(known.counts().atLeastAccepted(records), known.booksSinceMs())));
        List<Row> rows = new ArrayList<>(sums.values());
        rows.removeIf(row -> isBeforeTheBooks(row.counts(), booksSinceMs));
        rows.removeIf(row -> !isAskedFor(row.counts()));
        rows.sort(OLDEST_FIRST);
        return rows;
    }

    /** The minute in which a running platform began to keep books has more rows than its books know of. */
    private static boolean isBeforeTheBooks(CompletenessRow row, long booksSinceMs) {
        if (booksSinceMs == 0) {
            return row.stored() > 0;
        }
        return row.minuteMs() < booksSinceMs || row.minuteMs() == booksSinceMs && row.difference() < 0;
    }

    private static long earlier(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }

    private boolean isAskedFor(CompletenessRow row) {
        return topic.map(name -> name.word().equals(row.topic())).orElse(true)
                && state.map(wanted -> wanted == stateOf(row)).orElse(true);
    }

    private State stateOf(CompletenessRow row) {
        if (row.minuteMs() >= settledBefore.toEpochMilli()) {
            return State.OPEN;
        }
        return row.difference() == 0 ? State.COMPLETE : State.DIFFERENT;
    }

    @Override
    public List<String> fields() {
        return List.of(
                "minute",
                "topic",
                "partition",
                "accepted",
                "onTopic",
                "repeated",
                "deadLetters",
                "stored",
                "difference",
                "state");
    }

    @Override
    public void write(RowWriter out, Row row) throws IOException {
        CompletenessRow counts = row.counts();
        out.text("minute", Instant.ofEpochMilli(counts.minuteMs()).toString());
        out.text("topic", counts.topic());
        out.number("partition", counts.partition());
        out.number("accepted", counts.topic().equals(Topics.EVENTS) ? BigDecimal.valueOf(counts.accepted()) : null);
        out.number("onTopic", counts.onTopic());
        out.number("repeated", counts.repeated());
        out.number("deadLetters", counts.dead());
        out.number("stored", counts.stored());
        out.number("difference", counts.difference());
        out.text("state", stateOf(counts).word());
    }
}
