package io.tidegate.dev.deploy.dashboards;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What Grafana's ClickHouse plugin (version 4) makes of the macros and variables in a query, for a time range and the interval of a
 * panel.
 */
record GrafanaMacros(Instant from, Instant to, Duration interval, Map<String, String> variables) {

    private static final Pattern WITH_COLUMN = Pattern.compile(
            "\\$__(timeFilter_ms|timeFilter|dateFilter|timeInterval_ms|timeInterval)\\(\\s*(\\w+)\\s*\\)");
    private static final Pattern WITHOUT =
            Pattern.compile("\\$__(fromTime_ms|toTime_ms|fromTime|toTime|interval_s)\\b(\\(\\))?");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-z]\\w*)}?");

    /** @throws IllegalArgumentException for a macro or a variable that Grafana wouldn't know */
    String expand(String sql) {
        String expanded = WITH_COLUMN.matcher(sql).replaceAll(match -> withColumn(match.group(1), match.group(2)));
        expanded = WITHOUT.matcher(expanded).replaceAll(match -> without(match.group(1)));
        if (expanded.contains("$__")) {
            throw new IllegalArgumentException("unknown macro: " + expanded.substring(expanded.indexOf("$__")));
        }
        return VARIABLE.matcher(expanded).replaceAll(this::variable);
    }

    private String withColumn(String macro, String column) {
        return switch (macro) {
            case "timeFilter" -> between(column, seconds(from), seconds(to));
            case "timeFilter_ms" -> between(column, millis(from), millis(to));
            case "dateFilter" -> between(column, date(from), date(to));
            case "timeInterval" ->
                "toStartOfInterval(toDateTime(" + column + "), INTERVAL " + Math.max(1, interval.toSeconds())
                        + " second)";
            default ->
                "toStartOfInterval(toDateTime64(" + column + ", 3), INTERVAL " + Math.max(1, interval.toMillis())
                        + " millisecond)";
        };
    }

    private String without(String macro) {
        return switch (macro) {
            case "fromTime" -> seconds(from);
            case "toTime" -> seconds(to);
            case "fromTime_ms" -> millis(from);
            case "toTime_ms" -> millis(to);
            default -> Long.toString(Math.max(1, interval.toSeconds()));
        };
    }

    private String variable(MatchResult match) {
        String value = variables.get(match.group(1));
        if (value == null) {
            throw new IllegalArgumentException("unknown variable: " + match.group());
        }
        return value;
    }

    private static String between(String column, String least, String most) {
        return column + " >= " + least + " AND " + column + " <= " + most;
    }

    private static String seconds(Instant time) {
        return "toDateTime(" + time.getEpochSecond() + ")";
    }

    private static String millis(Instant time) {
        return "fromUnixTimestamp64Milli(" + time.toEpochMilli() + ")";
    }

    private static String date(Instant time) {
        return "toDate('" + LocalDate.ofInstant(time, ZoneOffset.UTC) + "')";
    }
}
