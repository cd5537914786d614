package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What accepting events leaves to the garbage collector. Bytes are counted by the JVM, so the bounds hold on any machine, however
 * busy; they are about twice what was counted when this was written (439 and 254).
 */
class IngestAllocationTest {

    private static final int EVENTS = 100;
    private static final int WARM_UP = 50;
    private static final int BATCHES = 50;
    private static final long NOW = Instant.parse("2026-11-22T12:00:00Z").toEpochMilli();
    private static final IngestTerms TERMS = new IngestTerms(
            NOW,
            NOW - Duration.ofDays(30).toMillis(),
            NOW + Duration.ofMinutes(5).toMillis(),
            "");

    private final EventJsonDecoder decoder = new EventJsonDecoder(EVENTS);

    @Test
    void aBetOfThreeHundredBytesLeavesAFewTimesItsOwnSize() throws BodyRefusedException {
        byte[] body = IntStream.range(0, EVENTS)
                .mapToObj(IngestAllocationTest::bet)
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(body.length / EVENTS).isBetween(300, 350);

        assertThat(bytesPerEvent(body)).isPositive().isLessThan(900);
    }

    @Test
    void aLikeLeavesLittle() throws BodyRefusedException {
        byte[] body = IntStream.range(0, EVENTS)
                .mapToObj(i ->
                        "{\"type\":\"like\",\"userId\":\"u" + i + "\",\"postId\":\"p1\",\"eventId\":\"e" + i + "\"}")
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.US_ASCII);

        assertThat(bytesPerEvent(body)).isPositive().isLessThan(550);
    }

    /** From the body's bytes to the records for the topic and the answer's bytes. */
    private long bytesPerEvent(byte[] body) throws BodyRefusedException {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int i = 0; i < WARM_UP + BATCHES; i++) {
            if (i == WARM_UP) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            EventBatch batch = decoder.decodeJson(body, body.length, TERMS);
            assertThat(batch.accepted().size() * BatchJson.write(batch).length())
                    .isGreaterThan(EVENTS);
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / (BATCHES * EVENTS);
    }

    private static String bet(int i) {
        return "{\"type\":\"bet\",\"eventId\":\"event-number-%06d\",\"userId\":\"user-%06d\",\"occurredAt\":%d,"
                        .formatted(i, i, NOW)
                + "\"gameId\":\"game-%04d\",\"amount\":\"12.50\",\"betId\":\"bet-number-%08d\",\"currency\":\"EUR\","
                        .formatted(i, i)
                + "\"odds\":\"1.85\",\"betType\":\"single\",\"channel\":\"mobile\",\"city\":\"Lisbon\",\"deviceType\":\"phone\","
                + "\"ip\":\"203.0.113.7\",\"deviceId\":\"device-%06d\",\"country\":\"PT\"}".formatted(i);
    }
}
