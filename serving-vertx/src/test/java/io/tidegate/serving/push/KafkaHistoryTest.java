package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.serving.config.DataSize;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.DisconnectException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A log whose reading fails half-way: what was read isn't lost, and what wasn't is read again. */
class KafkaHistoryTest {

    private static final TopicPartition LOG = new TopicPartition(Topics.ALERTS, 0);
    private static final int RECORDS = 6;

    private MockConsumer<byte[], byte[]> kafka;
    private StreamFeed feed;
    private KafkaHistory history;

    @BeforeEach
    void aLogOfSixAlerts() {
        PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        feed = new StreamFeed(
                hub,
                PushConfig.DEFAULT,
                Channel.Family.ALERTS,
                Topics.ALERTS,
                TopicReader.Isolation.READ_UNCOMMITTED,
                AlertItem::decode);
        hub.position(Channel.Family.ALERTS, place(RECORDS));
        history = new KafkaHistory("", "test", config(), Archive.NONE, settings -> kafka);
    }

    @AfterEach
    void stop() {
        history.stop();
    }

    private static Cursor place(long offset) {
        return new Cursor(Channel.Family.ALERTS.topicTag(), 1_000, new long[] {offset});
    }

    /** One thread. */
    private static PushConfig config() {
        return PushConfig.DEFAULT.withResume(
                new ResumeConfig(3, DataSize.ofMebibytes(1), 500_000, 100_000, 1, 64, 1_000, Duration.ofSeconds(30)));
    }

    /** A consumer that finds these offsets at its first poll. */
    private static MockConsumer<byte[], byte[]> consumer(int from, int to) {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none") {
            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                    Map<TopicPartition, Long> times) {
                return Map.of();
            }

            @Override
            public void resume(Collection<TopicPartition> partitions) {
                // The mock's own takes only paused ones.
                partitions.stream().filter(paused()::contains).toList().forEach(p -> super.resume(List.of(p)));
            }
        };
        consumer.updateBeginningOffsets(Map.of(LOG, 0L));
        consumer.updateEndOffsets(Map.of(LOG, (long) RECORDS));
        consumer.schedulePollTask(() -> arrive(consumer, from, to));
        return consumer;
    }

    private static void arrive(MockConsumer<byte[], byte[]> consumer, int from, int to) {
        for (int offset = from; offset < to; offset++) {
            byte[] alert = Alert.newBuilder().setAlertId("a" + offset).build().toByteArray();
            consumer.addRecord(new ConsumerRecord<>(LOG.topic(), LOG.partition(), offset, null, alert));
        }
    }

    private static List<String> ids(History.Slice slice) {
        return slice.events().stream()
                .map(event -> ((Alert) event.message()).getAlertId())
                .toList();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private History.Reader reader() throws Exception {
        return await(history.open(feed, place(RECORDS), Channel.ALERTS, Filter.NONE, place(0)));
    }

    private static List<KafkaException> failures() {
        return List.of(
                new OffsetOutOfRangeException(Map.of(LOG, 3L)),
                new KafkaException("cut off", new DisconnectException()));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aSliceWhoseReadingFailsHalfWayHasWhatWasReadAndTheNextOneTheRest(KafkaException failure) throws Exception {
        MockConsumer<byte[], byte[]> failing = consumer(0, 3);
        failing.schedulePollTask(() -> failing.setPollException(failure));
        failing.schedulePollTask(() -> arrive(failing, 3, RECORDS));
        kafka = failing;
        History.Reader reader = reader();

        History.Slice half = await(reader.next());

        assertThat(half.gap()).isNull();
        assertThat(ids(half)).containsExactly("a0", "a1", "a2");
        assertThat(half.place().next(0)).isEqualTo(3);

        // It may go on with the first one, or not.
        kafka = consumer(3, RECORDS);
        History.Slice rest = await(reader.next());

        assertThat(ids(rest)).containsExactly("a3", "a4", "a5");
        assertThat(rest.place().next(0)).isEqualTo(RECORDS);
    }

    @Test
    void aSliceThatHasReadNothingWhenItsReadingFailsFailsAndMovesNothing() throws Exception {
        MockConsumer<byte[], byte[]> failing = consumer(0, 0);
        failing.schedulePollTask(() -> failing.setPollException(new KafkaException("cut off")));
        kafka = failing;
        History.Reader reader = reader();

        assertThatThrownBy(() -> await(reader.next())).hasMessageContaining("cut off");

        kafka = consumer(0, RECORDS);
        assertThat(ids(await(reader.next()))).hasSize(RECORDS).startsWith("a0").endsWith("a5");
    }
}
