-- The events that made each fraud alert: a lookup join, ClickHouse is asked for one event at a time, by its id. So it also works on a stream that
-- never ends (`topic` in place of `history`). With several shards ask each: store_1.events, store_2.events.
SET 'execution.runtime-mode' = 'streaming';

SELECT a.rule_id, a.subject, e.event_id, e.type, e.amount, e.occurred_at
FROM (
  SELECT rule_id, subject, event_id, PROCTIME() AS asked_at
  FROM history.alerts CROSS JOIN UNNEST(event_ids) AS m (event_id)
  WHERE kind = 'fraud'
) AS a
JOIN store.events FOR SYSTEM_TIME AS OF a.asked_at AS e ON e.event_id = a.event_id;
