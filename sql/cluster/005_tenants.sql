-- Whose events raised it: the tenant of the token that sent them, '' without one and in rows that were stored before. A token with
-- a tenant reads only its own rows (docs/adr/0028).
ALTER TABLE tidegate.alerts ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS tenant LowCardinality(String) DEFAULT '' AFTER topic_offset;
ALTER TABLE tidegate_all.alerts ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS tenant LowCardinality(String) DEFAULT '' AFTER topic_offset;

ALTER TABLE tidegate.notifications ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS tenant LowCardinality(String) DEFAULT '' AFTER topic_offset;
ALTER TABLE tidegate_all.notifications ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS tenant LowCardinality(String) DEFAULT '' AFTER topic_offset;
