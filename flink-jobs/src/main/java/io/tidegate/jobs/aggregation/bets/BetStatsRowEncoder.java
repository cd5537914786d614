package io.tidegate.jobs.aggregation.bets;

import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.RowEncoder;
import io.tidegate.jobs.clickhouse.TableSchema;

/** Rows of table {@code bet_stats_1m}, see {@code sql/clickhouse/003_windows.sql}. */
public final class BetStatsRowEncoder implements RowEncoder<BetStatsRow> {

    private static final long serialVersionUID = 1L;

    private final TableSchema table;

    public BetStatsRowEncoder(String database) {
        table = TableSchema.upsert(
                database,
                "bet_stats_1m",
                "window_start",
                "game_id",
                "city",
                "device_type",
                "bet_type",
                "currency",
                "pane",
                "bets",
                "turnover",
                "outcomes",
                "payout",
                "odds_sum",
                "odds_count",
                "version",
                "updated_at");
    }

    @Override
    public TableSchema table() {
        return table;
    }

    @Override
    public long partitionTimeMs(BetStatsRow row) {
        return row.key().windowStartMs();
    }

    @Override
    public String shardingColumn() {
        return "game_id";
    }

    @Override
    public String shardingKey(BetStatsRow row) {
        return row.key().dimensions().gameId();
    }

    @Override
    public void encode(BetStatsRow row, RowBinaryWriter out) {
        BetDimensions dimensions = row.key().dimensions();
        BetTally tally = row.tally();
        out.dateTime(row.key().windowStartMs());
        out.string(dimensions.gameId());
        out.string(dimensions.city());
        out.string(dimensions.deviceType());
        out.string(dimensions.betType());
        out.string(dimensions.currency());
        out.int64(row.key().paneMs());
        out.int64(tally.bets());
        out.decimal4(tally.turnoverE4());
        out.int64(tally.outcomes());
        out.decimal4(tally.payoutE4());
        out.decimal4(tally.oddsSumE4());
        out.int64(tally.oddsCount());
        out.int64(row.version());
        out.dateTime64Ms(row.updatedAtMs());
    }
}
