package io.tidegate.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OccurredTimeClockTest {

    private static final Duration SETTLING = Duration.ofSeconds(5);
    private static final long HISTORY = 1_082_040_961_000L;

    private long nowMs = 1_800_000_000_000L;

    @Test
    void nothingIsKnownBeforeEveryPartitionWasHeardOf() {
        OccurredTimeClock clock = new OccurredTimeClock(2, SETTLING);

        clock.event(0, nowMs, HISTORY);
        for (int i = 0; i < 1_000; i++) {
            nowMs += 100;
            clock.tick(0, nowMs);
        }

        assertThat(clock.watermarkMs()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void inSilenceItStopsExactlyAtTheLastEvent() {
        OccurredTimeClock clock = new OccurredTimeClock(2, SETTLING);
        clock.event(0, nowMs, HISTORY);
        clock.event(1, nowMs + 1, HISTORY + 60_000);

        ticks(clock, 2, 600);

        assertThat(clock.watermarkMs()).isEqualTo(HISTORY + 60_000);
    }

    @Test
    void aSecondReplayOfALaterTimeIsNotLate() {
        OccurredTimeClock clock = new OccurredTimeClock(2, SETTLING);
        clock.event(0, nowMs, HISTORY);
        ticks(clock, 2, 600);

        long timestamp = clock.event(1, nowMs, HISTORY + 86_400_000);

        assertThat(timestamp).isEqualTo(HISTORY + 86_400_000).isGreaterThan(clock.watermarkMs());
    }

    @Test
    void aBatchWhosePartsArriveSecondsApartIsInOrder() {
        // Given a batch over 15 hours of history, one part of which reaches its partition 3 s later
        OccurredTimeClock clock = new OccurredTimeClock(2, SETTLING);
        ticks(clock, 2, 1);
        for (int i = 0; i < 500; i++) {
            clock.event(0, nowMs, HISTORY + i * 100_000L);
        }
        ticks(clock, 2, 30);

        // When the rest arrives
        long late = clock.event(1, nowMs, HISTORY + 50_000);

        // Then it isn't late
        assertThat(late).isEqualTo(HISTORY + 50_000).isGreaterThan(clock.watermarkMs());
    }

    @Test
    void aRestartOfEverythingDoesNotCountAsSilence() {
        // Given half a batch, then nothing at all, not even ticks, for ten minutes
        OccurredTimeClock clock = new OccurredTimeClock(2, SETTLING);
        ticks(clock, 2, 1);
        clock.event(0, nowMs, HISTORY + 1_000_000);
        ticks(clock, 2, 1);
        nowMs += 600_000;
        ticks(clock, 2, 20);

        // When the client sends the batch again and the other half arrives
        long late = clock.event(1, nowMs, HISTORY);

        // Then it isn't late
        assertThat(late).isGreaterThan(clock.watermarkMs());
    }

    @Test
    void anEqualSecondThatComesAfterTheSilenceIsMovedJustBehindTheWatermark() {
        OccurredTimeClock clock = new OccurredTimeClock(1, SETTLING);
        clock.event(0, nowMs, HISTORY);
        ticks(clock, 1, 600);

        assertThat(clock.event(0, nowMs, HISTORY)).isEqualTo(HISTORY + 1);
        assertThat(clock.event(0, nowMs, HISTORY - 5_000)).isEqualTo(HISTORY - 5_000);
    }

    @Test
    void aShuffledReplayIsNeverLateAndItsRestoredClockGoesOnAlike() {
        for (int seed = 0; seed < 50; seed++) {
            // Given events in order of time over four partitions, torn apart by up to 2 s of append time, ticks between
            Random random = new Random(seed);
            record Step(int partition, long appendedAtMs, long occurredAtMs) {}
            List<Step> steps = new ArrayList<>();
            long occurredMs = HISTORY;
            for (int i = 0; i < 2_000; i++) {
                occurredMs += random.nextInt(3) * 1_000L;
                steps.add(new Step(random.nextInt(4), nowMs + i * 20L + random.nextInt(2_000), occurredMs));
            }
            for (int i = 0; i < 600; i++) {
                for (int partition = 0; partition < 4; partition++) {
                    steps.add(new Step(partition, nowMs + i * 100L, 0));
                }
            }
            // Each partition in its order, the partitions read in chunks one after the other
            steps.sort(java.util.Comparator.comparingLong((Step step) -> step.appendedAtMs() / 5_000)
                    .thenComparingInt(Step::partition)
                    .thenComparingLong(Step::appendedAtMs));
            OccurredTimeClock clock = new OccurredTimeClock(4, SETTLING);

            // When they are read, with a restore in the middle
            int restoreAt = random.nextInt(steps.size());
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                if (step.occurredAtMs() == 0) {
                    clock.tick(step.partition(), step.appendedAtMs());
                } else {
                    assertThat(clock.event(step.partition(), step.appendedAtMs(), step.occurredAtMs()))
                            .isEqualTo(step.occurredAtMs());
                    assertThat(step.occurredAtMs()).as("seed %d", seed).isGreaterThan(clock.watermarkMs());
                }
                if (i == restoreAt) {
                    long[] snapshot = clock.snapshot();
                    long before = clock.watermarkMs();
                    clock = new OccurredTimeClock(4, SETTLING);
                    clock.restore(snapshot);
                    assertThat(clock.watermarkMs()).isEqualTo(before);
                }
            }

            // Then none was late and the end is reached
            assertThat(clock.watermarkMs()).isEqualTo(occurredMs);
        }
    }

    private void ticks(OccurredTimeClock clock, int partitions, int count) {
        for (int i = 0; i < count; i++) {
            nowMs += 100;
            for (int partition = 0; partition < partitions; partition++) {
                clock.tick(partition, nowMs);
            }
        }
    }
}
