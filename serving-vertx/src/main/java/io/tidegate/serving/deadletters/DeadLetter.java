package io.tidegate.serving.deadletters;

import io.tidegate.contracts.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A record of topic {@code events.dlq}.
 *
 * @param place on that topic
 * @param at when it was given up
 * @param key of the original, may be null
 * @param value of the original, may be null
 * @param reason machine-readable; empty where the header is missing, as for the other texts
 * @param stage job and stage that gave it up
 * @param detail in words
 * @param topic that the original was read from
 * @param partition of the original; -1 where the header is missing
 * @param offset of the original; -1 where the header is missing
 * @param appendedAt when the original was appended; empty for dead letters of earlier versions
 * @param redrivenFrom the dead letter that the original was made of, if it had been sent back before
 */
record DeadLetter(
        Place place,
        Instant at,
        byte[] key,
        byte[] value,
        String reason,
        String stage,
        String detail,
        String topic,
        int partition,
        long offset,
        Optional<Instant> appendedAt,
        Optional<Place> redrivenFrom) {

    private static final int MISSING = -1;

    static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        long appendedAtMs = number(record, DeadLetterHeaders.ORIGINAL_TIMESTAMP);
        return new DeadLetter(
                new Place(record.partition(), record.offset()),
                Instant.ofEpochMilli(record.timestamp()),
                record.key(),
                record.value(),
                text(record, DeadLetterHeaders.REASON),
                text(record, DeadLetterHeaders.STAGE),
                text(record, DeadLetterHeaders.DETAIL),
                text(record, DeadLetterHeaders.ORIGINAL_TOPIC),
                (int) number(record, DeadLetterHeaders.ORIGINAL_PARTITION),
                number(record, DeadLetterHeaders.ORIGINAL_OFFSET),
                appendedAtMs == MISSING ? Optional.empty() : Optional.of(Instant.ofEpochMilli(appendedAtMs)),
                Place.parse(text(record, DeadLetterHeaders.REDRIVEN_FROM)));
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static long number(ConsumerRecord<byte[], byte[]> record, String name) {
        String text = text(record, name);
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : MISSING;
    }

    /** Bytes of key and value. */
    int size() {
        return (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    }
}
