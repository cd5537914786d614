package io.tidegate.jobs.aggregation.counts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.jobs.aggregation.EventKind;
import io.tidegate.jobs.aggregation.KeyedStage;
import io.tidegate.jobs.aggregation.pane.PaneGrid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventCountsTest {

    private static final PaneGrid GRID = new PaneGrid(Duration.ofHours(1));

    private final List<EventCountRow> rows = new ArrayList<>();

    @Test
    void usersOfAllSharesAreCountedOnceEach() throws Exception {
        try (var totals = CountStages.totals(GRID, null, 0, rows::add);
                var shards = CountStages.shards(GRID, null, 0, count -> process(totals, count))) {
            for (int i = 0; i < 3_000; i++) {
                shards.process(sighting("u" + i % 1_000));
            }
            shards.clock(500);
            totals.clock(500);
            totals.clock(1_000);

            assertThat(rows)
                    .containsExactly(new EventCountRow(new EventCountKey(0, 0, "like"), 3_000, 1_000, 500, 500));
        }
    }

    @Test
    void theRowIsFreshASecondAfterTheEventThoughItTakesTwoStages() throws Exception {
        try (var totals = CountStages.totals(GRID, null, 0, rows::add);
                var shards = CountStages.shards(GRID, null, 0, count -> process(totals, count))) {
            shards.process(sighting("u1"));
            for (long nowMs = 100; nowMs <= 1_000; nowMs += 100) {
                shards.clock(nowMs);
                totals.clock(nowMs);
            }

            assertThat(rows).extracting(EventCountRow::events).containsExactly(1L);
        }
    }

    @Test
    void aCorrectionReplacesTheCountOfItsShare() throws Exception {
        try (var totals = CountStages.totals(GRID, null, 0, rows::add);
                var shards = CountStages.shards(GRID, null, 0, count -> process(totals, count))) {
            shards.process(sighting("u1"));
            shards.clock(500);
            totals.clock(500);
            totals.clock(1_000);
            shards.process(sighting("u1"));
            shards.process(sighting("u2"));
            shards.clock(2_000);
            totals.clock(2_500);
            totals.clock(3_000);

            assertThat(rows)
                    .extracting(EventCountRow::events, EventCountRow::users)
                    .containsExactly(tuple(1L, 1L), tuple(3L, 2L));
        }
    }

    @Test
    void usersSpreadOverAllShares() {
        assertThat(IntStream.range(0, 1_000)
                        .map(i -> EventCounts.shard(UserHash.of("user-" + i)))
                        .distinct()
                        .count())
                .isEqualTo(EventCounts.SHARDS);
    }

    @Test
    void aUserIsAlwaysInTheSameShare() {
        // Part of the state's layout: these values must never change.
        assertThat(UserHash.of("user-1")).isEqualTo(GOLDEN_HASH_OF_USER_1);
    }

    private static final long GOLDEN_HASH_OF_USER_1 = 7038226039998199158L;

    private static EventSighting sighting(String userId) {
        return new EventSighting(0, 0, EventKind.LIKE, UserHash.of(userId));
    }

    private static void process(KeyedStage<?, ShardCount, ?> stage, ShardCount count) {
        try {
            stage.process(count);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
