package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TickWriterTest {

    private record Sent(int partition, byte[] value, Runnable done) {}

    private final List<Sent> sent = new ArrayList<>();
    private final TickWriter ticks = new TickWriter(
            (partition, value, done) -> sent.add(new Sent(partition, value, done)), Duration.ofMillis(100));

    @Test
    void everyPartitionGetsATick() throws InvalidProtocolBufferException {
        ticks.partitions(3);
        ticks.tick();

        assertThat(sent).extracting(Sent::partition).containsExactly(0, 1, 2);
        Event event = Event.parseFrom(sent.get(0).value());
        assertThat(event.hasTick()).isTrue();
        assertThat(event).isEqualTo(Event.newBuilder().setTick(event.getTick()).build());
    }

    @Test
    void anOutageLeavesOneTickPerPartitionBehind() {
        ticks.partitions(2);
        for (int i = 0; i < 100; i++) {
            ticks.tick();
        }

        assertThat(sent).hasSize(2);
    }

    @Test
    void afterAnAcknowledgementTheNextTickGoesOut() {
        ticks.partitions(2);
        ticks.tick();
        sent.get(1).done().run();
        ticks.tick();

        assertThat(sent).extracting(Sent::partition).containsExactly(0, 1, 1);
    }

    @Test
    void beforeThePartitionsAreKnownNothingIsSent() {
        ticks.tick();

        assertThat(sent).isEmpty();
    }

    @Test
    void aNewPartitionIsTickedToo() {
        ticks.partitions(1);
        ticks.tick();
        ticks.partitions(2);
        ticks.tick();

        assertThat(sent).extracting(Sent::partition).contains(1);
    }
}
