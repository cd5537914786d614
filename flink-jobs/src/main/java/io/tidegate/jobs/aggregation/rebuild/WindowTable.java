package io.tidegate.jobs.aggregation.rebuild;

import io.tidegate.jobs.aggregation.AggregationSettings;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import io.tidegate.jobs.clickhouse.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A window table: its columns, and how a shard adds up its raw rows to them. All read with {@code FINAL}, so of a repeat beyond
 * the de-duplication horizon one row counts.
 */
enum WindowTable {
    EVENT_COUNTS(
            "event_counts_1m",
            AggregationSettings.DEFAULTS.userPanes(),
            List.of("type"),
            List.of(
                    new Measure("events", "count()", false, true),
                    // A user's rows are on one shard, so that shards add up.
                    new Measure("users", "uniqExact(user_id, tenant)", false, false)),
            "1"),
    POST_ACTIVITY(
            "post_activity_1m",
            AggregationSettings.DEFAULTS.sumPanes(),
            List.of("post_id"),
            List.of(
                    new Measure("likes", "countIf(type = 'like')", false, true),
                    new Measure("unlikes", "countIf(type = 'unlike')", false, true),
                    new Measure("comments", "countIf(type = 'comment')", false, true),
                    new Measure("shares", "countIf(type = 'share')", false, true)),
            "type IN ('like', 'unlike', 'comment', 'share')"),
    /** Without outcomes: {@link OutcomeReader} finds the bets that they belong to. */
    BET_STATS(
            "bet_stats_1m",
            AggregationSettings.DEFAULTS.sumPanes(),
            List.of("game_id", "city", "device_type", "bet_type", "currency"),
            List.of(
                    new Measure("bets", "count()", false, true),
                    new Measure("turnover", "sum(toInt128(reinterpretAsInt64(amount)))", true, true),
                    new Measure("outcomes", "0", false, true),
                    new Measure("payout", "0", true, true),
                    new Measure("odds_sum", "sum(toInt128(reinterpretAsInt64(odds)))", true, true),
                    new Measure("odds_count", "countIf(odds != 0)", false, true)),
            "type = 'bet'");

    /** Sums stop there, as the job's do. */
    private static final String LARGEST = Long.toString(Long.MAX_VALUE);

    /**
     * @param sql over the raw rows of a key
     * @param money kept as Decimal with four decimals, counted in ten-thousandths
     * @param additive whether panes may be added up
     */
    record Measure(String column, String sql, boolean money, boolean additive) {}

    private final String tableName;
    private final PaneGrid panes;
    private final List<String> keys;
    private final List<Measure> measures;
    private final String rows;

    WindowTable(String tableName, PaneGrid panes, List<String> keys, List<Measure> measures, String rows) {
        this.tableName = tableName;
        this.panes = panes;
        this.keys = keys;
        this.measures = measures;
        this.rows = rows;
    }

    String tableName() {
        return tableName;
    }

    PaneGrid panes() {
        return panes;
    }

    List<Measure> measures() {
        return measures;
    }

    int keyColumns() {
        return keys.size();
    }

    TableSchema schema(String database) {
        List<String> columns = new ArrayList<>();
        columns.add("window_start");
        columns.addAll(keys);
        columns.add("pane");
        measures.forEach(measure -> columns.add(measure.column()));
        columns.add("version");
        columns.add("updated_at");
        return TableSchema.upsert(database, tableName, columns.toArray(String[]::new));
    }

    /** Window start, key columns, pane, measures, of the raw rows that occurred in {@code [fromMs, toMs)}. */
    String countedSql(String database, long fromMs, long toMs) {
        return "SELECT " + windowSql() + " AS w, " + String.join(", ", keys) + ", " + paneSql(panes) + " AS p, "
                + measures.stream()
                        .map(measure -> "toInt64(least(" + measure.sql() + ", " + LARGEST + "))")
                        .collect(Collectors.joining(", "))
                + " FROM " + database + ".events FINAL WHERE " + occurredSql(fromMs, toMs) + " AND " + rows
                + " GROUP BY w, " + String.join(", ", keys) + ", p FORMAT TabSeparated";
    }

    /** The same columns and the version, of the rows that are there. */
    String storedSql(String database, long fromMs, long toMs) {
        return "SELECT toInt64(toUnixTimestamp(window_start)) * 1000, " + String.join(", ", keys) + ", pane, "
                + measures.stream()
                        .map(measure -> measure.money()
                                ? "reinterpretAsInt64(" + measure.column() + ")"
                                : "toInt64(" + measure.column() + ")")
                        .collect(Collectors.joining(", "))
                + ", version FROM " + database + "." + tableName + " FINAL WHERE window_start >= "
                + fromMs / 1000 + " AND window_start < " + toMs / 1000 + " FORMAT TabSeparated";
    }

    static String occurredSql(long fromMs, long toMs) {
        return "occurred_at >= fromUnixTimestamp64Milli(" + fromMs + ") AND occurred_at < fromUnixTimestamp64Milli("
                + toMs + ")";
    }

    private static String windowSql() {
        return "intDiv(toUnixTimestamp64Milli(occurred_at), " + PaneGrid.WINDOW_MS + ") * " + PaneGrid.WINDOW_MS;
    }

    /** {@link PaneGrid#paneMs}, of {@code w}. */
    private static String paneSql(PaneGrid panes) {
        String length = Long.toString(panes.length().toMillis());
        return "w + intDiv(greatest(toUnixTimestamp64Milli(appended_at) - w, 0), " + length + ") * " + length;
    }
}
