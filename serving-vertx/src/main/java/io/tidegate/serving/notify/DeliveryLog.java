package io.tidegate.serving.notify;

import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Delivery;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes topics {@code notifier.deliveries} and {@code notifications.dlq}. Calls never block and keep their order; a future completes
 * when the record is on all in-sync replicas, on a thread of the producer.
 */
final class DeliveryLog {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryLog.class);
    private static final Duration CLOSE = Duration.ofSeconds(3);

    private final KafkaProducer<byte[], byte[]> producer;
    /** The producer blocks while it looks for a broker or its buffer is full. */
    private final ExecutorService order = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "notifier-log");
        thread.setDaemon(true);
        return thread;
    });

    DeliveryLog(String bootstrapServers, String clientId) {
        this.producer = new KafkaProducer<>(KafkaAccess.with(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.CLIENT_ID_CONFIG,
                clientId,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                10_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                30_000)));
    }

    /** A new delivery, or one with a failed attempt more. */
    Future<Void> write(Delivery delivery) {
        return send(() -> record(delivery, delivery.toByteArray()));
    }

    /** Delivered, given up or cancelled: never to be sent again. */
    Future<Void> done(Delivery delivery) {
        return send(() -> record(delivery, null));
    }

    /** A copy for people to look at; {@link #done} is the caller's. */
    Future<Void> deadLetter(Delivery delivery, String reason) {
        return send(() -> {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    Topics.NOTIFICATIONS_DLQ, null, bytes(delivery.getTarget()), delivery.toByteArray());
            record.headers()
                    .add(DeadLetterHeaders.REASON, bytes(reason))
                    .add(DeadLetterHeaders.DETAIL, bytes(delivery.getAttempts() + " attempts"))
                    .add(DeadLetterHeaders.STAGE, bytes("notifier/dispatch"))
                    .add(DeadLetterHeaders.ORIGINAL_TOPIC, bytes(Topics.NOTIFIER_DELIVERIES));
            return record;
        });
    }

    /** A record of topic alerts or notifications that is none. */
    Future<Void> poison(String topic, int partition, long offset, byte[] key, byte[] value) {
        return send(() -> {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.NOTIFICATIONS_DLQ, null, key, value);
            record.headers()
                    .add(DeadLetterHeaders.REASON, bytes("undecodable"))
                    .add(DeadLetterHeaders.STAGE, bytes("notifier/intake"))
                    .add(DeadLetterHeaders.ORIGINAL_TOPIC, bytes(topic))
                    .add(DeadLetterHeaders.ORIGINAL_PARTITION, bytes(Integer.toString(partition)))
                    .add(DeadLetterHeaders.ORIGINAL_OFFSET, bytes(Long.toString(offset)));
            return record;
        });
    }

    /** Waits, at most a few seconds, until all that was handed over so far is on the log. */
    void flush() {
        try {
            order.submit(producer::flush).get(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            LOG.warn("Records still wait for the broker: {}", e.toString());
        }
    }

    /** Sends out what is buffered; bounded. Blocks. */
    void close() {
        order.shutdown();
        try {
            if (!order.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Records still wait for the broker");
            }
            producer.close(CLOSE);
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** By target: what concerns one target is in one notifier's hands. */
    private ProducerRecord<byte[], byte[]> record(Delivery delivery, byte[] value) {
        int partitions = producer.partitionsFor(Topics.NOTIFIER_DELIVERIES).size();
        int partition = Utils.toPositive(Utils.murmur2(bytes(delivery.getTarget()))) % partitions;
        return new ProducerRecord<>(Topics.NOTIFIER_DELIVERIES, partition, bytes(delivery.getDeliveryId()), value);
    }

    private interface RecordSource {
        ProducerRecord<byte[], byte[]> get();
    }

    private Future<Void> send(RecordSource source) {
        Promise<Void> written = Promise.promise();
        try {
            order.execute(() -> {
                try {
                    producer.send(source.get(), (metadata, failure) -> {
                        if (failure == null) {
                            written.complete();
                        } else {
                            written.fail(failure);
                        }
                    });
                } catch (KafkaException | IllegalStateException e) {
                    written.tryFail(e);
                }
            });
        } catch (RejectedExecutionException e) {
            written.fail(e);
        }
        return written.future();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
