package io.tidegate.jobs.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.replay.oracle.OracleEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random events through the windows with failures on the way: what is committed in the end is what the oracle reads.
 * Partitions are read at speeds of their own, clocks move at random, rows count once their checkpoint is complete.
 */
class WindowsPropertyTest {

    private static final long START = Instant.parse("2026-11-22T09:17:00Z").toEpochMilli();
    private static final Duration SPAN = Duration.ofHours(8);
    private static final int EVENTS = 1_200;
    private static final int PARTITIONS = 4;

    /** Which position of each partition is read next, and how far the watermark has come. */
    private record Position(int[] next, long watermarkMs) {}

    private final WindowTables tables = new WindowTables();
    private final Deque<Runnable> uncommitted = new ArrayDeque<>();
    private List<List<Arrival>> partitions;
    private long nowMs = START;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void afterFailuresAndWithAPartitionTakenForIdleTheCommittedRowsEqualTheOracle(long seed) throws Exception {
        List<OracleEvent> events = given(seed);
        Random random = new Random(seed);

        Position position = fresh();
        TimedPipeline.Snapshot snapshot = null;
        TimedPipeline pipeline = start(null);
        Position checkpointed = position;
        for (int step = 0; remaining(position) > 0; step++) {
            position = step(pipeline, position, random, true);
            if (step % 60 == 59) {
                snapshot = pipeline.snapshot(step);
                checkpointed = position;
                commit();
            } else if (random.nextInt(250) == 0) {
                // A crash: what isn't committed is gone, reading goes on where the checkpoint was.
                uncommitted.clear();
                pipeline.close();
                pipeline = start(snapshot);
                position = new Position(checkpointed.next().clone(), Long.MIN_VALUE);
            }
        }
        end(pipeline);

        assertThat(tables.furtherPanes()).isPositive();
        tables.assertEqualTheOracleOf(events);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void afterTheRestoreOfAnOldSavepointOverNewerRowsTheRowsEqualTheOracle(long seed) throws Exception {
        List<OracleEvent> events = given(seed);
        Random random = new Random(seed);

        // given a savepoint, and rows that were committed long after it
        Position position = fresh();
        TimedPipeline pipeline = start(null);
        TimedPipeline.Snapshot savepoint = null;
        Position saved = null;
        for (int step = 0; step < 800; step++) {
            position = step(pipeline, position, random, false);
            if (step == 250) {
                savepoint = pipeline.snapshot(step);
                saved = new Position(position.next().clone(), Long.MIN_VALUE);
            }
        }
        commit();
        pipeline.close();

        // when the job starts again from the savepoint and reads everything since in another order
        pipeline = start(savepoint);
        position = saved;
        while (remaining(position) > 0) {
            position = step(pipeline, position, random, false);
        }
        end(pipeline);

        // then nothing is counted twice: an event finds the same row again
        tables.assertEqualTheOracleOf(events);
    }

    @ParameterizedTest
    @ValueSource(longs = {21})
    void readingTheTopicAgainWithoutStateRewritesTheSameRows(long seed) throws Exception {
        List<OracleEvent> events = given(seed);
        Random random = new Random(seed);

        for (int run = 0; run < 2; run++) {
            TimedPipeline pipeline = start(null);
            Position position = fresh();
            while (remaining(position) > 0) {
                position = step(pipeline, position, random, false);
            }
            end(pipeline);
        }

        tables.assertEqualTheOracleOf(events);
    }

    private List<OracleEvent> given(long seed) {
        List<Arrival> arrivals = new RandomEvents(seed).arrivals(EVENTS, START, SPAN);
        partitions = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            partitions.add(new ArrayList<>());
        }
        record Id(String userId, String eventId) {}
        Set<Id> seen = new HashSet<>();
        for (Arrival arrival : arrivals) {
            if (seen.add(new Id(arrival.event().userId(), arrival.event().eventId()))) {
                partitions.get(arrival.partition()).add(arrival);
            }
        }
        return arrivals.stream().map(Arrival::event).toList();
    }

    private TimedPipeline start(TimedPipeline.Snapshot from) throws Exception {
        return TimedPipeline.start(from, nowMs, uncommitted::add, tables);
    }

    private static Position fresh() {
        return new Position(new int[PARTITIONS], Long.MIN_VALUE);
    }

    private int remaining(Position position) {
        int remaining = 0;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            remaining += partitions.get(partition).size() - position.next()[partition];
        }
        return remaining;
    }

    private Position step(TimedPipeline pipeline, Position position, Random random, boolean mayTakeOneForIdle)
            throws Exception {
        int[] next = position.next().clone();
        int partition = random.nextInt(PARTITIONS);
        while (next[partition] == partitions.get(partition).size()) {
            partition = (partition + 1) % PARTITIONS;
        }
        pipeline.process(partitions.get(partition).get(next[partition]++));
        if (random.nextInt(3) == 0) {
            nowMs += random.nextInt(2_000);
            pipeline.clock(nowMs);
        }
        long watermarkMs = Long.MAX_VALUE - 1;
        int idle = mayTakeOneForIdle && random.nextInt(40) == 0 ? random.nextInt(PARTITIONS) : -1;
        for (int i = 0; i < PARTITIONS; i++) {
            List<Arrival> records = partitions.get(i);
            if (i != idle && next[i] < records.size()) {
                watermarkMs = Math.min(
                        watermarkMs,
                        next[i] == 0 ? Long.MIN_VALUE : records.get(next[i] - 1).appendedAtMs() - 1);
            }
        }
        if (watermarkMs > position.watermarkMs() && watermarkMs < Long.MAX_VALUE - 1) {
            pipeline.watermark(watermarkMs);
            return new Position(next, watermarkMs);
        }
        return new Position(next, position.watermarkMs());
    }

    private void commit() {
        uncommitted.forEach(Runnable::run);
        uncommitted.clear();
    }

    /** A day later: rows are written, and nothing is left behind. */
    private void end(TimedPipeline pipeline) throws Exception {
        nowMs += 2_000;
        pipeline.clock(nowMs);
        pipeline.watermark(START + Duration.ofDays(3).toMillis());
        commit();
        assertThat(pipeline.leftovers()).isZero();
        pipeline.close();
    }
}
