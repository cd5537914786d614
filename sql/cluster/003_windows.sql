-- Tumbling event-time windows of one minute, as versioned upserts of the job `aggregation`: the row with the highest
-- `version` of a key counts, so read with FINAL, and add up over `pane`.
--
-- A window usually has one pane. Events that arrive late, after an hour (event_counts_1m) or five minutes (the others), are
-- in further panes, so that nothing is overwritten that the job no longer holds in state (docs/adr/0005). Sums over panes are
-- exact; `users` is exact within a pane.
CREATE TABLE IF NOT EXISTS tidegate.event_counts_1m ON CLUSTER '{cluster}'
(
    window_start DateTime('UTC'),
    type         LowCardinality(String),
    pane         Int64 COMMENT 'broker append time (ms) from which on the pane takes events',
    events       UInt64,
    users        UInt64 COMMENT 'distinct users',
    version      UInt64,
    updated_at   DateTime64(3, 'UTC'),
    _batch_id    UUID,
    _lineage     LowCardinality(String)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidegate/event_counts_1m', '{replica}', version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (type, window_start, pane)
TTL toDateTime(updated_at) + INTERVAL 25 MONTH
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS tidegate_all.event_counts_1m ON CLUSTER '{cluster}' AS tidegate.event_counts_1m
ENGINE = Distributed('{cluster}', tidegate, event_counts_1m, xxHash64(type));

CREATE TABLE IF NOT EXISTS tidegate.post_activity_1m ON CLUSTER '{cluster}'
(
    window_start DateTime('UTC'),
    post_id      String,
    pane         Int64,
    likes        UInt64,
    unlikes      UInt64,
    comments     UInt64,
    shares       UInt64,
    version      UInt64,
    updated_at   DateTime64(3, 'UTC'),
    _batch_id    UUID,
    _lineage     LowCardinality(String)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidegate/post_activity_1m', '{replica}', version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (window_start, post_id, pane)
TTL toDateTime(updated_at) + INTERVAL 13 MONTH
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS tidegate_all.post_activity_1m ON CLUSTER '{cluster}' AS tidegate.post_activity_1m
ENGINE = Distributed('{cluster}', tidegate, post_activity_1m, xxHash64(post_id));

-- An outcome is counted under the minute of the outcome and the game, city, device type and bet type of its bet.
CREATE TABLE IF NOT EXISTS tidegate.bet_stats_1m ON CLUSTER '{cluster}'
(
    window_start DateTime('UTC'),
    game_id      String,
    city         LowCardinality(String),
    device_type  LowCardinality(String),
    bet_type     LowCardinality(String),
    currency     LowCardinality(String),
    pane         Int64,
    bets         UInt64,
    turnover     Decimal(18, 4),
    outcomes     UInt64,
    payout       Decimal(18, 4),
    odds_sum     Decimal(18, 4) COMMENT 'over the bets that gave odds',
    odds_count   UInt64,
    version      UInt64,
    updated_at   DateTime64(3, 'UTC'),
    _batch_id    UUID,
    _lineage     LowCardinality(String)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidegate/bet_stats_1m', '{replica}', version)
PARTITION BY toYYYYMM(window_start)
ORDER BY (window_start, game_id, city, device_type, bet_type, currency, pane)
TTL toDateTime(updated_at) + INTERVAL 25 MONTH
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS tidegate_all.bet_stats_1m ON CLUSTER '{cluster}' AS tidegate.bet_stats_1m
ENGINE = Distributed('{cluster}', tidegate, bet_stats_1m, xxHash64(game_id));
