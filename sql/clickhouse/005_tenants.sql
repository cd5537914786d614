-- Whose events raised it: the tenant of the token that sent them, '' without one and in rows that were stored before. A token with
-- a tenant reads only its own rows (docs/adr/0028).
ALTER TABLE tidegate.alerts ADD COLUMN IF NOT EXISTS tenant LowCardinality(String) DEFAULT '' AFTER topic_offset;
ALTER TABLE tidegate.notifications ADD COLUMN IF NOT EXISTS tenant LowCardinality(String) DEFAULT '' AFTER topic_offset;
