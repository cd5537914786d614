package io.tidegate.dev.demo.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.replay.oracle.Oracle;
import io.tidegate.replay.oracle.OracleEvent;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;

/** What the oracle finds in a history, to be compared with what the demo has stored of it. */
final class Expected {

    /** Generous: the machine may be slow and busy, and the jobs may be starting again. */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final List<OracleEvent> events;
    private final Warehouse.Span span;
    private final String postPrefix;

    /** @param postPrefix what the posts of this history begin with, and those of no other */
    Expected(List<OracleEvent> events, Warehouse.Span span, String postPrefix) {
        this.events = events;
        this.span = span;
        this.postPrefix = postPrefix;
    }

    /** Waits until the tables hold exactly what the oracle says; a time-out shows the difference. */
    void awaitIn(Warehouse warehouse) {
        eventually("the rows", () -> {
            assertThat(warehouse.events(span)).isEqualTo(events.size());
            assertThat(warehouse.distinctEvents(span)).isEqualTo(events.size());
        });
        eventually("events and users per minute", () -> assertThat(warehouse.eventCounts(span))
                .isEqualTo(Oracle.eventCounts(events)));
        eventually("activity of posts per minute", () -> assertThat(warehouse.postActivity(span))
                .isEqualTo(Oracle.postActivity(events)));
        eventually("bets per minute", () -> assertThat(warehouse.betStats(span)).isEqualTo(Oracle.betStats(events)));
        eventually("fraud alerts", () -> assertThat(warehouse.fraudAlerts(span)).isEqualTo(Oracle.alerts(events)));
        eventually("milestones", () -> assertThat(warehouse.milestones(postPrefix))
                .containsExactlyInAnyOrderElementsOf(milestones()));
    }

    private List<String> milestones() {
        return Oracle.milestones(events).stream()
                .map(milestone -> milestone.recipient() + " " + milestone.postId() + " " + milestone.likes())
                .toList();
    }

    static void eventually(String what, ThrowingRunnable assertion) {
        await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(500)).untilAsserted(assertion);
    }
}
