-- The books of completeness: what was counted on the way of a record, per topic, partition and minute of append time.
-- Written by the job `archive`; absolute counts, the row with the highest `version` of a key counts, so read with FINAL and add up
-- over `counted_by`. What is stored is counted in the tables themselves: docs/adr/0022.
CREATE TABLE IF NOT EXISTS tidegate.completeness_1m ON CLUSTER '{cluster}'
(
    minute          DateTime('UTC'),
    topic           LowCardinality(String),
    topic_partition Int32,
    counted_by      String COMMENT 'archive, or the process of a gateway',
    accepted        UInt64 COMMENT 'acknowledged to that gateway',
    records         UInt64 COMMENT 'read from the topic, ticks aside',
    repeated        UInt64 COMMENT 'among them: dropped, because the same came before',
    dead            UInt64 COMMENT 'among them: written to events.dlq',
    version         UInt64,
    updated_at      DateTime64(3, 'UTC'),
    _batch_id       UUID,
    _lineage        LowCardinality(String)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidegate/completeness_1m', '{replica}', version)
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, topic, topic_partition, counted_by)
TTL toDateTime(minute) + INTERVAL 13 MONTH
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS tidegate_all.completeness_1m ON CLUSTER '{cluster}' AS tidegate.completeness_1m
ENGINE = Distributed('{cluster}', tidegate, completeness_1m, xxHash64(topic));

-- Rows are counted by when they were appended, which no table is sorted by; new ones lie together all the same.
ALTER TABLE tidegate.events ON CLUSTER '{cluster}' ADD INDEX IF NOT EXISTS idx_appended appended_at TYPE minmax GRANULARITY 1;

ALTER TABLE tidegate.alerts ON CLUSTER '{cluster}' ADD INDEX IF NOT EXISTS idx_raised raised_at TYPE minmax GRANULARITY 1;

ALTER TABLE tidegate.notifications ON CLUSTER '{cluster}' ADD INDEX IF NOT EXISTS idx_raised raised_at TYPE minmax GRANULARITY 1;
