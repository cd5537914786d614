package io.tidegate.jobs.aggregation.counts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class LongHashSetTest {

    @Test
    void itHoldsWhatASetHolds() {
        Random random = new Random(42);
        for (int round = 0; round < 50; round++) {
            LongHashSet set = new LongHashSet();
            Set<Long> expected = new HashSet<>();
            int range = 1 + random.nextInt(5_000);
            for (int i = 0; i < 5_000; i++) {
                // Small numbers are the worst case for probing; 0 marks a free slot.
                long value = random.nextInt(range);
                assertThat(set.add(value)).isEqualTo(expected.add(value));
            }
            Set<Long> seen = new HashSet<>();
            set.forEach(value -> assertThat(seen.add(value)).isTrue());
            assertThat(seen).isEqualTo(expected);
            assertThat(set.size()).isEqualTo(expected.size());
        }
    }

    @Test
    void itTakesAtMostTwentyFourBytesAUser() {
        Random random = new Random(1);
        LongHashSet set = new LongHashSet();
        while (set.size() < 100_000) {
            set.add(random.nextLong());
            assertThat(set.capacity()).isLessThanOrEqualTo(Math.max(8, 3 * set.size() + 3));
        }
    }

    @Test
    void inACheckpointAUserTakesEightBytes() throws Exception {
        EventTally tally = new EventTally(5_000, new LongHashSet());
        Random random = new Random(2);
        while (tally.users.size() < 1_000) {
            tally.users.add(random.nextLong());
        }
        DataOutputSerializer out = new DataOutputSerializer(64);

        EventTallySerializer.INSTANCE.serialize(tally, out);

        assertThat(out.length()).isEqualTo(8 + 4 + 8 * 1_000);
        assertThat(EventTallySerializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                .isEqualTo(tally);
    }

    @Test
    void bytesAreCopiedAsTheyAre() throws Exception {
        EventTally tally = new EventTally(3, new LongHashSet());
        tally.users.add(0);
        tally.users.add(-1);
        DataOutputSerializer out = new DataOutputSerializer(64);
        EventTallySerializer.INSTANCE.serialize(tally, out);
        DataOutputSerializer copy = new DataOutputSerializer(64);

        EventTallySerializer.INSTANCE.copy(new DataInputDeserializer(out.getCopyOfBuffer()), copy);

        assertThat(copy.getCopyOfBuffer()).isEqualTo(out.getCopyOfBuffer());
    }

    @Test
    void aCopyIsIndependent() {
        EventTally tally = new EventTally(1, new LongHashSet());
        tally.users.add(7);

        EventTally copy = EventTallySerializer.INSTANCE.copy(tally);
        tally.users.add(8);
        tally.events++;

        assertThat(copy.events).isEqualTo(1);
        assertThat(copy.users.size()).isEqualTo(1);
    }
}
