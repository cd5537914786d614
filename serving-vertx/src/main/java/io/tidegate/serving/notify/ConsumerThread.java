package io.tidegate.serving.notify;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.serving.ops.HealthCheck;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread with a Kafka consumer that is made anew, after a pause, whenever it fails. */
abstract class ConsumerThread implements HealthCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerThread.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(3);

    private final String bootstrapServers;
    private final String clientId;
    private final String name;
    private final Thread thread;
    private volatile KafkaConsumer<byte[], byte[]> consumer;
    private volatile boolean stopping;
    private volatile boolean connected;

    ConsumerThread(String bootstrapServers, String clientId, String name) {
        this.bootstrapServers = bootstrapServers;
        this.clientId = clientId;
        this.name = name;
        this.thread = new Thread(this::loop, name);
        thread.setDaemon(true);
    }

    /** What this consumer needs beyond servers, client id and deserialisers; auto commit is off. */
    protected abstract Map<String, Object> config();

    /** Subscribes and polls until {@link #isStopping()}; may throw anything of Kafka's to be called again. */
    protected abstract void run(KafkaConsumer<byte[], byte[]> consumer);

    protected final boolean isStopping() {
        return stopping;
    }

    /** To be called after each exchange that worked. */
    protected final void connected() {
        connected = true;
    }

    final void start() {
        thread.start();
    }

    /** Blocks until the thread has ended, at most a few seconds. */
    final void stop() {
        stopping = true;
        KafkaConsumer<byte[], byte[]> polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
        try {
            thread.join(CLOSE.plus(CLOSE).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (!stopping) {
            try {
                once();
            } catch (WakeupException e) {
                return;
            } catch (KafkaException | IllegalStateException e) {
                connected = false;
                LOG.warn("{} failed, trying again: {}", name, e.toString());
                try {
                    Thread.sleep(RETRY_AFTER.toMillis());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void once() {
        Map<String, Object> all = new HashMap<>(config());
        all.putAll(KafkaAccess.settings());
        all.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        KafkaConsumer<byte[], byte[]> made = new KafkaConsumer<>(all);
        consumer = made;
        try {
            run(made);
        } finally {
            consumer = null;
            made.close(CloseOptions.timeout(CLOSE));
        }
    }

    @Override
    public String name() {
        return name.replace('-', '_');
    }

    @Override
    public boolean gatesReadiness() {
        return true;
    }

    @Override
    public Health health() {
        return connected ? Health.UP : Health.down("not connected to Kafka");
    }
}
