package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogCircuitTest {

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final LogCircuit circuit = new LogCircuit(Duration.ofSeconds(3), now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void silenceWithNothingOnItsWayIsNoOutage() {
        pass(Duration.ofHours(1));

        assertThat(circuit.isOpen()).isFalse();
    }

    @Test
    void itOpensWhenNothingIsAcknowledgedForLong() {
        pass(Duration.ofHours(1));
        circuit.sent();

        pass(Duration.ofSeconds(3));
        assertThat(circuit.isOpen()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(circuit.isOpen()).isTrue();
    }

    @Test
    void progressOnAnythingKeepsItClosed() {
        circuit.sent();
        for (int i = 0; i < 10; i++) {
            circuit.sent();
            pass(Duration.ofSeconds(2));
            circuit.acknowledged();
        }

        assertThat(circuit.isOpen()).isFalse();
    }

    @Test
    void itOpensOnAFailureAndClosesOnTheNextAcknowledgement() {
        circuit.sent();
        circuit.failed(true);
        assertThat(circuit.isOpen()).isTrue();

        circuit.sent();
        assertThat(circuit.isOpen()).isTrue();
        circuit.acknowledged();
        assertThat(circuit.isOpen()).isFalse();
    }

    @Test
    void aFullBufferSaysNothingAboutTheBroker() {
        circuit.sent();
        circuit.failed(false);

        assertThat(circuit.isOpen()).isFalse();
    }
}
