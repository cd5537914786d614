-- Every accepted event, once. Written by the job `archive` through the exactly-once sink.
--
-- Partitioned and ordered by when the event happened, because that is what people ask for; expired by when it arrived,
-- so that imported history isn't deleted on arrival. ReplacingMergeTree with the event id in the key is the backstop for
-- a repeat beyond the de-duplication horizon; the sink itself writes each event once.
-- "Not given" is '' or 0. Money and odds have four decimals.
CREATE TABLE IF NOT EXISTS tidegate.events ON CLUSTER '{cluster}'
(
    event_id     String,
    type         LowCardinality(String),
    user_id      String,
    tenant       LowCardinality(String),
    post_id      String,
    author_id    String,
    comment_id   String,
    bet_id       String,
    game_id      String,
    amount       Decimal(18, 4),
    currency     LowCardinality(String),
    odds         Decimal(18, 4),
    bet_type     LowCardinality(String),
    channel      LowCardinality(String),
    city         LowCardinality(String),
    device_type  LowCardinality(String),
    result       LowCardinality(String),
    payout       Decimal(18, 4),
    method       LowCardinality(String),
    ip           String,
    device_id    String,
    country      LowCardinality(String),
    attributes   Map(String, String),
    occurred_at  DateTime64(3, 'UTC'),
    ingested_at  DateTime64(3, 'UTC'),
    appended_at  DateTime64(3, 'UTC') COMMENT 'when the broker appended it',
    kafka_partition UInt32,
    kafka_offset UInt64,
    _batch_id    UUID COMMENT 'the sink batch that wrote the row',
    _lineage     LowCardinality(String) COMMENT 'the job run that wrote the row',
    INDEX idx_batch _batch_id TYPE bloom_filter(0.001) GRANULARITY 4,
    INDEX idx_event event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_user user_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_post post_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidegate/events', '{replica}')
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (type, occurred_at, user_id, event_id)
TTL toDateTime(ingested_at) + INTERVAL 13 MONTH
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS tidegate_all.events ON CLUSTER '{cluster}' AS tidegate.events
ENGINE = Distributed('{cluster}', tidegate, events, xxHash64(user_id));
