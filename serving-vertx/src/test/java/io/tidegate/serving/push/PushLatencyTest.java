package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PushLatencyTest {

    private static final Instant NOW = Instant.parse("2026-11-23T02:00:00Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PushLatency latency = new PushLatency(registry, "alerts", Clock.fixed(NOW, ZoneOffset.UTC));
    private final Timer timer =
            registry.get("tidegate.push.latency").tag("topic", "alerts").timer();

    @Test
    void theAgeOfWhatIsPublishedIsCounted() {
        latency.published(NOW.minusMillis(250).toEpochMilli());

        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(250);
    }

    @Test
    void aClockThatIsAheadOfOursCountsAsNoTime() {
        latency.published(NOW.plusSeconds(3).toEpochMilli());

        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isZero();
    }

    @Test
    void historyIsNotCounted() {
        latency.published(NOW.minus(Duration.ofMinutes(61)).toEpochMilli());

        assertThat(timer.count()).isZero();
    }
}
