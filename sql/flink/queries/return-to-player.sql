-- Of each game: bets, what was staked, what was paid out, and that as a share (return to player, in percent). An outcome belongs to the bet of the same
-- player with its id; a bet without one yet counts as staked.
SET 'execution.runtime-mode' = 'batch';

SELECT
  b.game_id,
  COUNT(*) AS bets,
  CAST(SUM(b.amount) AS DECIMAL(18, 4)) AS turnover,
  CAST(SUM(COALESCE(o.payout, 0)) AS DECIMAL(18, 4)) AS payout,
  CAST(SUM(COALESCE(o.payout, 0)) * 100 / SUM(b.amount) AS DECIMAL(9, 2)) AS return_percent
FROM (SELECT DISTINCT tenant, user_id, event_id, bet_id, game_id, amount FROM history.events WHERE type = 'bet') AS b
LEFT JOIN (
  SELECT tenant, user_id, bet_id, SUM(payout) AS payout
  FROM (SELECT DISTINCT tenant, user_id, event_id, bet_id, payout FROM history.events WHERE type = 'bet_outcome')
  GROUP BY tenant, user_id, bet_id
) AS o
  ON o.tenant = b.tenant AND o.user_id = b.user_id AND o.bet_id = b.bet_id AND b.bet_id <> ''
GROUP BY b.game_id
ORDER BY game_id;
