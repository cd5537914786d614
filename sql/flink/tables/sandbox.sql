-- Tables to write to, in ClickHouse's database `sandbox` on the first shard. They are made there by sql/flink/sandbox.sql: scripts/flink-sql
-- --prepare does it. The primary key is the table's sorting key: of a key the row that came last counts.
CREATE DATABASE sandbox;

CREATE TABLE sandbox.player_totals (
  user_id STRING,
  bets BIGINT,
  turnover DECIMAL(18, 4),
  last_bet_at TIMESTAMP(3),
  PRIMARY KEY (user_id) NOT ENFORCED
) WITH ('table-name' = 'sandbox.player_totals', {{store}});
