package io.tidegate.serving.notify;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Delivery;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This notifier's share of topic {@code notifier.deliveries}: each partition it is given is read from its beginning, then followed. No
 * offsets are kept: what isn't followed by a tombstone is pending.
 */
final class Claims extends ConsumerThread {

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    private static final Duration POLL = Duration.ofMillis(500);
    /** What is out when a partition goes to another notifier may come back first, else it would be sent twice. */
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final String group;
    private final Dispatcher dispatcher;
    /** Where each partition ended when it was given to us; gone once that is read. */
    private final Map<TopicPartition, Long> loading = new HashMap<>();

    Claims(String bootstrapServers, String clientId, String group, Dispatcher dispatcher) {
        super(bootstrapServers, clientId, "notifier-claims");
        this.group = group;
        this.dispatcher = dispatcher;
    }

    @Override
    protected Map<String, Object> config() {
        return Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                10_000,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                3_000,
                // Only what moves is taken away.
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class));
    }

    @Override
    protected void run(KafkaConsumer<byte[], byte[]> consumer) {
        loading.clear();
        Rebalance rebalance = new Rebalance(consumer);
        consumer.subscribe(List.of(Topics.NOTIFIER_DELIVERIES), rebalance);
        try {
            while (!isStopping()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    take(record);
                }
                connected();
                loading.entrySet().removeIf(entry -> {
                    boolean read = consumer.position(entry.getKey()) >= entry.getValue();
                    if (read) {
                        dispatcher.loaded(entry.getKey().partition());
                    }
                    return read;
                });
            }
        } finally {
            if (!isStopping()) {
                // Started anew after a failure: what is given again is read again.
                rebalance.giveUp(new ArrayList<>(consumer.assignment()));
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        String id = new String(record.key(), StandardCharsets.UTF_8);
        try {
            Delivery delivery = record.value() == null ? null : Delivery.parseFrom(record.value());
            if (delivery != null) {
                Target.parse(delivery.getTarget());
            }
            dispatcher.read(record.partition(), id, delivery);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            LOG.error(
                    "{}-{} offset {} is no delivery: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
        }
    }

    private final class Rebalance implements ConsumerRebalanceListener {

        private final KafkaConsumer<byte[], byte[]> consumer;

        private Rebalance(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (partitions.isEmpty()) {
                return;
            }
            consumer.seekToBeginning(partitions);
            loading.putAll(consumer.endOffsets(partitions));
            partitions.forEach(partition -> dispatcher.claimed(partition.partition()));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            giveUp(partitions);
        }

        private void giveUp(Collection<TopicPartition> partitions) {
            List<Future<Void>> drained = new ArrayList<>();
            for (TopicPartition partition : partitions) {
                loading.remove(partition);
                drained.add(dispatcher.revoked(partition.partition()));
            }
            try {
                Future.join(drained)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                LOG.warn(
                        "Deliveries are still out for partitions that another notifier takes over; some may be sent twice");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
