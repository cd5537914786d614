package io.tidegate.jobs.fraud;

import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.rules.Rule;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.OracleEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Rules of random small thresholds, and streams of few users, devices, posts, countries and amounts, so that matches, near
 * misses, equal times and the ends of windows are everywhere.
 */
final class SmallStreams {

    private static final long START_MS = 1_700_000_000_000L;

    private final Random random;
    private final long windowMs;

    SmallStreams(long seed) {
        this.random = new Random(seed);
        this.windowMs = 1_000L * (1 + random.nextInt(10));
    }

    /** Each of the eight, all with windows of the same order. */
    List<Rule> rules() {
        return List.of(
                rule("rapid-bets", Map.of("bets", count(2, 6))),
                rule("bet-escalation", Map.of("bets", count(2, 4), "factor", number("1", "1.5", "2"))),
                rule("probe-then-strike", Map.of("probes", count(1, 4), "factor", number("1", "1.5", "2", "3.3333"))),
                rule(
                        "deposit-cycle",
                        Map.of("withdrawnShare", number("0.5", "0.8", "1"), "wageredShare", number("0.1", "0.5", "1"))),
                rule("country-hop", Map.of()),
                rule("shared-device", Map.of("users", count(2, 4))),
                rule("like-burst", Map.of("likes", count(2, 6))),
                rule("lockstep-likes", Map.of("users", count(2, 4))));
    }

    private Rule rule(String id, Map<String, BigDecimal> thresholds) {
        long window = windowMs / (1 + random.nextInt(3));
        return new Rule(
                id, 1 + random.nextInt(3), true, Severity.SEVERITY_WARNING, Duration.ofMillis(window), thresholds);
    }

    private BigDecimal count(int from, int to) {
        return BigDecimal.valueOf(from + random.nextInt(to - from + 1));
    }

    private BigDecimal number(String... values) {
        return new BigDecimal(values[random.nextInt(values.length)]);
    }

    /** In order of detection. */
    List<OracleEvent> events(int count) {
        List<OracleEvent> events = new ArrayList<>();
        long at = START_MS;
        for (int i = 0; i < count; i++) {
            at += step();
            OracleEvent.Builder event = OracleEvent.builder(type(), "e" + i, "u" + random.nextInt(5), at);
            events.add(event.amountE4(1 + random.nextInt(8))
                    .post("p" + random.nextInt(2))
                    .device(random.nextInt(5) == 0 ? "" : "d" + random.nextInt(2))
                    .ip(random.nextInt(3) == 0 ? "" : "10.0.0." + random.nextInt(2))
                    .country(new String[] {"", "DE", "FR", "PL"}[random.nextInt(4)])
                    .build());
        }
        return Arrivals.inOrder(events);
    }

    private long step() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> 0;
            case 3 -> 1;
            case 4 -> windowMs / 3;
            case 5 -> windowMs / 2 + random.nextInt(2);
            case 6 -> random.nextInt(3) == 0 ? windowMs + random.nextInt(2) : 0;
            default -> random.nextInt((int) windowMs / 20);
        };
    }

    private EventType type() {
        EventType[] types = {
            EventType.BET, EventType.BET, EventType.DEPOSIT, EventType.WITHDRAWAL, EventType.LIKE, EventType.LOGIN
        };
        return types[random.nextInt(types.length)];
    }
}
