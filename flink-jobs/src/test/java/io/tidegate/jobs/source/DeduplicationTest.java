package io.tidegate.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class DeduplicationTest {

    public record Seen(String userId, String eventId, long appendedAtMs, String payload) implements Identified {}

    @Test
    void aRepeatIsDroppedAndTheFirstWinsWhateverTheRepeatSays() throws Exception {
        try (var harness = harness()) {
            harness.open();

            harness.processElement(new Seen("u1", "e1", 1_000, "first"), 0);
            harness.processElement(new Seen("u1", "e1", 2_000, "second"), 0);
            harness.processElement(new Seen("u1", "e2", 2_000, "other"), 0);

            assertThat(harness.extractOutputValues()).extracting(Seen::payload).containsExactly("first", "other");
        }
    }

    @Test
    void theSameEventIdOfAnotherUserIsAnotherEvent() throws Exception {
        try (var harness = harness()) {
            harness.open();

            harness.processElement(new Seen("u1", "e1", 1_000, ""), 0);
            harness.processElement(new Seen("u2", "e1", 1_000, ""), 0);

            assertThat(harness.extractOutputValues()).hasSize(2);
        }
    }

    @Test
    void aRepeatAfterARestoreIsStillARepeat() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness()) {
            harness.open();
            harness.processElement(new Seen("u1", "e1", 1_000, ""), 0);
            snapshot = harness.snapshot(1, 1);
        }

        try (var harness = harness()) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(new Seen("u1", "e1", 5_000, ""), 0);

            assertThat(harness.extractOutputValues()).isEmpty();
        }
    }

    @Test
    void usersSpreadOverTheShards() {
        List<Integer> shards = java.util.stream.IntStream.range(0, 4_096)
                .mapToObj(i -> Deduplication.shard("user-" + i))
                .distinct()
                .toList();

        // 4,096 balls into 4,096 bins leave 1/e of them empty
        assertThat(shards).hasSizeBetween(2_400, 2_800);
    }

    @Test
    void aUserIsAlwaysInTheSameShard() {
        // Part of the state's layout: these values must never change.
        assertThat(Deduplication.shard("user-1")).isEqualTo(GOLDEN_SHARD_OF_USER_1);
    }

    private static final int GOLDEN_SHARD_OF_USER_1 = 561;

    private static KeyedOneInputStreamOperatorTestHarness<Integer, Seen, Seen> harness() throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(Deduplication.function(TypeInformation.of(Seen.class), Duration.ofHours(1))),
                seen -> Deduplication.shard(seen.userId()),
                Types.INT);
    }

    @Test
    void itsEventsAreNoGenericTypes() {
        assertThat(TypeInformation.of(Seen.class).toString()).doesNotContain("Generic");
    }
}
