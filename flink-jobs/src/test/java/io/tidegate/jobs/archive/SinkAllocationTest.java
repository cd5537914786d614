package io.tidegate.jobs.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Bet;
import io.tidegate.contracts.v1.Event;
import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.writer.ClickHouseWriter;
import io.tidegate.jobs.source.SourceRecord;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.metrics.testutils.MetricListener;
import org.apache.flink.runtime.metrics.groups.MetricsGroupTestUtils;
import org.junit.jupiter.api.Test;

/** What a row of table events leaves to the garbage collector on its way into a batch: its bytes, once, and little more. */
class SinkAllocationTest {

    private static final int ROWS = 5_000;
    private static final int WARM_UP = 3;
    private static final int CHECKPOINTS = 3;
    private static final long NOW = Instant.parse("2026-11-22T12:00:00Z").toEpochMilli();

    @Test
    void aRowLeavesItsBytesInTheBatchAndLittleMore() throws Exception {
        List<ArchivedEvent> events = events();
        ClickHouseWriter<ArchivedEvent> writer = new ClickHouseWriter<>(
                new EventRowEncoder("tidegate"),
                1,
                BatchLimits.DEFAULT,
                "default",
                ClickHouseCommittable.NOT_RESTORED,
                MetricsGroupTestUtils.mockWriterMetricGroup(new MetricListener().getMetricGroup()),
                Clock.systemUTC());
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < WARM_UP; i++) {
            checkpoint(writer, events);
        }
        long before = threads.getCurrentThreadAllocatedBytes();

        long payload = 0;
        for (int i = 0; i < CHECKPOINTS; i++) {
            payload += checkpoint(writer, events);
        }

        // Counted by the JVM. A copy of the payload is what goes into the checkpoint. 104 bytes a row are protobuf's:
        // it makes an empty
        // map for whoever asks how many attributes there are.
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(payload).isGreaterThan(200L * ROWS * CHECKPOINTS);
        assertThat(allocated).isBetween(payload, payload + 160L * ROWS * CHECKPOINTS);
    }

    /** Returns how many bytes it hands over. */
    private static long checkpoint(ClickHouseWriter<ArchivedEvent> writer, List<ArchivedEvent> events) {
        for (int i = 0; i < events.size(); i++) {
            writer.write(events.get(i), null);
        }
        long bytes = 0;
        for (ClickHouseCommittable batch : writer.prepareCommit()) {
            bytes += batch.payload().length;
        }
        return bytes;
    }

    private static List<ArchivedEvent> events() throws InvalidProtocolBufferException {
        List<ArchivedEvent> events = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            Event event = Event.newBuilder()
                    .setEventId("event-number-" + i)
                    .setUserId("user-" + i)
                    .setOccurredAtMs(NOW + i)
                    .setIngestedAtMs(NOW + i)
                    .setIp("203.0.113.7")
                    .setDeviceId("device-" + i)
                    .setCountry("PT")
                    .setBet(Bet.newBuilder()
                            .setGameId("game-7")
                            .setAmountE4(125_000)
                            .setBetId("bet-number-" + i)
                            .setCurrency("EUR")
                            .setOddsE4(18_500)
                            .setBetType("single")
                            .setChannel("mobile")
                            .setCity("Lisbon")
                            .setDeviceType("phone"))
                    .build();
            // As it comes from the topic.
            events.add(
                    new ArchivedEvent(new SourceRecord<>(0, i, NOW + i, Event.parseFrom(event.toByteArray()), null)));
        }
        return events;
    }
}
