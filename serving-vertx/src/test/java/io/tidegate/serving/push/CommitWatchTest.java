package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CommitWatchTest {

    private static final Duration HORIZON = Duration.ofMinutes(20);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private long now;
    private final CommitWatch watch = new CommitWatch(new FeedLaneMetrics(meters, "alerts"), HORIZON, 3, () -> now);
    private long committedUpTo;

    private void pass(Duration time) {
        now += time.toNanos();
        watch.check(partition -> committedUpTo);
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    @Test
    void theTimeFromFirstSightToCommitIsMeasured() {
        watch.shown("a", 0, 5, true);
        now += Duration.ofMillis(700).toNanos();
        assertThat(gauge("tidegate.feed.uncommitted")).isEqualTo(1);

        watch.committed("a");

        assertThat(gauge("tidegate.feed.uncommitted")).isZero();
        assertThat(meters.get("tidegate.feed.commit.lag").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(700);
    }

    @Test
    void anAbortedAlertThatIsWrittenAgainIsWithdrawnOnlyForAWhile() {
        watch.shown("a", 0, 5, true);
        pass(Duration.ofSeconds(2));
        assertThat(gauge("tidegate.feed.withdrawn"))
                .as("its transaction is open")
                .isZero();

        committedUpTo = 7;
        pass(Duration.ofSeconds(2));
        assertThat(gauge("tidegate.feed.withdrawn")).isEqualTo(1);

        watch.committed("a");
        pass(Duration.ofSeconds(2));
        assertThat(gauge("tidegate.feed.withdrawn")).isZero();
        pass(HORIZON);
        assertThat(meters.get("tidegate.feed.never.committed").counter().count())
                .isZero();
    }

    @Test
    void oneThatIsNeverWrittenAgainIsCountedAfterTheHorizonAndNoneWhoseTransactionIsOpen() {
        watch.shown("aborted", 0, 5, true);
        watch.shown("open", 0, 9, true);
        committedUpTo = 7;

        pass(HORIZON);
        assertThat(meters.get("tidegate.feed.never.committed").counter().count())
                .isZero();
        pass(Duration.ofSeconds(1));

        assertThat(meters.get("tidegate.feed.never.committed").counter().count())
                .isEqualTo(1);
        assertThat(gauge("tidegate.feed.uncommitted")).isEqualTo(1);
    }

    @Test
    void theCommittedLaneMayBeTheFasterOne() {
        watch.committed("a");

        watch.shown("a", 0, 5, true);

        assertThat(gauge("tidegate.feed.uncommitted")).isZero();
        assertThat(meters.get("tidegate.feed.commit.lag").timer().count()).isEqualTo(1);
    }

    @Test
    void atMostSoManyAreWatched() {
        for (String id : new String[] {"a", "b", "c", "d"}) {
            watch.shown(id, 0, 5, true);
        }

        assertThat(gauge("tidegate.feed.uncommitted")).isEqualTo(3);
    }
}
