package io.tidegate.bench.service;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.v1.Event;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a topic has been given, in few characters and whatever the order. */
public final class Digest {

    private long records;
    private long keys;
    private long contents;

    /**
     * An event. When the gateway took it doesn't count, and when it happened only as the time since then.
     *
     * @param startMs of the run
     */
    public void event(ConsumerRecord<byte[], byte[]> record, long startMs) {
        try {
            Event.Builder event = Event.newBuilder().mergeFrom(record.value()).clearIngestedAtMs();
            add(
                    record.key(),
                    event.setOccurredAtMs(event.getOccurredAtMs() - startMs)
                            .build()
                            .toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("not an event at offset " + record.offset(), e);
        }
    }

    /** Any record. */
    public void add(byte[] key, byte[] value) {
        records++;
        long hash = hash(key);
        keys += hash;
        contents += hash * 31 ^ hash(value);
    }

    public long records() {
        return records;
    }

    /** How many, of whom, and what. */
    public String contents() {
        return keys() + ", " + Long.toHexString(contents);
    }

    /** How many, and of whom. */
    public String keys() {
        return records + " records, " + Long.toHexString(keys);
    }

    private static long hash(byte[] bytes) {
        long z = Arrays.hashCode(bytes) * 0x9E3779B97F4A7C15L;
        return z ^ z >>> 32;
    }
}
