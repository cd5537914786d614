-- The tables of ClickHouse (sql/clickhouse), column by column: database `store`, or `store_1`, `store_2`, … where there are several shards. Every
-- read is with FINAL, so rows are as ClickHouse says that they are to be read. Times are wall clocks in UTC: a condition on one is
-- ClickHouse's to check, which on a TIMESTAMP_LTZ it wouldn't be.
CREATE DATABASE {{database}};

CREATE TABLE {{database}}.events (
  event_id STRING,
  type STRING,
  user_id STRING,
  tenant STRING,
  post_id STRING,
  author_id STRING,
  comment_id STRING,
  bet_id STRING,
  game_id STRING,
  amount DECIMAL(18, 4),
  currency STRING,
  odds DECIMAL(18, 4),
  bet_type STRING,
  channel STRING,
  city STRING,
  device_type STRING,
  `result` STRING,
  payout DECIMAL(18, 4),
  `method` STRING,
  ip STRING,
  device_id STRING,
  country STRING,
  attributes MAP<STRING, STRING>,
  occurred_at TIMESTAMP(3),
  ingested_at TIMESTAMP(3),
  appended_at TIMESTAMP(3),
  kafka_partition BIGINT,
  kafka_offset BIGINT,
  key_tenant STRING,
  _batch_id STRING,
  _lineage STRING
) WITH ('table-name' = 'tidegate.events', {{store}});

CREATE TABLE {{database}}.alerts (
  alert_id STRING,
  kind STRING,
  rule_id STRING,
  rule_version BIGINT,
  subject STRING,
  severity STRING,
  message STRING,
  event_ids ARRAY<STRING>,
  detected_at TIMESTAMP(3),
  started_at TIMESTAMP(3),
  raised_at TIMESTAMP(3),
  topic_partition INT,
  topic_offset BIGINT,
  tenant STRING,
  _batch_id STRING,
  _lineage STRING
) WITH ('table-name' = 'tidegate.alerts', {{store}});

CREATE TABLE {{database}}.notifications (
  notification_id STRING,
  kind STRING,
  recipient STRING,
  message STRING,
  data STRING,
  created_at TIMESTAMP(3),
  raised_at TIMESTAMP(3),
  topic_partition INT,
  topic_offset BIGINT,
  tenant STRING,
  _batch_id STRING,
  _lineage STRING
) WITH ('table-name' = 'tidegate.notifications', {{store}});

CREATE TABLE {{database}}.event_counts_1m (
  window_start TIMESTAMP(0),
  type STRING,
  pane BIGINT,
  events BIGINT,
  users BIGINT,
  version BIGINT,
  updated_at TIMESTAMP(3),
  _batch_id STRING,
  _lineage STRING
) WITH ('table-name' = 'tidegate.event_counts_1m', {{store}});

CREATE TABLE {{database}}.post_activity_1m (
  window_start TIMESTAMP(0),
  post_id STRING,
  pane BIGINT,
  likes BIGINT,
  unlikes BIGINT,
  comments BIGINT,
  shares BIGINT,
  version BIGINT,
  updated_at TIMESTAMP(3),
  _batch_id STRING,
  _lineage STRING
) WITH ('table-name' = 'tidegate.post_activity_1m', {{store}});

CREATE TABLE {{database}}.bet_stats_1m (
  window_start TIMESTAMP(0),
  game_id STRING,
  city STRING,
  device_type STRING,
  bet_type STRING,
  currency STRING,
  pane BIGINT,
  bets BIGINT,
  turnover DECIMAL(18, 4),
  outcomes BIGINT,
  payout DECIMAL(18, 4),
  odds_sum DECIMAL(18, 4),
  odds_count BIGINT,
  version BIGINT,
  updated_at TIMESTAMP(3),
  _batch_id STRING,
  _lineage STRING
) WITH ('table-name' = 'tidegate.bet_stats_1m', {{store}});

CREATE TABLE {{database}}.completeness_1m (
  `minute` TIMESTAMP(0),
  topic STRING,
  topic_partition INT,
  counted_by STRING,
  accepted BIGINT,
  records BIGINT,
  repeated BIGINT,
  dead BIGINT,
  version BIGINT,
  updated_at TIMESTAMP(3),
  _batch_id STRING,
  _lineage STRING
) WITH ('table-name' = 'tidegate.completeness_1m', {{store}});
