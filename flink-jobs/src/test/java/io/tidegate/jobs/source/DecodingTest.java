package io.tidegate.jobs.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Like;
import io.tidegate.contracts.v1.Tick;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class DecodingTest {

    private static final long APPENDED_AT = 1_700_000_000_123L;

    private static final Event LIKE = Event.newBuilder()
            .setEventId("e1")
            .setUserId("u1")
            .setOccurredAtMs(1_700_000_000_000L)
            .setLike(Like.newBuilder().setPostId("p1"))
            .build();

    @Test
    void anEventPasses() throws Exception {
        assertThat(gate(LIKE.toByteArray()).events()).containsExactly(LIKE);
    }

    @Test
    void aTickIsDroppedSilently() throws Exception {
        Gated gated = gate(
                Event.newBuilder().setTick(Tick.getDefaultInstance()).build().toByteArray());

        assertThat(gated.events()).isEmpty();
        assertThat(gated.deadLetters()).isEmpty();
    }

    @Test
    void poisonBecomesADeadLetterWithItsBytes() throws Exception {
        byte[] poison = {(byte) 0xff, 1, 2, 3};

        Gated gated = gate(poison);

        assertThat(gated.events()).isEmpty();
        assertThat(gated.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.reason()).isEqualTo(DeadLetter.UNDECODABLE);
            assertThat(letter.value()).isEqualTo(poison);
            assertThat(letter.key()).isEqualTo("u1".getBytes(StandardCharsets.UTF_8));
            assertThat(letter.partition()).isEqualTo(3);
            assertThat(letter.offset()).isEqualTo(7);
        });
    }

    @Test
    void aRecordWithoutAValueIsADeadLetter() throws Exception {
        assertThat(gate(null).deadLetters()).extracting(DeadLetter::reason).containsExactly(DeadLetter.UNDECODABLE);
    }

    @Test
    void bytesThatHappenToParseAreADeadLetter() throws Exception {
        assertThat(gate(new byte[0]).deadLetters())
                .extracting(DeadLetter::reason)
                .containsExactly(DeadLetter.UNKNOWN_TYPE);
    }

    @Test
    void whatIsNotFitKeepsTheBytesThatItCameWith() throws Exception {
        // Given fields out of order, which writing the message again would put right
        byte[] user = Event.newBuilder().setUserId("u1").build().toByteArray();
        byte[] id = Event.newBuilder().setEventId("e1").build().toByteArray();
        byte[] value =
                ByteBuffer.allocate(user.length + id.length).put(user).put(id).array();
        assertThat(Event.parseFrom(value).toByteArray()).isNotEqualTo(value);

        // Then
        assertThat(gate(value).deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.value()).isEqualTo(value);
            assertThat(letter.key()).isEqualTo("u1".getBytes(StandardCharsets.UTF_8));
            assertThat(letter.stage()).isEqualTo(DeadLetter.CHECK);
            assertThat(letter.appendedAtMs()).isEqualTo(APPENDED_AT);
        });
    }

    @Test
    void whatWasSentBackAndFailsAgainSaysWhereItIsFrom() throws Exception {
        ConsumerRecord<byte[], byte[]> record = record(new byte[] {(byte) 0xff});
        record.headers().add(DeadLetterHeaders.REDRIVEN_FROM, "0/17".getBytes(StandardCharsets.UTF_8));

        assertThat(decode(record).deadLetter().redrivenFrom()).isEqualTo("0/17");
    }

    @Test
    void aHeaderOfSomebodyElsesIsNotCarriedOn() throws Exception {
        ConsumerRecord<byte[], byte[]> record = record(new byte[] {(byte) 0xff});
        record.headers()
                .add(DeadLetterHeaders.REDRIVEN_FROM, "x".repeat(100_000).getBytes(StandardCharsets.UTF_8));

        assertThat(decode(record).deadLetter().redrivenFrom()).isEmpty();
    }

    @Test
    void anEventThatLacksWhatEveryEventHasIsADeadLetter() throws Exception {
        assertThat(gate(LIKE.toBuilder().clearEventId().build().toByteArray()).deadLetters())
                .extracting(DeadLetter::detail)
                .containsExactly("event_id");
        assertThat(gate(LIKE.toBuilder().clearUserId().build().toByteArray()).deadLetters())
                .extracting(DeadLetter::detail)
                .containsExactly("user_id");
        assertThat(gate(LIKE.toBuilder().setTenant("a\0b").build().toByteArray())
                        .deadLetters())
                .extracting(DeadLetter::detail)
                .containsExactly("user_id and tenant without NUL");
        assertThat(gate(LIKE.toBuilder().setUserId("u1\0acme").build().toByteArray())
                        .deadLetters())
                .hasSize(1);
        assertThat(gate(LIKE.toBuilder().setOccurredAtMs(Long.MAX_VALUE).build().toByteArray())
                        .deadLetters())
                .extracting(DeadLetter::reason)
                .containsExactly(DeadLetter.MISSING_FIELD);
    }

    @Test
    void aSourceRecordSurvivesSerialisation() throws Exception {
        var serializer = new SourceRecordTypeInfo<>(Event.class).createSerializer(null);
        for (byte[] value : new byte[][] {LIKE.toByteArray(), {(byte) 0xff}, null}) {
            SourceRecord<Event> record = decode(value);
            DataOutputSerializer out = new DataOutputSerializer(64);

            serializer.serialize(record, out);
            SourceRecord<Event> read = serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));

            assertThat(read)
                    .usingRecursiveComparison()
                    .withEqualsForType(Event::equals, Event.class)
                    .isEqualTo(record);
        }
    }

    private record Gated(List<Event> events, List<DeadLetter> deadLetters) {}

    private static Gated gate(byte[] value) throws Exception {
        try (var harness = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new EventGate()))) {
            harness.open();
            harness.processElement(new StreamRecord<>(decode(value), 5));
            var letters = harness.getSideOutput(RecordGate.DEAD_LETTERS);
            return new Gated(
                    harness.extractOutputValues().stream()
                            .map(SourceRecord::message)
                            .toList(),
                    letters == null
                            ? List.of()
                            : letters.stream().map(StreamRecord::getValue).toList());
        }
    }

    private static SourceRecord<Event> decode(byte[] value) {
        return decode(record(value));
    }

    private static SourceRecord<Event> decode(ConsumerRecord<byte[], byte[]> record) {
        List<SourceRecord<Event>> out = new ArrayList<>();
        new ProtobufDeserializationSchema<>(Event.class, new EventCheck())
                .deserialize(record, new ListCollector<>(out));
        return out.get(0);
    }

    private static ConsumerRecord<byte[], byte[]> record(byte[] value) {
        return new ConsumerRecord<>(
                "events",
                3,
                7,
                APPENDED_AT,
                TimestampType.LOG_APPEND_TIME,
                2,
                value == null ? -1 : value.length,
                "u1".getBytes(StandardCharsets.UTF_8),
                value,
                new RecordHeaders(),
                Optional.empty());
    }
}
