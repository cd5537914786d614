package io.tidegate.jobs.aggregation;

import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Events that try everything the windows must stand: repeats with another payload, out of order, ahead of time, hours late,
 * decades old, quiet hours between; bets with and without ids, odds, dimensions; outcomes of known and of unknown bets.
 */
public final class RandomEvents {

    private static final int PARTITIONS = 4;
    private static final long HISTORY_MS = Instant.parse("2004-04-15T12:00:00Z").toEpochMilli();

    private final Random random;
    private final List<OracleEvent> openBets = new ArrayList<>();
    private int nextId;

    public RandomEvents(long seed) {
        this.random = new Random(seed);
    }

    /** In the order of append time, the first at {@code startMs}; over about {@code span}. */
    public List<Arrival> arrivals(int count, long startMs, Duration span) {
        List<Arrival> arrivals = new ArrayList<>(count);
        Set<String> repeated = new HashSet<>();
        long step = span.toMillis() / count;
        long nowMs = startMs;
        while (arrivals.size() < count) {
            // Most steps are short; a few are hours of silence.
            nowMs += random.nextInt(100) == 0 ? random.nextLong(step * 40 + 1) : random.nextLong(step + 1);
            OracleEvent event = event(nowMs);
            if (arrivals.size() > 20 && random.nextInt(8) == 0) {
                Arrival earlier = arrivals.get(arrivals.size() - 1 - random.nextInt(20));
                // Within the horizon, which counts from the first copy.
                if (nowMs - earlier.appendedAtMs() < Duration.ofMinutes(50).toMillis()
                        && repeated.add(earlier.event().eventId())) {
                    event = repeat(earlier.event());
                }
            }
            if (event.type() == EventType.BET
                    && random.nextInt(3) > 0
                    && !event.betId().isEmpty()) {
                openBets.add(event);
            }
            int partition = Math.floorMod(event.userId().hashCode(), PARTITIONS);
            arrivals.add(new Arrival(partition, arrivals.size(), nowMs, event));
        }
        return arrivals;
    }

    private OracleEvent event(long nowMs) {
        long occurredMs = occurredMs(nowMs);
        if (!openBets.isEmpty() && random.nextInt(8) == 0) {
            return outcome(openBets.remove(random.nextInt(openBets.size())), occurredMs);
        }
        EventType type = EventType.values()[random.nextInt(EventType.values().length)];
        // Likes are most of the traffic.
        type = random.nextInt(3) == 0 ? EventType.LIKE : type;
        OracleEvent.Builder event = OracleEvent.builder(type, "e" + nextId++, user(), occurredMs);
        switch (type) {
            case POST, LIKE, UNLIKE, SHARE, COMMENT -> event.post(post());
            case BET ->
                event.game("g" + random.nextInt(3))
                        .bet(random.nextInt(5) == 0 ? "" : "b" + nextId)
                        .amountE4(random.nextInt(1_000_000))
                        .odds(random.nextInt(4) == 0 ? "0" : "1." + (1 + random.nextInt(9)))
                        .betType(random.nextBoolean() ? "line" : "")
                        .city(random.nextBoolean() ? "São Paulo" : "Oslo")
                        .deviceType(random.nextBoolean() ? "mobile" : "")
                        .currency("EUR");
            case BET_OUTCOME ->
                event.game("g" + random.nextInt(3)).bet("unknown-" + nextId).payoutE4(random.nextInt(1_000_000));
            case DEPOSIT, WITHDRAWAL -> event.amountE4(random.nextInt(1_000_000));
            case LOGIN -> {
                // Has nothing else.
            }
        }
        return event.build();
    }

    private OracleEvent outcome(OracleEvent bet, long occurredMs) {
        return OracleEvent.builder(EventType.BET_OUTCOME, "e" + nextId++, bet.userId(), occurredMs)
                .bet(bet.betId())
                .game(bet.gameId())
                .payoutE4(random.nextInt(2_000_000))
                .currency("EUR")
                .build();
    }

    /** The same id, but it says something else. */
    private OracleEvent repeat(OracleEvent event) {
        return OracleEvent.builder(EventType.LIKE, event.eventId(), event.userId(), event.timeMs() + 60_000)
                .post(post())
                .build();
    }

    private long occurredMs(long nowMs) {
        return switch (random.nextInt(12)) {
            case 0 -> nowMs + random.nextInt(300_000);
            case 1 -> nowMs - random.nextInt(600_000);
            case 2 -> nowMs - random.nextInt(7 * 3_600_000);
            case 3, 4 -> HISTORY_MS + random.nextInt(600_000);
            default -> nowMs - random.nextInt(2_000);
        };
    }

    private String user() {
        return "u" + random.nextInt(40);
    }

    private String post() {
        return "p" + (int) Math.floor(25 * Math.pow(random.nextDouble(), 2));
    }
}
