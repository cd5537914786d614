package io.tidegate.dev.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.dev.demo.traffic.EventJson;
import io.tidegate.dev.demo.traffic.TrafficEvent;
import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleAlert;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadPlanTest {

    private static final long T = 1_764_000_000_000L;
    private static final int RATE = 350;
    private static final int MINUTE = 600;

    private static List<PlannedRequest> minute(long seed) {
        LoadPlan plan = new LoadPlan(seed, "t", T, RATE);
        List<PlannedRequest> requests = new ArrayList<>();
        for (int step = 0; step < MINUTE; step++) {
            requests.addAll(plan.nextStep());
        }
        return requests;
    }

    private static String text(List<PlannedRequest> requests) {
        return requests.stream()
                .map(request -> request.number() + " " + request.single() + request.repeated() + " "
                        + new String(EventJson.array(request.events()), StandardCharsets.UTF_8))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void theSameSeedSendsTheSameAnotherOneSomethingElse() {
        assertThat(text(minute(7))).isEqualTo(text(minute(7)));
        assertThat(text(minute(7))).isNotEqualTo(text(minute(8)));
    }

    @Test
    void theRateIsKeptAndSomeEventsComeAgainUnchanged() {
        List<TrafficEvent> all =
                minute(7).stream().flatMap(request -> request.events().stream()).toList();
        Set<TrafficEvent> different = new HashSet<>(all);
        Set<String> ids = all.stream().map(TrafficEvent::eventId).collect(Collectors.toSet());

        assertThat(different).hasSize(60 * RATE);
        assertThat(ids).hasSize(60 * RATE);
        assertThat(all.size() - different.size()).isBetween(60 * RATE / 60, 60 * RATE / 15);
    }

    @Test
    void someRequestsAreOfOneEventAndSomeAreLeftInDoubt() {
        List<PlannedRequest> requests = minute(7);

        assertThat(requests).filteredOn(PlannedRequest::single).hasSizeBetween(100, 300);
        assertThat(requests).filteredOn(request -> !request.repeated()).hasSizeBetween(20, 120);
    }

    @Test
    void alertsComeAllTheTimeAndOfEveryFraudRule(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("events.log");
        try (EventLog log = new EventLog(file)) {
            minute(7).forEach(request -> log.sending(request.number(), T, EventJson.array(request.events())));
        }
        List<OracleAlert> alerts = Oracle.alerts(SentEvents.read(file).values().stream()
                .map(SentEvent::event)
                .sorted(Comparator.comparingLong(event -> event.timeMs()))
                .toList());

        assertThat(alerts.stream().map(OracleAlert::ruleId).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "rapid-bets",
                        "bet-escalation",
                        "probe-then-strike",
                        "deposit-cycle",
                        "country-hop",
                        "shared-device",
                        "like-burst",
                        "lockstep-likes");
        assertThat(alerts).hasSizeGreaterThan(120);
    }
}
