package io.tidegate.serving.completeness;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Finding;
import io.tidegate.contracts.v1.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Reads topic {@code ledger} into a {@link Ledger}, and writes findings to it together with their alerts, compare and set over all
 * gateways, as rules are changed (see {@code RuleLog}): one transactional id for all, so that whoever starts to write fences off
 * whoever is at it, then reads to the end, decides again, and commits both or nothing. Used by one thread; blocks.
 */
final class LedgerTopic implements AutoCloseable {

    /** One for all gateways of a platform: this is the lock. */
    static final String TRANSACTIONAL_ID = "tidegate-completeness";

    private static final TopicPartition LEDGER = new TopicPartition(Topics.LEDGER, 0);
    private static final Duration LOOKED_BACK = Duration.ofHours(26);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final String clientId;
    private final Ledger ledger;
    private final Clock clock;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private boolean positioned;

    LedgerTopic(String bootstrapServers, String clientId, Ledger ledger, Clock clock) {
        this.bootstrapServers = bootstrapServers;
        this.clientId = clientId + "-completeness";
        this.ledger = ledger;
        this.clock = clock;
        this.consumer = consumer();
    }

    /**
     * Takes what has come.
     *
     * @throws KafkaException if the broker doesn't answer
     */
    void read(Duration wait) {
        if (!positioned) {
            position();
        }
        consumer.poll(wait).forEach(record -> ledger.apply(record.value()));
    }

    /** Takes everything that was there when it was called. */
    void readToEnd() {
        if (!positioned) {
            position();
        }
        long end = consumer.endOffsets(List.of(LEDGER), TIMEOUT).get(LEDGER);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (consumer.position(LEDGER, TIMEOUT) < end) {
            if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("topic ledger wasn't read in time");
            }
            read(Duration.ofMillis(50));
        }
    }

    private void position() {
        consumer.assign(List.of(LEDGER));
        long fromMs = clock.instant().minus(LOOKED_BACK).toEpochMilli();
        OffsetAndTimestamp from =
                consumer.offsetsForTimes(Map.of(LEDGER, fromMs), TIMEOUT).get(LEDGER);
        if (from == null) {
            consumer.seekToBeginning(List.of(LEDGER));
        } else {
            consumer.seek(LEDGER, from.offset());
        }
        positioned = true;
    }

    /**
     * Writes what is decided, once all others' decisions are known.
     *
     * @param decide asked when nobody else can write any more
     * @return what was written
     * @throws KafkaException if it wasn't written, as far as is known; then the next comparison decides again
     */
    List<Findings.Decision> write(Supplier<List<Findings.Decision>> decide) {
        KafkaProducer<byte[], byte[]> producer = producer();
        try {
            producer.initTransactions();
            readToEnd();
            List<Findings.Decision> decisions = decide.get();
            if (decisions.isEmpty()) {
                return decisions;
            }
            Instant now = clock.instant();
            producer.beginTransaction();
            for (Findings.Decision decision : decisions) {
                FindingAlerts.of(decision, now).ifPresent(alert -> producer.send(record(alert)));
                producer.send(record(decision.finding()));
            }
            producer.commitTransaction();
            // So that the next comparison knows it.
            readToEnd();
            return decisions;
        } finally {
            // Whatever is open is aborted by the next one who writes, or by its time-out.
            producer.close(Duration.ZERO);
        }
    }

    private static ProducerRecord<byte[], byte[]> record(Alert alert) {
        return new ProducerRecord<>(
                Topics.ALERTS, alert.getSubject().getBytes(StandardCharsets.UTF_8), alert.toByteArray());
    }

    private static ProducerRecord<byte[], byte[]> record(Finding finding) {
        String key = "finding/" + finding.getTopic() + '/' + finding.getFromMs();
        return new ProducerRecord<>(
                LEDGER.topic(),
                LEDGER.partition(),
                key.getBytes(StandardCharsets.UTF_8),
                LedgerEntry.newBuilder().setFinding(finding).build().toByteArray());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                KafkaAccess.with(Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        clientId,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(TIMEOUT.toMillis()))),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private KafkaProducer<byte[], byte[]> producer() {
        int timeoutMs = Math.toIntExact(TIMEOUT.toMillis());
        return new KafkaProducer<>(
                KafkaAccess.with(Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        clientId,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        TRANSACTIONAL_ID,
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        timeoutMs,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        timeoutMs,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        3_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        timeoutMs,
                        ProducerConfig.LINGER_MS_CONFIG,
                        0)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }
}
