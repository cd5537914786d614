package io.tidegate.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeenEventsTest {

    private static final long HORIZON_MS = 3_600_000;

    @Test
    void theFirstCopyIsNewAndTheSecondIsNot() {
        SeenEvents seen = new SeenEvents();

        assertThat(seen.add(1, 2, 1_000, HORIZON_MS)).isTrue();
        assertThat(seen.add(1, 2, 2_000, HORIZON_MS)).isFalse();
    }

    @Test
    void aRepeatAtTheVeryEndOfTheHorizonIsStillARepeat() {
        SeenEvents seen = new SeenEvents();
        seen.add(1, 2, 0, HORIZON_MS);

        assertThat(seen.add(1, 2, HORIZON_MS, HORIZON_MS)).isFalse();
        assertThat(seen.add(1, 2, HORIZON_MS + 1_000, HORIZON_MS)).isTrue();
    }

    @Test
    void identitiesThatDifferInOneHalfAreDifferent() {
        SeenEvents seen = new SeenEvents();

        assertThat(seen.add(0, 0, 0, HORIZON_MS)).isTrue();
        assertThat(seen.add(0, 7, 0, HORIZON_MS)).isTrue();
        assertThat(seen.add(7, 0, 0, HORIZON_MS)).isTrue();
        assertThat(seen.add(0, 0, 0, HORIZON_MS)).isFalse();
    }

    @Test
    void itAgreesWithAPlainMapOverRandomEvents() {
        // Given a small space of ids, so that repeats inside and beyond the horizon are common
        Random random = new Random(42);
        SeenEvents seen = new SeenEvents();
        Map<Long, Long> firstSeen = new HashMap<>();
        long nowMs = 1_700_000_000_000L;
        for (int i = 0; i < 200_000; i++) {
            nowMs += random.nextInt(200);
            long id = random.nextInt(30_000);
            // When
            boolean isNew = seen.add(id * 0x9E3779B97F4A7C15L, id, nowMs, HORIZON_MS);
            // Then
            Long first = firstSeen.get(id);
            boolean expected = first == null || (nowMs / 1000 - first / 1000) * 1000 > HORIZON_MS;
            if (expected) {
                firstSeen.put(id, nowMs);
            }
            assertThat(isNew).as("event %d, id %d", i, id).isEqualTo(expected);
        }
    }

    @Test
    void theTableFollowsTheLiveEntriesAndNotAllThatEverCame() {
        SeenEvents seen = new SeenEvents();
        long nowMs = 0;

        for (int i = 1; i <= 1_000_000; i++) {
            nowMs += 1_000;
            seen.add(i, i * 31L, nowMs, HORIZON_MS);
        }

        assertThat(seen.capacity()).isLessThanOrEqualTo(16_384);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 399, 400, 401, 1_000})
    void aSerialisedTableKnowsTheSameEvents(int events) throws IOException {
        SeenEvents seen = new SeenEvents();
        for (int i = 0; i < events; i++) {
            seen.add(i, -i, i * 1_000L, HORIZON_MS);
        }

        DataOutputSerializer out = new DataOutputSerializer(64);
        SeenEventsSerializer.INSTANCE.serialize(seen, out);
        SeenEvents read = SeenEventsSerializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));

        assertThat(out.length()).isEqualTo(12 + events * 20);
        assertThat(read.size()).isEqualTo(events);
        for (int i = 0; i < events; i++) {
            assertThat(read.add(i, -i, events * 1_000L, HORIZON_MS)).isFalse();
        }
    }

    @Test
    void theBytesAreThoseOfEarlierVersions() throws IOException {
        SeenEvents seen = new SeenEvents();
        seen.add(0x0102030405060708L, -2, 5_000, HORIZON_MS);

        DataOutputSerializer out = new DataOutputSerializer(64);
        SeenEventsSerializer.INSTANCE.serialize(seen, out);

        assertThat(HexFormat.of().formatHex(out.getCopyOfBuffer()))
                .isEqualTo("0000000000001388" + "00000001" + "0102030405060708" + "fffffffffffffffe" + "00000005");
    }

    @Test
    void aCopyIsIndependent() {
        SeenEvents seen = new SeenEvents();
        seen.add(1, 1, 0, HORIZON_MS);

        SeenEvents copy = seen.copy();
        copy.add(2, 2, 0, HORIZON_MS);

        assertThat(seen.add(2, 2, 0, HORIZON_MS)).isTrue();
    }
}
