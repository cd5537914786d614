package io.tidegate.dev.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.dev.demo.traffic.TrafficEvent.Bet;
import io.tidegate.dev.demo.traffic.TrafficEvent.Body;
import io.tidegate.dev.demo.traffic.TrafficEvent.Outcome;
import io.tidegate.dev.demo.traffic.TrafficEvent.Payment;
import io.tidegate.dev.demo.traffic.TrafficEvent.Post;
import io.tidegate.dev.demo.traffic.TrafficEvent.Reaction;
import io.tidegate.replay.oracle.EventType;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import io.tidegate.replay.oracle.OracleEvent;
import io.tidegate.replay.oracle.OracleMilestone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TrafficModelTest {

    private static final long START_MS = 1_795_000_000_000L;
    private static final Duration TICK = Duration.ofMillis(50);
    private static final int RATE = 200;

    @Test
    void fiveMinutesShowEveryFraudRuleAndLittleElse() {
        // When
        List<OracleAlert> alerts = Oracle.alerts(events(Duration.ofMinutes(5)).stream()
                .map(TrafficModelTest::asOracleEvent)
                .toList());

        // Then
        assertThat(alerts)
                .extracting(OracleAlert::ruleId)
                .contains(
                        "rapid-bets",
                        "bet-escalation",
                        "probe-then-strike",
                        "deposit-cycle",
                        "country-hop",
                        "shared-device",
                        "like-burst",
                        "lockstep-likes");
        assertThat(alerts).allSatisfy(alert -> assertThat(alert.subject())
                .as("the cast of a scenario, not one of the background's users")
                .doesNotMatch("u\\d+|device:d-u\\d+|post:p\\d+.*"));
    }

    @Test
    void fiveMinutesShowMilestonesOfTenAndAHundredLikes() {
        // When
        List<OracleMilestone> milestones = Oracle.milestones(events(Duration.ofMinutes(5)).stream()
                .map(TrafficModelTest::asOracleEvent)
                .toList());

        // Then
        assertThat(milestones)
                .filteredOn(milestone -> milestone.postId().startsWith("viral"))
                .extracting(OracleMilestone::likes)
                .contains(10L, 100L);
    }

    @Test
    void aPostAndAGameSurgeAndCalmDownAgainAndNothingElseDoes() {
        // Given
        Map<String, TreeMap<Long, Double>> windows = new HashMap<>();
        for (TrafficEvent event : events(Duration.ofMinutes(5))) {
            long window = event.occurredAtMs() / 10_000;
            if (event.body() instanceof Reaction like && like.kind() == Reaction.Kind.LIKE) {
                windows.computeIfAbsent(like.postId(), key -> new TreeMap<>()).merge(window, 1.0, Double::sum);
            } else if (event.body() instanceof Bet bet) {
                windows.computeIfAbsent(bet.gameId(), key -> new TreeMap<>())
                        .merge(window, bet.stakeCents() / 100.0, Double::sum);
            }
        }

        // When
        Set<String> surging = windows.entrySet().stream()
                .filter(entry -> surges(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());

        // Then
        assertThat(surging).containsExactlyInAnyOrder("viral-run-0", "crash-run-0");
        long last = (START_MS + 290_000) / 10_000;
        assertThat(windows.get("viral-run-0").tailMap(last - 8)).isEmpty();
        assertThat(windows.get("crash-run-0").tailMap(last - 8)).isEmpty();
    }

    @Test
    void aPlayerWinsBigAndAnotherShouldTakeABreak() {
        // Given
        Map<String, Long> stakes = new HashMap<>();
        Set<String> bigWinners = new HashSet<>();
        Map<String, List<Long>> bets = new HashMap<>();

        // When
        for (TrafficEvent event : events(Duration.ofMinutes(5))) {
            if (event.body() instanceof Bet bet) {
                stakes.put(bet.betId(), bet.stakeCents());
                bets.computeIfAbsent(event.actor().userId(), user -> new ArrayList<>())
                        .add(event.occurredAtMs());
            } else if (event.body() instanceof Outcome outcome
                    && outcome.payoutCents() >= 20 * stakes.get(outcome.betId())) {
                bigWinners.add(event.actor().userId());
            }
        }

        // Then
        assertThat(bigWinners).contains("lucky-run-0-1");
        assertThat(bets.entrySet().stream()
                        .filter(entry -> fiftyWithinFiveMinutes(entry.getValue()))
                        .map(Map.Entry::getKey))
                .containsExactly("marathon-run-0-1");
    }

    @Test
    void everyEventFitsTheContract() {
        List<TrafficEvent> events = events(Duration.ofMinutes(5));

        assertThat(events).allSatisfy(TrafficModelTest::assertFitsTheContract);
        assertThat(events.stream().map(TrafficEvent::eventId).distinct()).hasSameSizeAs(events);
        assertThat(events.stream().map(event -> event.body().type()).distinct())
                .containsExactlyInAnyOrder(
                        "post",
                        "like",
                        "unlike",
                        "share",
                        "comment",
                        "bet",
                        "bet_outcome",
                        "deposit",
                        "withdrawal",
                        "login");
    }

    @Test
    void anOutcomeFollowsItsBet() {
        Set<String> placed = new HashSet<>();

        for (TrafficEvent event : events(Duration.ofMinutes(2))) {
            if (event.body() instanceof Bet bet) {
                placed.add(bet.betId());
            } else if (event.body() instanceof Outcome outcome) {
                assertThat(placed).contains(outcome.betId());
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameEvents() {
        assertThat(events(Duration.ofMinutes(1))).isEqualTo(events(Duration.ofMinutes(1)));
    }

    @Test
    void theRateIsKeptWhileScenariosRun() {
        assertThat(events(Duration.ofMinutes(3))).hasSize(3 * 60 * RATE);
    }

    private static List<TrafficEvent> events(Duration duration) {
        TrafficModel model = new TrafficModel(42, "run", START_MS, RATE);
        List<TrafficEvent> events = new ArrayList<>();
        for (Duration elapsed = Duration.ZERO; elapsed.compareTo(duration) < 0; elapsed = elapsed.plus(TICK)) {
            events.addAll(model.next(elapsed, (int) (RATE * TICK.toMillis() / 1_000)));
        }
        return events;
    }

    /** Two windows in a row of at least 20 and at least 5 times a weighted mean of those before. */
    private static boolean surges(TreeMap<Long, Double> windows) {
        double baseline = 0;
        int inARow = 0;
        for (long window = windows.firstKey(); window <= windows.lastKey(); window++) {
            double value = windows.getOrDefault(window, 0.0);
            boolean high = value >= 20 && value >= 5 * baseline;
            inARow = high ? inARow + 1 : 0;
            if (inARow == 2) {
                return true;
            }
            baseline += (high ? 0.01 : 0.1) * (value - baseline);
        }
        return false;
    }

    private static boolean fiftyWithinFiveMinutes(List<Long> times) {
        for (int i = 49; i < times.size(); i++) {
            if (times.get(i) - times.get(i - 49) <= 300_000) {
                return true;
            }
        }
        return false;
    }

    private static void assertFitsTheContract(TrafficEvent event) {
        assertThat(event.eventId()).hasSizeBetween(1, 128);
        assertThat(event.actor().userId()).hasSizeBetween(1, 128);
        assertThat(event.actor().country()).matches("[A-Z]{2}");
        assertThat(event.actor().ip()).matches("(\\d{1,3}\\.){3}\\d{1,3}");
        Body body = event.body();
        if (body instanceof Post post) {
            assertThat(post.postId()).isNotBlank();
        } else if (body instanceof Reaction reaction) {
            assertThat(reaction.postId()).isNotBlank();
        } else if (body instanceof Bet bet) {
            assertThat(bet.gameId()).isNotBlank();
            assertThat(bet.stakeCents()).isPositive();
            assertThat(bet.oddsHundredths()).isGreaterThan(100);
        } else if (body instanceof Outcome outcome) {
            assertThat(outcome.betId()).isNotBlank();
            assertThat(outcome.gameId()).isNotBlank();
            assertThat(outcome.payoutCents()).isNotNegative();
            assertThat(outcome.payoutCents() > 0).isEqualTo(outcome.won());
        } else if (body instanceof Payment payment) {
            assertThat(payment.amountCents()).isPositive();
        }
    }

    private static OracleEvent asOracleEvent(TrafficEvent event) {
        OracleEvent.Builder builder = OracleEvent.builder(
                        EventType.ofWireName(event.body().type()),
                        event.eventId(),
                        event.actor().userId(),
                        event.occurredAtMs())
                .ip(event.actor().ip())
                .device(event.actor().deviceId())
                .country(event.actor().country());
        if (event.body() instanceof Post post) {
            builder.post(post.postId());
        } else if (event.body() instanceof Reaction reaction) {
            builder.post(reaction.postId()).author(reaction.authorId());
        } else if (event.body() instanceof Bet bet) {
            builder.bet(bet.betId()).game(bet.gameId()).amountE4(100 * bet.stakeCents());
        } else if (event.body() instanceof Payment payment) {
            builder.amountE4(100 * payment.amountCents());
        }
        return builder.build();
    }
}
