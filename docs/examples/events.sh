#!/usr/bin/env bash
# Sends events in the three ways that there are, and asks what came of them. TOKEN: roles producer and analyst.
# TIDEGATE_URL: the gateway's address, http://127.0.0.1:8080 by default.
set -euo pipefail
url="${TIDEGATE_URL:-http://127.0.0.1:8080}"
auth="Authorization: Bearer ${TOKEN:?a token, for instance of scripts/token}"

# One event; the server makes the id and the time.
curl -sS --fail-with-body -H "$auth" -H 'Content-Type: application/json' "$url/api/v1/events" \
  -d '{"type":"like","userId":"ana","postId":"p-42"}'; echo

# A batch with ids of your own: repeat it after an error, and nothing counts twice.
curl -sS --fail-with-body -H "$auth" -H 'Content-Type: application/json' "$url/api/v1/events" -d '[
  {"type":"bet","eventId":"bet-1","userId":"ben","gameId":"roulette","betId":"b-1","amount":"12.50","currency":"EUR","odds":1.85},
  {"type":"bet_outcome","eventId":"outcome-1","userId":"ben","betId":"b-1","gameId":"roulette","result":"win","payout":"23.125"}
]'; echo

# One event per line, compressed.
printf '%s\n' '{"type":"comment","userId":"ana","postId":"p-42","commentId":"c-1"}' \
              '{"type":"share","userId":"ben","postId":"p-42"}' | gzip |
  curl -sS --fail-with-body -H "$auth" -H 'Content-Type: application/x-ndjson' -H 'Content-Encoding: gzip' \
    --data-binary @- "$url/api/v1/events"; echo

# Live totals need no history; reports do.
curl -sS --fail-with-body -H "$auth" "$url/api/v1/posts/p-42/counters"; echo
curl -sS --fail-with-body -H "$auth" "$url/api/v1/analytics/bets?groupBy=game&format=csv"
