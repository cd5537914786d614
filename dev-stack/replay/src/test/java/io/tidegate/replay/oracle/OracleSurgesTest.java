package io.tidegate.replay.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OracleSurgesTest {

    private static final long T = 1_764_000_000_000L; // the beginning of a window
    private static final long W = 10_000;

    private final List<OracleEvent> events = new ArrayList<>();

    private void likes(int count, long fromMs) {
        for (int i = 0; i < count; i++) {
            int number = events.size();
            events.add(OracleEvent.builder(EventType.LIKE, "e" + number, "u" + number, fromMs + i)
                    .post("p1")
                    .build());
        }
    }

    private void bet(String amount, long atMs) {
        int number = events.size();
        events.add(OracleEvent.builder(EventType.BET, "e" + number, "u" + number, atMs)
                .game("g1")
                .amount(amount)
                .build());
    }

    private List<String> surges(long untilMs) {
        return Oracle.surges(events, untilMs).stream()
                .map(alert -> alert.ruleId() + " " + alert.subject() + " " + (alert.startedAtMs() - T) + ".."
                        + (alert.detectedAtMs() - T))
                .toList();
    }

    @Test
    void twoSpikesInARowAreASurgeWhichEndsWithTheFirstCalmWindow() {
        likes(20, T);
        likes(20, T + W);

        assertThat(surges(T + 5 * W))
                .containsExactly("post-surge post:p1 0..20000", "post-surge-ended post:p1 10000..30000");
    }

    @Test
    void whatEndsLaterIsNotMeasuredYet() {
        likes(20, T);
        likes(20, T + W);

        assertThat(surges(T + 3 * W - 1)).containsExactly("post-surge post:p1 0..20000");
    }

    @Test
    void nineteenAreNone() {
        likes(19, T);
        likes(20, T + W);

        assertThat(surges(T + 5 * W)).isEmpty();
    }

    @Test
    void twoSpikesWithAWindowBetweenThemAreNone() {
        likes(20, T);
        likes(20, T + 2 * W);

        assertThat(surges(T + 5 * W)).isEmpty();
    }

    @Test
    void fiveTimesTheUsualCountsNotTheNumberAlone() {
        // The usual becomes 20 × (1 − 0.9^k) for windows that are no spikes, so begin slowly.
        for (int window = 0; window < 40; window++) {
            likes(15, T + window * W);
        }
        long usual = T + 40 * W;
        likes(60, usual);
        likes(60, usual + W);
        assertThat(surges(usual + 2 * W)).isEmpty();

        likes(100, usual);
        likes(100, usual + W);
        assertThat(surges(usual + 2 * W)).hasSize(1);
    }

    @Test
    void turnoverIsInUnitsOfTheCurrencyAndTheAmountsAddUp() {
        bet("12.5", T);
        bet("7.5", T + 1);
        bet("20", T + W);

        assertThat(surges(T + 2 * W)).containsExactly("game-surge game:g1 0..20000");
    }

    @Test
    void anEventThatComesAgainCountsOnce() {
        likes(20, T);
        likes(19, T + W);
        OracleEvent last = events.get(events.size() - 1);
        events.add(last);

        assertThat(surges(T + 2 * W)).isEmpty();
    }
}
