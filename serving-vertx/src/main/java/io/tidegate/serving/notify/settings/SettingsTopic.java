package io.tidegate.serving.notify.settings;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.NotifierSetting;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topic {@code notifier.settings}: read from its beginning into {@link Settings} for as long as the process lives, and written. A
 * write has taken effect here when its future completes; other processes follow within milliseconds. The topic has one
 * partition, so all agree on the order.
 */
public final class SettingsTopic implements HealthCheck {

    private static final Logger LOG = LoggerFactory.getLogger(SettingsTopic.class);
    private static final TopicPartition PARTITION = new TopicPartition(Topics.NOTIFIER_SETTINGS, 0);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final String bootstrapServers;
    private final String clientId;
    private final SettingsCipher cipher;
    private final Settings settings = new Settings();
    private final Promise<Void> caughtUp = Promise.promise();
    private final AtomicLong unreadable = new AtomicLong();
    /** The producer may block while it looks for a broker. */
    private final ExecutorService writer;

    private volatile KafkaConsumer<byte[], byte[]> reading;
    private volatile boolean stopped;
    private volatile boolean connected;
    private Thread reader;
    private KafkaProducer<byte[], byte[]> producer;
    private long next;

    /**
     * @param clientId distinguishes this process on the broker
     */
    public SettingsTopic(String bootstrapServers, String clientId, SettingsCipher cipher) {
        this.bootstrapServers = bootstrapServers;
        this.clientId = clientId;
        this.cipher = cipher;
        this.writer = Executors.newSingleThreadExecutor(task -> daemon(task, clientId + "-write"));
    }

    public Settings settings() {
        return settings;
    }

    /** Begins to read and returns at once; a broker that is away is waited for. */
    public void start() {
        reader = daemon(this::read, clientId);
        reader.start();
    }

    /** Completes when everything that was on the topic at the start is in {@link #settings()}. */
    public Future<Void> caughtUp() {
        return caughtUp.future();
    }

    /** Number of records that couldn't be decrypted or decoded. */
    public long unreadable() {
        return unreadable.get();
    }

    /** Writes a setting under its key; complete when it is on all in-sync replicas and applied here. */
    public Future<Void> put(Vertx vertx, NotifierSetting setting) {
        String key = Settings.key(setting);
        return write(vertx, key, cipher.encrypt(key, setting.toByteArray()), setting);
    }

    /** Writes a tombstone. */
    public Future<Void> delete(Vertx vertx, String key) {
        return write(vertx, key, null, null);
    }

    private Future<Void> write(Vertx vertx, String key, byte[] value, NotifierSetting setting) {
        Promise<Void> written = Promise.promise();
        try {
            writer.execute(() -> send(key, value, setting, written));
        } catch (java.util.concurrent.RejectedExecutionException e) {
            written.fail(e);
        }
        return onCaller(vertx, written.future());
    }

    /** Callers go on where they were, not on the producer's thread. */
    private static Future<Void> onCaller(Vertx vertx, Future<Void> future) {
        Promise<Void> promise = Promise.promise();
        var context = vertx.getOrCreateContext();
        future.onComplete(result -> context.runOnContext(ignored -> promise.handle(result)));
        return promise.future();
    }

    private void send(String key, byte[] value, NotifierSetting setting, Promise<Void> written) {
        try {
            if (producer == null) {
                producer = new KafkaProducer<>(producerConfig());
            }
            producer.send(
                    new ProducerRecord<>(Topics.NOTIFIER_SETTINGS, 0, key.getBytes(StandardCharsets.UTF_8), value),
                    (metadata, failure) -> {
                        if (failure != null) {
                            written.fail(failure);
                        } else {
                            settings.apply(metadata.offset(), key, setting);
                            written.complete();
                        }
                    });
        } catch (KafkaException | IllegalStateException e) {
            written.tryFail(e);
        }
    }

    public Future<Void> stop(Vertx vertx) {
        stopped = true;
        KafkaConsumer<byte[], byte[]> waiting = reading;
        if (waiting != null) {
            waiting.wakeup();
        }
        return vertx.executeBlocking(() -> {
            if (reader != null) {
                reader.join(CLOSE.toMillis());
            }
            writer.submit(() -> {
                        if (producer != null) {
                            producer.close(CLOSE);
                        }
                    })
                    .get();
            writer.shutdown();
            return null;
        });
    }

    private void read() {
        while (!stopped) {
            try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerConfig())) {
                reading = consumer;
                follow(consumer);
            } catch (WakeupException e) {
                return;
            } catch (KafkaException e) {
                connected = false;
                LOG.warn("Topic {} can't be read, trying again: {}", Topics.NOTIFIER_SETTINGS, e.toString());
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private void follow(KafkaConsumer<byte[], byte[]> consumer) {
        consumer.assign(List.of(PARTITION));
        long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
        if (next > 0 && next <= end) {
            consumer.seek(PARTITION, next);
        } else {
            consumer.seekToBeginning(List.of(PARTITION));
        }
        connected = true;
        while (!stopped) {
            if (!caughtUp.future().isComplete() && consumer.position(PARTITION) >= end) {
                caughtUp.complete();
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                next = record.offset() + 1;
                take(record);
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        try {
            settings.apply(
                    record.offset(),
                    key,
                    record.value() == null ? null : NotifierSetting.parseFrom(cipher.decrypt(key, record.value())));
        } catch (GeneralSecurityException | InvalidProtocolBufferException e) {
            unreadable.incrementAndGet();
            LOG.error("Setting at offset {} can't be read and is left out: {}", record.offset(), e.getMessage());
        }
    }

    private boolean pause() {
        try {
            Thread.sleep(RETRY_AFTER.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (InterruptException e) {
            return false;
        }
    }

    private Map<String, Object> consumerConfig() {
        return KafkaAccess.with(Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.CLIENT_ID_CONFIG,
                clientId,
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                10_000,
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                10_000));
    }

    private Map<String, Object> producerConfig() {
        return KafkaAccess.with(Map.of(
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
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                5_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                4_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                8_000));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public String name() {
        return "notifier_settings";
    }

    @Override
    public boolean gatesReadiness() {
        return false;
    }

    @Override
    public Health health() {
        if (!connected) {
            return Health.down("topic " + Topics.NOTIFIER_SETTINGS + " can't be read");
        }
        return unreadable.get() == 0
                ? Health.UP
                : Health.down(unreadable.get() + " settings can't be decrypted; is the key file the right one?");
    }
}
