-- Does what is stored, and what was counted, agree with what is on the topic? One row for each type of event: events on the topic (an event that
-- was sent twice counts once), rows in ClickHouse of the same stretch of the topic, and the sum of the one-minute windows. Right after an event
-- the last two lag behind by seconds. Windows are of all time: they agree while the topic still has everything.
SET 'execution.runtime-mode' = 'batch';

SELECT
  t.type,
  t.events AS on_topic,
  COALESCE(s.events, 0) AS in_store,
  COALESCE(w.events, 0) AS counted
FROM (
  SELECT type, COUNT(*) AS events
  FROM (SELECT DISTINCT type, tenant, user_id, event_id FROM history.events)
  GROUP BY type
) AS t
LEFT JOIN (SELECT type, COUNT(*) AS events FROM store.events GROUP BY type) AS s ON s.type = t.type
LEFT JOIN (SELECT type, SUM(events) AS events FROM store.event_counts_1m GROUP BY type) AS w ON w.type = t.type
ORDER BY type;
