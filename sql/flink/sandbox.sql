-- What tables/sandbox.sql writes to, in ClickHouse's own SQL. Nothing of Tidegate's reads it; drop it when you like.
CREATE DATABASE IF NOT EXISTS sandbox;

-- Without a version column the row that was inserted last replaces the ones before. Read it with FINAL.
CREATE TABLE IF NOT EXISTS sandbox.player_totals
(
    user_id     String,
    bets        UInt64,
    turnover    Decimal(18, 4),
    last_bet_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY user_id;
