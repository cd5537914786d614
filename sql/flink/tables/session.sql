-- How the shell works; each can be SET otherwise in it.

-- Times of ClickHouse and of the views are UTC.
SET 'table.local-time-zone' = 'UTC';
SET 'sql-client.execution.result-mode' = 'tableau';
-- An INSERT ends when its rows are written; with `history` it does end.
SET 'table.dml-sync' = 'true';
