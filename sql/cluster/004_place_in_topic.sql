-- Where the record of a row stood in its topic: the gateway continues a listener from here once Kafka's retention has passed, and
-- the seam between the two is exact. -1 in rows that were stored before.
ALTER TABLE tidegate.alerts ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_partition Int32 DEFAULT -1 AFTER raised_at;
ALTER TABLE tidegate_all.alerts ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_partition Int32 DEFAULT -1 AFTER raised_at;

ALTER TABLE tidegate.alerts ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_offset Int64 DEFAULT -1 AFTER topic_partition;
ALTER TABLE tidegate_all.alerts ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_offset Int64 DEFAULT -1 AFTER topic_partition;

ALTER TABLE tidegate.alerts ON CLUSTER '{cluster}' ADD INDEX IF NOT EXISTS idx_offset topic_offset TYPE minmax GRANULARITY 1;

ALTER TABLE tidegate.notifications ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_partition Int32 DEFAULT -1 AFTER raised_at;
ALTER TABLE tidegate_all.notifications ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_partition Int32 DEFAULT -1 AFTER raised_at;

ALTER TABLE tidegate.notifications ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_offset Int64 DEFAULT -1 AFTER topic_partition;
ALTER TABLE tidegate_all.notifications ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS topic_offset Int64 DEFAULT -1 AFTER topic_partition;

ALTER TABLE tidegate.notifications ON CLUSTER '{cluster}' ADD INDEX IF NOT EXISTS idx_offset topic_offset TYPE minmax GRANULARITY 1;
