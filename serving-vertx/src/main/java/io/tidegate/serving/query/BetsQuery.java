package io.tidegate.serving.query;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/v1/analytics/bets}: bets, turnover, payout, average bet and average odds by one property of the bet or by
 * player; the highest turnover first, page by page.
 *
 * <p>Money of several currencies is added up as it is, unless {@code currency} chooses one. An outcome counts when it
 * happened, with the game, city, device type and bet type of its bet.
 *
 * <p>The windows of a game are on one shard, and so are the events of a player. Of all other groups every shard has a part, so each is
 * asked for all of them, and the page is cut here.
 */
final class BetsQuery implements PagedQuery<BetsQuery.Row> {

    enum GroupBy implements Parameters.Word {
        GAME("game", "game_id"),
        CITY("city", "city"),
        DEVICE_TYPE("deviceType", "device_type"),
        BET_TYPE("betType", "bet_type"),
        USER("user", "user_id");

        private final String word;
        private final String column;

        GroupBy(String word, String column) {
            this.word = word;
            this.column = column;
        }

        @Override
        public String word() {
            return word;
        }
    }

    /** Totals of a group; averages are left to {@link #write}, where they can be exact. */
    record Row(String group, long count, BigDecimal turnover, BigDecimal payout, BigDecimal oddsSum, long oddsCount) {}

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int AVERAGE_SCALE = 4;

    private final GroupBy groupBy;
    private final TimeRange range;
    private final Optional<String> currency;
    private final int limit;
    private final Optional<Place> after;
    private final String turnoverBefore;
    private final boolean inParts;

    private BetsQuery(
            GroupBy groupBy,
            TimeRange range,
            Optional<String> currency,
            int limit,
            Optional<Place> after,
            boolean inParts)
            throws BadParameterException {
        this.groupBy = groupBy;
        this.range = range;
        this.currency = currency;
        this.limit = limit;
        this.after = after;
        this.turnoverBefore = after.isPresent() ? decimal(after.get().value()) : "";
        this.inParts = inParts;
    }

    private static String decimal(String text) throws BadParameterException {
        if (!text.matches("\\d{1,30}(\\.\\d{1,4})?")) {
            throw Place.unknown();
        }
        return text;
    }

    /** @param sharded whether there are several shards */
    static BetsQuery of(Parameters parameters, boolean sharded) throws BadParameterException {
        GroupBy groupBy = parameters.word("groupBy", GroupBy.class).orElse(GroupBy.GAME);
        return new BetsQuery(
                groupBy,
                parameters.range().wholeMinutes(),
                parameters.text("currency"),
                parameters.limit(DEFAULT_LIMIT, MAX_LIMIT),
                parameters.cursor(),
                sharded && groupBy != GroupBy.GAME && groupBy != GroupBy.USER);
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
        return new Place(row.turnover().toPlainString(), row.group());
    }

    @Override
    public Comparator<Row> order() {
        return Comparator.comparing(Row::turnover).reversed().thenComparing(Row::group, BY_BYTES);
    }

    @Override
    public Row together(Row one, Row other) {
        return new Row(
                one.group(),
                one.count() + other.count(),
                one.turnover().add(other.turnover()),
                one.payout().add(other.payout()),
                one.oddsSum().add(other.oddsSum()),
                one.oddsCount() + other.oddsCount());
    }

    @Override
    public boolean isOnPage(Row row) {
        if (!inParts || after.isEmpty()) {
            return true;
        }
        int byTurnover = row.turnover().compareTo(new BigDecimal(turnoverBefore));
        return byTurnover < 0
                || byTurnover == 0 && BY_BYTES.compare(row.group(), after.get().id()) > 0;
    }

    @Override
    public Sql sql() {
        Sql sql = groupBy == GroupBy.USER ? overEvents() : overWindows();
        if (currency.isPresent()) {
            sql.text(" AND currency = ").value(currency.get());
        }
        sql.text(" GROUP BY " + groupBy.column);
        if (inParts) {
            return sql;
        }
        if (after.isPresent()) {
            sql.text(" HAVING all_turnover < toDecimal128(")
                    .value(turnoverBefore)
                    .text(", 4) OR (all_turnover = toDecimal128(")
                    .value(turnoverBefore)
                    .text(", 4) AND " + groupBy.column + " > ")
                    .value(after.get().id())
                    .text(")");
        }
        return sql.text(" ORDER BY all_turnover DESC, " + groupBy.column + " LIMIT ")
                .value(limit + 1L);
    }

    private Sql overWindows() {
        return new Sql()
                .text("SELECT " + groupBy.column + ", toInt64(sum(bets)) AS all_bets, sum(turnover) AS all_turnover,"
                        + " sum(payout) AS all_payout, sum(odds_sum) AS all_odds, toInt64(sum(odds_count)) AS odds_bets"
                        + " FROM bet_stats_1m FINAL WHERE ")
                .secondsIn("window_start", range);
    }

    /** There are no windows by player: too many of them would have one bet. */
    private Sql overEvents() {
        return new Sql()
                .text("SELECT user_id, toInt64(countIf(type = 'bet')) AS all_bets, sumIf(amount, type = 'bet') AS"
                        + " all_turnover, sumIf(payout, type = 'bet_outcome') AS all_payout, sumIf(odds, type ="
                        + " 'bet') AS all_odds, toInt64(countIf(type = 'bet' AND odds > 0)) AS odds_bets FROM events"
                        + " FINAL WHERE type IN ('bet', 'bet_outcome') AND ")
                .millisIn("occurred_at", range);
    }

    @Override
    public Row read(ResultSet row) throws SQLException {
        return new Row(
                row.getString(1),
                row.getLong(2),
                row.getBigDecimal(3),
                row.getBigDecimal(4),
                row.getBigDecimal(5),
                row.getLong(6));
    }

    @Override
    public List<String> fields() {
        return List.of(groupBy.word(), "count", "turnover", "payout", "averageBet", "averageOdds");
    }

    @Override
    public void write(RowWriter out, Row row) throws IOException {
        out.text(groupBy.word(), row.group());
        out.number("count", row.count());
        out.number("turnover", plain(row.turnover()));
        out.number("payout", plain(row.payout()));
        out.number("averageBet", average(row.turnover(), row.count()));
        out.number("averageOdds", average(row.oddsSum(), row.oddsCount()));
    }

    /** Null where there is nothing to average. */
    private static BigDecimal average(BigDecimal sum, long count) {
        return count == 0 ? null : plain(sum.divide(BigDecimal.valueOf(count), AVERAGE_SCALE, RoundingMode.HALF_UP));
    }

    /** Without trailing zeros, and never in the notation with an exponent. */
    static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
