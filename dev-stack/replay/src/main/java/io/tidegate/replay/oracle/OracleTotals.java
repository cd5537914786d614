package io.tidegate.replay.oracle;

import java.util.Map;

/**
 * Sums over all events.
 *
 * @param events each event id of a user once
 * @param eventsByType types without an event are absent
 * @param turnoverE4 sum of the bets' amounts
 * @param payoutE4 sum of the outcomes' payouts
 */
public record OracleTotals(long events, Map<EventType, Long> eventsByType, long users, long turnoverE4, long payoutE4) {

    public OracleTotals {
        eventsByType = Map.copyOf(eventsByType);
    }

    public long of(EventType type) {
        return eventsByType.getOrDefault(type, 0L);
    }
}
