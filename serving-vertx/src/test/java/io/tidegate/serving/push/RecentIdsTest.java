package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentIdsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void anIdIsNewOnce() {
        RecentIds ids = new RecentIds(HOUR, 10);

        assertThat(ids.add("a", 0)).isTrue();
        assertThat(ids.add("a", 1)).isFalse();
        assertThat(ids.add("b", 1)).isTrue();
    }

    @Test
    void itIsForgottenAfterTheHorizon() {
        RecentIds ids = new RecentIds(HOUR, 10);
        ids.add("a", 0);

        assertThat(ids.add("b", HOUR.toNanos())).isTrue();
        assertThat(ids.add("a", HOUR.toNanos() + 1)).isTrue();
        assertThat(ids.size()).isEqualTo(2);
    }

    @Test
    void theOldestGiveWayToNewOnes() {
        RecentIds ids = new RecentIds(HOUR, 3);
        for (String id : new String[] {"a", "b", "c", "d"}) {
            ids.add(id, 0);
        }

        assertThat(ids.size()).isEqualTo(3);
        assertThat(ids.add("d", 0)).isFalse();
        assertThat(ids.add("b", 0)).isFalse();
        assertThat(ids.add("a", 0)).isTrue();
    }
}
