-- A pattern over one user's events in SQL: a bet of at most 1, and within ten minutes one that is at least fifty times as high, as the next
-- bet. To try a rule on history before it is written for job fraud (docs/new-pattern.md). A bet that was sent twice is two bets here.
SET 'execution.runtime-mode' = 'streaming';

SELECT user_id, probe_id, probe_amount, strike_id, strike_amount
FROM (SELECT user_id, event_id, amount, appended_at FROM history.events WHERE type = 'bet')
MATCH_RECOGNIZE (
  PARTITION BY user_id
  ORDER BY appended_at
  MEASURES
    probe.event_id AS probe_id,
    probe.amount AS probe_amount,
    strike.event_id AS strike_id,
    strike.amount AS strike_amount
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (probe strike) WITHIN INTERVAL '10' MINUTE
  DEFINE
    probe AS probe.amount <= 1,
    strike AS strike.amount >= 50 * probe.amount
);
