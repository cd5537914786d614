package io.tidegate.serving.deadletters;

import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends dead letters back to the topics they came from, each once, whenever and however often it is run.
 *
 * <p>A record goes back in one transaction with its mark on topic {@code events.dlq.redriven}: what is marked isn't sent again, what
 * isn't marked wasn't sent. There is one transactional id for everybody: whoever starts fences off whoever is at it, whose open
 * transaction ends, and only then reads the marks.
 *
 * <p>What fails again comes back as a new dead letter, which says where it was made of. Such a one stays where it is unless it is
 * asked for ({@code again}): two redrives of an unreadable record must not keep it going in circles.
 */
final class Redrive {

    /** One for everybody: this is the lock. */
    static final String TRANSACTIONAL_ID = "tidegate-dlq-redrive";

    /** Nobody reads past an open transaction, so it is short, and given up soon if this process dies. */
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    private static final int BATCH_RECORDS = 200;
    private static final int BATCH_BYTES = 4 << 20;

    /** What a job of this platform reads. A header that names anything else isn't a job's. */
    private static final Set<String> TOPICS = Set.of(Topics.EVENTS, Topics.ALERTS, Topics.NOTIFICATIONS, Topics.LEDGER);

    /**
     * What became of the selected dead letters.
     *
     * @param redriven sent back by this run; in a dry run: would be
     * @param before sent back by an earlier one
     * @param failedAgain came back after having been sent back, and weren't asked for
     * @param homeless name no topic that they could go to
     */
    record Outcome(int redriven, int before, int failedAgain, int homeless) {}

    private final String bootstrapServers;
    private final DeadLetterLog log;
    private final boolean again;
    private final boolean dryRun;

    private final List<DeadLetter> batch = new ArrayList<>();
    private int batchBytes;
    private int redriven;
    private int before;
    private int failedAgain;
    private int homeless;

    /** @param again also those that failed again after having been sent back */
    Redrive(String bootstrapServers, boolean again, boolean dryRun) {
        this.bootstrapServers = bootstrapServers;
        this.log = new DeadLetterLog(bootstrapServers);
        this.again = again;
        this.dryRun = dryRun;
    }

    /**
     * Sends back what is selected and is there when it begins.
     *
     * @throws KafkaException if the broker doesn't answer, or somebody else has started a redrive: what was committed until then
     *     stays, and is marked
     */
    Outcome run(Selection selection) {
        if (dryRun) {
            Set<Place> done = log.redriven();
            log.forEach(letter -> {
                if (selection.includes(letter) && isDue(letter, done)) {
                    redriven++;
                }
            });
            return outcome();
        }
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            producer.initTransactions();
            Set<Place> done = log.redriven();
            log.forEach(letter -> {
                if (selection.includes(letter) && isDue(letter, done)) {
                    add(producer, letter);
                }
            });
            flush(producer);
        }
        return outcome();
    }

    private Outcome outcome() {
        return new Outcome(redriven, before, failedAgain, homeless);
    }

    private boolean isDue(DeadLetter letter, Set<Place> done) {
        if (done.contains(letter.place())) {
            before++;
        } else if (letter.redrivenFrom().isPresent() && !again) {
            failedAgain++;
        } else if (!TOPICS.contains(letter.topic()) || letter.key() == null && letter.partition() < 0) {
            homeless++;
        } else {
            return true;
        }
        return false;
    }

    private void add(KafkaProducer<byte[], byte[]> producer, DeadLetter letter) {
        if (batch.size() == BATCH_RECORDS || batchBytes + letter.size() > BATCH_BYTES) {
            flush(producer);
        }
        batch.add(letter);
        batchBytes += letter.size();
    }

    private void flush(KafkaProducer<byte[], byte[]> producer) {
        if (batch.isEmpty()) {
            return;
        }
        List<Future<RecordMetadata>> sent = new ArrayList<>(batch.size() * 2);
        producer.beginTransaction();
        try {
            for (DeadLetter letter : batch) {
                sent.add(producer.send(original(letter)));
                sent.add(producer.send(mark(letter)));
            }
            producer.flush();
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        } catch (ExecutionException e) {
            producer.abortTransaction();
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
        producer.commitTransaction();
        redriven += batch.size();
        batch.clear();
        batchBytes = 0;
    }

    private static ProducerRecord<byte[], byte[]> original(DeadLetter letter) {
        // By its key, so that it comes to where the key's records are today; without one, back to its partition.
        Integer partition = letter.key() == null ? letter.partition() : null;
        return new ProducerRecord<>(
                letter.topic(),
                partition,
                letter.key(),
                letter.value(),
                List.of(new RecordHeader(DeadLetterHeaders.REDRIVEN_FROM, bytes(letter.place()))));
    }

    private static ProducerRecord<byte[], byte[]> mark(DeadLetter letter) {
        return new ProducerRecord<>(
                Topics.EVENTS_DLQ_REDRIVEN,
                bytes(letter.place()),
                System.getProperty("user.name", "").getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(Place place) {
        return place.toString().getBytes(StandardCharsets.UTF_8);
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                KafkaAccess.with(Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "tidegate-dlq",
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        TRANSACTIONAL_ID,
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        Math.toIntExact(TRANSACTION_TIMEOUT.toMillis()),
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        Topics.MAX_DEAD_LETTER_BYTES,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        15_000)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
