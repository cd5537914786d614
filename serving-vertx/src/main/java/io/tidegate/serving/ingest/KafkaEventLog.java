package io.tidegate.serving.ingest;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.ops.HealthCheck;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topic {@code events} behind one shared idempotent producer with acks=all.
 *
 * <p>Vert.x's client makes, owns and closes the producer. Records go to the producer underneath it directly: Vert.x's
 * {@code send} makes a promise, a context hop and a wrapped record per event, and an answer is owed per batch.
 *
 * <p>Nothing here blocks. {@code max.block.ms} is 0, so a producer that doesn't know the topic's partitions or has no buffer left
 * fails at once; therefore the partitions are asked for in the background before the first event is let in, and the ticks keep
 * them from being forgotten. It recovers by itself when a broker comes back.
 */
final class KafkaEventLog implements EventLog {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaEventLog.class);

    private static final Duration WARM_UP_INTERVAL = Duration.ofMillis(200);
    private static final Duration LEDGER_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LONGEST_STALL = Duration.ofSeconds(3);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final int BATCH_BYTES = 256 * 1024;

    private final Vertx vertx;
    private final GatewayConfig.Kafka config;
    private final DataSize maxInFlight;
    private final IngestMetrics metrics;
    private final LogCircuit circuit;
    private KafkaProducer<byte[], byte[]> owner;
    private volatile Producer<byte[], byte[]> producer;
    private volatile boolean warm;
    private volatile boolean saidAway;
    private final AcceptedLedger ledger = new AcceptedLedger();
    private long timer;
    private long ledgerTimer;
    private TickWriter ticks;

    KafkaEventLog(Vertx vertx, GatewayConfig.Kafka config, DataSize maxInFlight, IngestMetrics metrics) {
        this.vertx = vertx;
        this.config = config;
        this.maxInFlight = maxInFlight;
        this.metrics = metrics;
        Duration half = config.deliveryTimeout().dividedBy(2);
        this.circuit = new LogCircuit(half.compareTo(LONGEST_STALL) < 0 ? half : LONGEST_STALL, System::nanoTime);
    }

    @Override
    public Future<Void> start() {
        // Off the event loop: the constructor resolves host names.
        return vertx.executeBlocking(() -> {
                    owner = KafkaProducer.create(vertx, producerConfig());
                    return owner.unwrap();
                })
                .recover(failure -> Future.failedFuture(new ConfigException(
                        "kafka.bootstrapServers",
                        "no producer for " + config.bootstrapServers() + ": " + root(failure))))
                .onSuccess(made -> {
                    producer = made;
                    ticks = new TickWriter(this::sendTick, config.tickInterval());
                    timer = vertx.setPeriodic(0, WARM_UP_INTERVAL.toMillis(), id -> warmUp());
                    ticks.start(vertx);
                    ledgerTimer = vertx.setPeriodic(LEDGER_INTERVAL.toMillis(), id -> publishLedger());
                })
                .mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        if (owner == null) {
            return Future.succeededFuture();
        }
        vertx.cancelTimer(timer);
        vertx.cancelTimer(ledgerTimer);
        ticks.stop(vertx);
        // Whoever sent events has its answer by now, so the books are complete.
        publishLedger();
        return owner.close(CLOSE_TIMEOUT.toMillis());
    }

    @Override
    public void append(List<EncodedEvent> events, Completion completion) {
        if (!available()) {
            completion.completed(Outcome.UNAVAILABLE);
            return;
        }
        circuit.sent();
        BatchAcknowledgement acknowledgement = new BatchAcknowledgement(events.size(), completion);
        for (int i = 0; i < events.size(); i++) {
            EncodedEvent event = events.get(i);
            send(new ProducerRecord<>(Topics.EVENTS, event.key(), event.value()), acknowledgement);
            if (acknowledgement.failure != null) {
                // The rest would share the fate of this one; what was sent before is still waited for.
                acknowledgement.giveUp(events.size() - i - 1);
                return;
            }
        }
    }

    /** As {@link Producer#send}, with every failure told to the callback. */
    private void send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        try {
            producer.send(record, callback);
        } catch (KafkaException | IllegalStateException e) {
            // Closed, or an error that the producer doesn't hand to callbacks itself.
            callback.onCompletion(null, e);
        }
    }

    private void sendTick(int partition, byte[] value, Runnable done) {
        circuit.sent();
        send(new ProducerRecord<>(Topics.EVENTS, partition, null, value), (written, failure) -> {
            settle(failure);
            done.run();
        });
    }

    private void publishLedger() {
        try {
            // Asked for again and again, so that it is known when there is something to send, and isn't forgotten.
            producer.partitionsFor(Topics.LEDGER);
        } catch (KafkaException e) {
            LOG.debug("Topic {} isn't known yet", Topics.LEDGER, e);
            return;
        }
        ledger.due()
                .forEach(record -> send(record, (written, failure) -> {
                    if (failure != null) {
                        LOG.debug("Topic {} doesn't take records", Topics.LEDGER, failure);
                        ledger.failed();
                    }
                }));
    }

    private void settle(Exception failure) {
        if (failure == null) {
            circuit.acknowledged();
            if (saidAway) {
                saidAway = false;
                LOG.info("Topic {} takes records again", Topics.EVENTS);
            }
            return;
        }
        circuit.failed(failure instanceof RetriableException && !(failure instanceof BufferExhaustedException));
        if (!saidAway) {
            saidAway = true;
            LOG.warn("Topic {} doesn't take records: {}", Topics.EVENTS, failure.toString());
        }
    }

    /** Learns the topic's partitions, and later any new ones. */
    private void warmUp() {
        try {
            int partitions = producer.partitionsFor(Topics.EVENTS).size();
            ticks.partitions(partitions);
            warm = partitions > 0;
        } catch (KafkaException e) {
            // Not known yet: the question is on its way to the broker and is asked again soon.
            LOG.debug("Partitions of topic {} aren't known yet", Topics.EVENTS, e);
        }
    }

    @Override
    public boolean available() {
        return warm && !circuit.isOpen();
    }

    @Override
    public HealthCheck healthCheck() {
        return new HealthCheck() {
            @Override
            public String name() {
                return "kafka";
            }

            @Override
            public boolean gatesReadiness() {
                return true;
            }

            @Override
            public Health health() {
                if (!warm) {
                    return Health.down("no broker has told the partitions of topic " + Topics.EVENTS + " yet");
                }
                return circuit.isOpen() ? Health.down("records aren't acknowledged") : Health.UP;
            }
        };
    }

    private Map<String, String> producerConfig() {
        long deliveryMs = config.deliveryTimeout().toMillis();
        Map<String, String> properties = new HashMap<>();
        properties.putAll(KafkaAccess.settings());
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, "tidegate-gateway");
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(
                ProducerConfig.LINGER_MS_CONFIG, Long.toString(config.linger().toMillis()));
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(BATCH_BYTES));
        // Buffers are handed out in whole batches, so leave room above the bytes that requests may hold.
        properties.put(
                ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(Math.max(32L << 20, maxInFlight.bytes() * 3 / 2)));
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "0");
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Long.toString(deliveryMs));
        // A request that a dying broker swallowed must be repeated well before the delivery timeout.
        long requestMs =
                Math.max(250, Math.min(5_000, (deliveryMs - config.linger().toMillis()) / 3));
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(requestMs));
        properties.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, "2000");
        properties.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, "4000");
        // Short, so that the first events after an outage don't wait out a long back-off.
        properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, "50");
        properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "500");
        properties.put(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG, "50");
        properties.put(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG, "500");
        properties.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, "60000");
        return properties;
    }

    private static String root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    /** Counts a batch's acknowledgements down to one completion: no future and no object per event. */
    private final class BatchAcknowledgement implements Callback {

        private final AtomicInteger remaining;
        private final Completion completion;
        private final long startedAt = System.nanoTime();
        private volatile Exception failure;

        BatchAcknowledgement(int events, Completion completion) {
            this.remaining = new AtomicInteger(events);
            this.completion = completion;
        }

        @Override
        public void onCompletion(RecordMetadata written, Exception problem) {
            if (problem == null) {
                ledger.acknowledged(written.partition(), written.timestamp());
            } else if (failure == null) {
                failure = problem;
            }
            countDown(1);
        }

        void giveUp(int events) {
            if (events > 0) {
                countDown(events);
            }
        }

        private void countDown(int events) {
            if (remaining.addAndGet(-events) > 0) {
                return;
            }
            settle(failure);
            if (failure == null) {
                metrics.acknowledged(System.nanoTime() - startedAt);
                completion.completed(Outcome.STORED);
            } else {
                completion.completed(
                        failure instanceof BufferExhaustedException ? Outcome.OVERLOADED : Outcome.UNAVAILABLE);
            }
        }
    }
}
