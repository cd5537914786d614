-- What the detection and engagement jobs raised. Written by the job `archive` from the committed records of the topics.
CREATE TABLE IF NOT EXISTS tidegate.alerts ON CLUSTER '{cluster}'
(
    alert_id     String,
    kind         LowCardinality(String) COMMENT 'fraud, surge, system',
    rule_id      LowCardinality(String),
    rule_version UInt32,
    subject      String,
    severity     LowCardinality(String) COMMENT 'info, warning, critical',
    message      String,
    event_ids    Array(String),
    detected_at  DateTime64(3, 'UTC'),
    started_at   DateTime64(3, 'UTC'),
    raised_at    DateTime64(3, 'UTC') COMMENT 'when the broker appended it to the topic',
    _batch_id    UUID,
    _lineage     LowCardinality(String),
    INDEX idx_batch _batch_id TYPE bloom_filter(0.001) GRANULARITY 4,
    INDEX idx_subject subject TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidegate/alerts', '{replica}')
PARTITION BY toYYYYMM(detected_at)
ORDER BY (detected_at, alert_id)
TTL toDateTime(raised_at) + INTERVAL 25 MONTH
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS tidegate_all.alerts ON CLUSTER '{cluster}' AS tidegate.alerts
ENGINE = Distributed('{cluster}', tidegate, alerts, xxHash64(alert_id));

CREATE TABLE IF NOT EXISTS tidegate.notifications ON CLUSTER '{cluster}'
(
    notification_id String,
    kind            LowCardinality(String) COMMENT 'milestone, big_win, take_a_break',
    recipient       String,
    message         String,
    data            String COMMENT 'the kind-specific fields as a JSON object',
    created_at      DateTime64(3, 'UTC'),
    raised_at       DateTime64(3, 'UTC') COMMENT 'when the broker appended it to the topic',
    _batch_id       UUID,
    _lineage        LowCardinality(String),
    INDEX idx_batch _batch_id TYPE bloom_filter(0.001) GRANULARITY 4
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/tidegate/notifications', '{replica}')
PARTITION BY toYYYYMM(created_at)
ORDER BY (recipient, created_at, notification_id)
TTL toDateTime(raised_at) + INTERVAL 13 MONTH
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS tidegate_all.notifications ON CLUSTER '{cluster}' AS tidegate.notifications
ENGINE = Distributed('{cluster}', tidegate, notifications, xxHash64(notification_id));
