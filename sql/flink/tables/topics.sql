-- The topics as tables, in database {{database}}: `topic` begins at the first record that the topic still has and goes on with every new
-- one; `history` ends with what is there when the query starts. The messages are described in contracts/src/main/proto.
CREATE DATABASE {{database}};

-- The records of topic events as they are; view {{database}}.events is easier to use. A record that can't be read is left out, as jobs send
-- it to the dead letters.
CREATE TABLE {{database}}.event_records (
  event_id STRING,
  user_id STRING,
  occurred_at_ms BIGINT,
  ingested_at_ms BIGINT,
  tenant STRING,
  ip STRING,
  device_id STRING,
  country STRING,
  attributes MAP<STRING, STRING>,
  post ROW<post_id STRING>,
  `like` ROW<post_id STRING, author_id STRING>,
  unlike ROW<post_id STRING, author_id STRING>,
  share ROW<post_id STRING, author_id STRING>,
  `comment` ROW<post_id STRING, author_id STRING, comment_id STRING>,
  bet ROW<game_id STRING, amount_e4 BIGINT, bet_id STRING, currency STRING, odds_e4 BIGINT, bet_type STRING, channel STRING, city STRING,
    device_type STRING>,
  bet_outcome ROW<bet_id STRING, game_id STRING, `result` STRING, payout_e4 BIGINT, currency STRING>,
  deposit ROW<amount_e4 BIGINT, currency STRING, `method` STRING>,
  withdrawal ROW<amount_e4 BIGINT, currency STRING, `method` STRING>,
  appended_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  kafka_partition INT METADATA FROM 'partition' VIRTUAL,
  kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL,
  -- Append time never goes back within a partition, and the gateways' ticks carry it over quiet ones.
  WATERMARK FOR appended_at AS appended_at - INTERVAL '0.001' SECOND
) WITH (
  'topic' = 'events',
  'connector' = 'kafka',
  'format' = 'protobuf',
  'protobuf.message-class-name' = 'io.tidegate.contracts.v1.Event',
  'protobuf.ignore-parse-errors' = 'true',
  {{log}}
);

-- As table events in ClickHouse: one column for each thing, '' and 0 for what isn't given (attributes: NULL), money with four decimals, no ticks. An event that was
-- sent twice is there twice; (user_id, event_id) says which are the same.
CREATE VIEW {{database}}.events AS
SELECT
  event_id,
  CASE
    WHEN post.post_id <> '' THEN 'post'
    WHEN `like`.post_id <> '' THEN 'like'
    WHEN unlike.post_id <> '' THEN 'unlike'
    WHEN share.post_id <> '' THEN 'share'
    WHEN `comment`.post_id <> '' THEN 'comment'
    WHEN bet.game_id <> '' THEN 'bet'
    WHEN bet_outcome.bet_id <> '' THEN 'bet_outcome'
    WHEN deposit.amount_e4 <> 0 THEN 'deposit'
    WHEN withdrawal.amount_e4 <> 0 THEN 'withdrawal'
    ELSE 'login'
  END AS type,
  user_id,
  tenant,
  COALESCE(post.post_id, `like`.post_id, unlike.post_id, share.post_id, `comment`.post_id, '') AS post_id,
  COALESCE(`like`.author_id, unlike.author_id, share.author_id, `comment`.author_id, '') AS author_id,
  COALESCE(`comment`.comment_id, '') AS comment_id,
  COALESCE(bet.bet_id, bet_outcome.bet_id, '') AS bet_id,
  COALESCE(bet.game_id, bet_outcome.game_id, '') AS game_id,
  CAST(COALESCE(bet.amount_e4, deposit.amount_e4, withdrawal.amount_e4, CAST(0 AS BIGINT)) * 0.0001 AS DECIMAL(18, 4)) AS amount,
  COALESCE(bet.currency, bet_outcome.currency, deposit.currency, withdrawal.currency, '') AS currency,
  CAST(COALESCE(bet.odds_e4, CAST(0 AS BIGINT)) * 0.0001 AS DECIMAL(18, 4)) AS odds,
  COALESCE(bet.bet_type, '') AS bet_type,
  COALESCE(bet.channel, '') AS channel,
  COALESCE(bet.city, '') AS city,
  COALESCE(bet.device_type, '') AS device_type,
  CASE bet_outcome.`result` WHEN 'BET_RESULT_WIN' THEN 'win' WHEN 'BET_RESULT_LOSS' THEN 'loss' WHEN 'BET_RESULT_VOID' THEN 'void' ELSE '' END
    AS `result`,
  CAST(COALESCE(bet_outcome.payout_e4, CAST(0 AS BIGINT)) * 0.0001 AS DECIMAL(18, 4)) AS payout,
  COALESCE(deposit.`method`, withdrawal.`method`, '') AS `method`,
  ip,
  device_id,
  country,
  attributes,
  CAST(TO_TIMESTAMP_LTZ(occurred_at_ms, 3) AS TIMESTAMP(3)) AS occurred_at,
  CAST(TO_TIMESTAMP_LTZ(ingested_at_ms, 3) AS TIMESTAMP(3)) AS ingested_at,
  appended_at,
  kafka_partition,
  kafka_offset
