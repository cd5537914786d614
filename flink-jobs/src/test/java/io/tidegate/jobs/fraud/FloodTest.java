package io.tidegate.jobs.fraud;

import io.tidegate.replay.oracle.*;
import java.util.*;
import org.junit.jupiter.api.Test;

class FloodTest {
    @Test
    void flood() throws Exception {
        for (int n : new int[] {500, 4000}) {
            for (String rule :
                    List.of("country-hop", "shared-device", "lockstep-likes", "deposit-cycle", "rapid-bets")) {
                List<OracleEvent> events = new ArrayList<>();
                for (int i = 0; i < n; i++) {
                    long at = 1_700_000_000_000L + i * 10L;
                    events.add(
                            switch (rule) {
                                case "country-hop" ->
                                    OracleEvent.builder(EventType.LOGIN, "e" + i, "u1", at)
                                            .country("DE")
                                            .build();
                                case "shared-device" ->
                                    OracleEvent.builder(EventType.LOGIN, "e" + i, "u1", at)
                                            .device("d")
                                            .build();
                                case "lockstep-likes" ->
                                    OracleEvent.builder(EventType.LIKE, "e" + i, "u1", at)
                                            .post("p")
                                            .device("d")
                                            .build();
                                case "deposit-cycle" ->
                                    OracleEvent.builder(
                                                    i % 2 == 0 ? EventType.DEPOSIT : EventType.WITHDRAWAL,
                                                    "e" + i,
                                                    "u1",
                                                    at)
                                            .amount(i % 2 == 0 ? "10" : "1")
                                            .build();
                                default ->
                                    OracleEvent.builder(EventType.BET, "e" + i, "u1", at)
                                            .amount("1")
                                            .build();
                            });
                }
                try (PatternHarness h = PatternHarness.of(rule)) {
                    long t = System.nanoTime();
                    h.feed(events);
                    System.out.println(
                            "FLOOD " + rule + " " + n + " events: " + (System.nanoTime() - t) / 1000 / n + " us/event");
                }
            }
        }
    }
}
