-- What each player has staked, kept up to date in ClickHouse: every new bet writes the player's row again, and the newest counts. Read it there
-- with `SELECT … FROM sandbox.player_totals FINAL`, or here. Needs the table: scripts/flink-sql --prepare. From `history` it ends; a job that
-- goes on reads `topic`, and remembers the ids of all bets: SET 'table.exec.state.ttl' bounds that.
SET 'execution.runtime-mode' = 'streaming';

INSERT INTO sandbox.player_totals
SELECT user_id, COUNT(*), CAST(SUM(amount) AS DECIMAL(18, 4)), MAX(occurred_at)
FROM (SELECT DISTINCT tenant, user_id, event_id, amount, occurred_at FROM history.events WHERE type = 'bet')
GROUP BY user_id;
