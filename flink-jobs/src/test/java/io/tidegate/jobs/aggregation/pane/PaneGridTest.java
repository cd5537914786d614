package io.tidegate.jobs.aggregation.pane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PaneGridTest {

    private static final PaneGrid GRID = new PaneGrid(Duration.ofHours(1));
    private static final long WINDOW = ms("2026-11-22T10:05:00Z");

    @Test
    void anEventBelongsToTheMinuteInWhichItOccurred() {
        assertThat(PaneGrid.windowStartMs(ms("2026-11-22T10:05:59.999Z"))).isEqualTo(WINDOW);
        assertThat(PaneGrid.windowStartMs(WINDOW)).isEqualTo(WINDOW);
        assertThat(PaneGrid.windowStartMs(WINDOW - 1)).isEqualTo(ms("2026-11-22T10:04:00Z"));
    }

    @Test
    void aLiveEventIsInTheFirstPaneAndSoIsOneWhoseClockIsAhead() {
        assertThat(GRID.paneMs(WINDOW, WINDOW + 30_000)).isEqualTo(WINDOW);
        assertThat(GRID.paneMs(WINDOW, WINDOW - 300_000)).isEqualTo(WINDOW);
        assertThat(GRID.paneMs(WINDOW, ms("2026-11-22T11:04:59.999Z"))).isEqualTo(WINDOW);
    }

    @Test
    void aLaterEventIsInThePaneOfItsAppendTime() {
        assertThat(GRID.paneMs(WINDOW, ms("2026-11-22T11:05:00Z"))).isEqualTo(ms("2026-11-22T11:05:00Z"));
        assertThat(GRID.paneMs(WINDOW, ms("2026-11-22T13:04:00Z"))).isEqualTo(ms("2026-11-22T12:05:00Z"));
    }

    @Test
    void aPaneTakesExactlyWhatIsAppendedBetweenItsStartAndItsEnd() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long windowStart = PaneGrid.windowStartMs(random.nextLong(4_102_444_800_000L));
            long appended = random.nextLong(4_102_444_800_000L);

            long pane = GRID.paneMs(windowStart, appended);

            assertThat(appended).isLessThanOrEqualTo(GRID.lastMs(pane));
            assertThat(pane).isGreaterThanOrEqualTo(windowStart);
            if (pane > windowStart) {
                assertThat(pane).isLessThanOrEqualTo(appended);
            }
        }
    }

    @Test
    void aLengthThatIsNoWholeNumberOfMinutesIsRefused() {
        assertThatThrownBy(() -> new PaneGrid(Duration.ofSeconds(90))).hasMessageContaining("length");
        assertThatThrownBy(() -> new PaneGrid(Duration.ZERO)).hasMessageContaining("length");
    }

    private static long ms(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