FROM {{database}}.event_records
WHERE event_id <> '';

CREATE TABLE {{database}}.alert_records (
  alert_id STRING,
  kind STRING,
  rule_id STRING,
  rule_version INT,
  subject STRING,
  severity STRING,
  message STRING,
  event_ids ARRAY<STRING>,
  detected_at_ms BIGINT,
  started_at_ms BIGINT,
  tenant STRING,
  raised_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  kafka_partition INT METADATA FROM 'partition' VIRTUAL,
  kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL,
  WATERMARK FOR raised_at AS raised_at - INTERVAL '0.001' SECOND
) WITH (
  'topic' = 'alerts',
  'connector' = 'kafka',
  'format' = 'protobuf',
  'protobuf.message-class-name' = 'io.tidegate.contracts.v1.Alert',
  'protobuf.ignore-parse-errors' = 'true',
  {{log}}
);

CREATE VIEW {{database}}.alerts AS
SELECT
  alert_id,
  LOWER(REPLACE(kind, 'ALERT_KIND_', '')) AS kind,
  rule_id,
  rule_version,
  subject,
  LOWER(REPLACE(severity, 'SEVERITY_', '')) AS severity,
  message,
  event_ids,
  CAST(TO_TIMESTAMP_LTZ(detected_at_ms, 3) AS TIMESTAMP(3)) AS detected_at,
  CAST(TO_TIMESTAMP_LTZ(started_at_ms, 3) AS TIMESTAMP(3)) AS started_at,
  tenant,
  raised_at,
  kafka_partition,
  kafka_offset
FROM {{database}}.alert_records;

-- What isn't common to all kinds of notification is left out.
CREATE TABLE {{database}}.notification_records (
  notification_id STRING,
  kind STRING,
  recipient STRING,
  message STRING,
  created_at_ms BIGINT,
  tenant STRING,
  raised_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  WATERMARK FOR raised_at AS raised_at - INTERVAL '0.001' SECOND
) WITH (
  'topic' = 'notifications',
  'connector' = 'kafka',
  'format' = 'protobuf',
  'protobuf.message-class-name' = 'io.tidegate.contracts.v1.Notification',
  'protobuf.ignore-parse-errors' = 'true',
  {{log}}
);

CREATE VIEW {{database}}.notifications AS
SELECT
  notification_id,
  LOWER(REPLACE(kind, 'NOTIFICATION_KIND_', '')) AS kind,
  recipient,
  message,
  CAST(TO_TIMESTAMP_LTZ(created_at_ms, 3) AS TIMESTAMP(3)) AS created_at,
  tenant,
  raised_at
FROM {{database}}.notification_records;

-- Live totals of posts, the newest of each: a changelog, which only 'execution.runtime-mode' = 'streaming' reads. The row of key leaderboard/posts has no post.
CREATE TABLE {{database}}.counters (
  counter_key STRING,
  updated_at_ms BIGINT,
  post ROW<post_id STRING, likes BIGINT, comments BIGINT, shares BIGINT>,
  PRIMARY KEY (counter_key) NOT ENFORCED
) WITH (
  'topic' = 'counters',
  'connector' = 'upsert-kafka',
  'key.format' = 'raw',
  'value.format' = 'protobuf',
  'value.protobuf.message-class-name' = 'io.tidegate.contracts.v1.Counter',
  'value.protobuf.ignore-parse-errors' = 'true',
  'value.fields-include' = 'EXCEPT_KEY',
  {{compacted}}
);

-- Rules that were changed, the newest definition of each; defaults that come with the product are on no topic.
CREATE TABLE {{database}}.rules (
  rule_key STRING,
  rule_id STRING,
  version INT,
  enabled BOOLEAN,
  severity STRING,
  window_ms BIGINT,
  thresholds_e4 MAP<STRING, BIGINT>,
  updated_by STRING,
  updated_at_ms BIGINT,
  PRIMARY KEY (rule_key) NOT ENFORCED
) WITH (
  'topic' = 'rules',
  'connector' = 'upsert-kafka',
  'key.format' = 'raw',
  'value.format' = 'protobuf',
  'value.protobuf.message-class-name' = 'io.tidegate.contracts.v1.Rule',
  'value.protobuf.ignore-parse-errors' = 'true',
  'value.fields-include' = 'EXCEPT_KEY',
  {{compacted}}
);
