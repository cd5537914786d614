package io.tidegate.bench.stream;

import io.tidegate.bench.service.Broker;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Tick;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How far a job has come, by the offsets that it commits with each checkpoint: what lies before them is processed and on record. While it waits it
 * writes ticks as gateways do, ten times a second: the source commits offsets only when something comes.
 */
public final class Consumed implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final byte[] TICK =
            Event.newBuilder().setTick(Tick.getDefaultInstance()).build().toByteArray();
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Asked while waiting. */
    @FunctionalInterface
    public interface Liveness {
        /** @throws IOException where what is waited for can't come any more */
        void check() throws IOException;
    }

    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> ticks;
    private final String group;
    private final Liveness liveness;

    public Consumed(Broker broker, String group, Liveness liveness) {
        this.admin = Admin.create(
                KafkaAccess.with(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers())));
        this.ticks = new KafkaProducer<>(
                KafkaAccess.with(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers())),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.group = group;
        this.liveness = liveness;
    }

    /** Waits until all before these places is processed. */
    public void await(Map<TopicPartition, Long> places) throws IOException, InterruptedException {
        long latest = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; !reached(places); i++) {
            liveness.check();
            if (i % 2 == 0) {
                for (int partition = 0; partition < Broker.PARTITIONS; partition++) {
                    ticks.send(new ProducerRecord<>(Topics.EVENTS, partition, null, TICK));
                }
            }
            if (System.nanoTime() > latest) {
                throw new IOException(group + " isn't through within " + PATIENCE);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private boolean reached(Map<TopicPartition, Long> places) throws IOException, InterruptedException {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return places.entrySet().stream().allMatch(place -> {
                OffsetAndMetadata offset = committed.get(place.getKey());
                return offset != null && offset.offset() >= place.getValue();
            });
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            throw new IOException("offsets of " + group, e.getCause());
        }
    }

    @Override
    public void close() {
        ticks.close();
        admin.close();
    }
}
