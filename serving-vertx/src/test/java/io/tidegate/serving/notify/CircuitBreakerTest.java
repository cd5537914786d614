package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private final CircuitBreaker breaker = new CircuitBreaker(Duration.ofMillis(100));

    private void fail(int times, long nowMs) {
        for (int i = 0; i < times; i++) {
            breaker.sent();
            breaker.failure(nowMs);
        }
    }

    @Test
    void someFailuresInARowOpenItForAWhile() {
        fail(CircuitBreaker.FAILURES - 1, 0);
        assertThat(breaker.waitMs(0)).isZero();

        fail(1, 0);

        assertThat(breaker.waitMs(0)).isEqualTo(100);
        assertThat(breaker.waitMs(60)).isEqualTo(40);
        assertThat(breaker.waitMs(100)).isZero();
    }

    @Test
    void afterThePauseOneAttemptDecides() {
        fail(CircuitBreaker.FAILURES, 0);
        breaker.sent();
        assertThat(breaker.waitMs(100)).isEqualTo(Long.MAX_VALUE);

        breaker.failure(100);
        assertThat(breaker.waitMs(100)).isEqualTo(200);

        breaker.sent();
        breaker.success();
        assertThat(breaker.waitMs(300)).isZero();
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void aSuccessForgetsTheFailures() {
        fail(CircuitBreaker.FAILURES - 1, 0);
        breaker.success();
        fail(1, 0);

        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void aTargetMayAskForAPause() {
        breaker.pauseUntil(5_000);

        assertThat(breaker.waitMs(1_000)).isEqualTo(4_000);
    }
}
