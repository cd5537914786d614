-- Two tenants' events that agree in type, time, user and id are two rows (docs/adr/0028). A sorting key can only be extended by a
-- column that is made in the same statement, hence the tenant a second time. '' in rows that were stored before.
ALTER TABLE tidegate.events ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS key_tenant LowCardinality(String) COMMENT 'tenant, for the sorting key' AFTER kafka_offset, MODIFY ORDER BY (type, occurred_at, user_id, event_id, key_tenant);
ALTER TABLE tidegate_all.events ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS key_tenant LowCardinality(String) COMMENT 'tenant, for the sorting key' AFTER kafka_offset;
