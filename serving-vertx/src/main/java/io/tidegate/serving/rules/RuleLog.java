package io.tidegate.serving.rules;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.rules.RuleBook;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.v1.Rule;
import io.tidegate.contracts.v1.RuleChange;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes rules on topic {@code rules}, compare and set over all gateways, with the record of the change on {@code rules.audit} in
 * the same transaction. Blocks; one change at a time.
 *
 * <p>All gateways share one transactional id, so the broker lets one of them at a time write. Each attempt
 *
 * <ol>
 *   <li>{@code initTransactions}: whoever else was in the middle of a change is fenced off, its transaction ended;
 *   <li>reads the topic to its end: nobody can add to it from here on without fencing us off in turn;
 *   <li>compares: is the version the one that the author has seen, is there a change at all;
 *   <li>writes both records and commits. Fenced off meanwhile: nothing was written, from the beginning.
 * </ol>
 *
 * An attempt whose commit got no answer finds out in the next one, by the change's id, whether it went through.
 */
final class RuleLog {

    private static final Logger LOG = LoggerFactory.getLogger(RuleLog.class);

    /** One for all gateways of a platform: this is the lock. */
    static final String TRANSACTIONAL_ID = "tidegate-rules";

    private static final TopicPartition RULES = new TopicPartition(Topics.RULES, 0);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    /**
     * What somebody wants.
     *
     * @param wanted the new definition; its version doesn't count
     * @param expected whether the version in force is one that the author has seen
     * @param author claim {@code sub}
     */
    record Request(RuleDefinition wanted, RuleChange.Action action, IntPredicate expected, String author) {}

    /** What became of it. */
    sealed interface Result {

        /** @param change as it stands on the topics */
        record Changed(RuleChange change) implements Result {}

        /** The rule was like that already: nothing was written. */
        record Unchanged() implements Result {}

        /** The version in force isn't the expected one. */
        record Conflict(int version) implements Result {}

        /** The broker didn't take it in time. @param undecided it may have gone through nevertheless */
        record Unavailable(boolean undecided) implements Result {}
    }

    private final String bootstrapServers;
    private final String clientId;
    private final Map<String, RuleDefinition> base;
    private final Clock clock;

    /** @param base what is in force before the first record on the topic */
    RuleLog(String bootstrapServers, String clientId, Map<String, RuleDefinition> base, Clock clock) {
        this.bootstrapServers = bootstrapServers;
        this.clientId = clientId;
        this.base = base;
        this.clock = clock;
    }

    /** @param deadlineNanos by {@link System#nanoTime}; exceeded by at most a second */
    Result change(Request request, long deadlineNanos) {
        String changeId = UUID.randomUUID().toString();
        RuleChange sent = null;
        KafkaException last = null;
        while (deadlineNanos - System.nanoTime() > 0) {
            Attempt attempt = new Attempt(request, changeId, deadlineNanos, sent);
            try {
                return attempt.run();
            } catch (KafkaException e) {
                sent = attempt.sent;
                last = e;
                LOG.debug("A change of rule {} is tried again", request.wanted().id(), e);
                backOff();
            }
        }
        LOG.warn("Rule {} couldn't be changed in time", request.wanted().id(), last);
        return new Result.Unavailable(sent != null);
    }

    /** A different time for each gateway, or two of them would go on fencing each other off. */
    private static void backOff() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(10, 150));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while a rule is changed", e);
        }
    }

    private final class Attempt {

        private final Request request;
        private final String changeId;
        private final long deadlineNanos;
        /** What this attempt, or the one before it, has sent; null if neither has. */
        private RuleChange sent;

        Attempt(Request request, String changeId, long deadlineNanos, RuleChange sent) {
            this.request = request;
            this.changeId = changeId;
            this.deadlineNanos = deadlineNanos;
            this.sent = sent;
        }

        Result run() {
            KafkaProducer<byte[], byte[]> producer = producer();
            try {
                producer.initTransactions();
                RuleBook book = read();
                String ruleId = request.wanted().id();
                RuleDefinition current = book.rule(ruleId);
                Rule before = book.record(ruleId)
                        .orElseGet(() -> RuleRecords.encode(current).build());
                if (before.getChangeId().equals(changeId)) {
                    // The attempt before this one went through, though it got no answer.
                    return new Result.Changed(sent);
                }
                // It didn't, and can't any more.
                sent = null;
                if (!request.expected().test(current.version())) {
                    return new Result.Conflict(current.version());
                }
                if (current.meansTheSameAs(request.wanted())) {
                    return new Result.Unchanged();
                }
                RuleChange change = changed(after(current.version() + 1), before);
                producer.beginTransaction();
                byte[] key = ruleId.getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(
                        Topics.RULES, RULES.partition(), key, change.getAfter().toByteArray()));
                producer.send(new ProducerRecord<>(Topics.RULES_AUDIT, key, change.toByteArray()));
                sent = change;
                producer.commitTransaction();
                return new Result.Changed(change);
            } finally {
                // Whatever is open is aborted by the next attempt, or by its time-out.
                producer.close(Duration.ZERO);
            }
        }

        private Rule after(int version) {
            return RuleRecords.encode(request.wanted().withVersion(version))
                    .setUpdatedBy(request.author())
                    .setUpdatedAtMs(clock.millis())
                    .setChangeId(changeId)
                    .build();
        }

        private RuleChange changed(Rule after, Rule before) {
            return RuleChange.newBuilder()
                    .setChangeId(changeId)
                    .setRuleId(after.getRuleId())
                    .setAction(request.action())
                    .setBefore(before)
                    .setAfter(after)
                    .build();
        }

        /** The whole topic: it is compacted, and changes are made by people. */
        private RuleBook read() {
            RuleBook book = new RuleBook(base);
            try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
                consumer.assign(List.of(RULES));
                consumer.seekToBeginning(List.of(RULES));
                long end = consumer.endOffsets(List.of(RULES)).get(RULES);
                while (consumer.position(RULES) < end) {
                    if (deadlineNanos - System.nanoTime() <= 0) {
                        throw new KafkaException("topic rules wasn't read in time");
                    }
                    consumer.poll(POLL)
                            .forEach(record -> book.apply(
                                    record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8),
                                    record.value() == null ? new byte[0] : record.value()));
                }
            }
            return book;
        }

        private int remainingMs() {
            return (int) Math.max(500, Math.min(60_000, (deadlineNanos - System.nanoTime()) / 1_000_000));
        }

        private KafkaConsumer<byte[], byte[]> consumer() {
            return new KafkaConsumer<>(
                    KafkaAccess.with(Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            bootstrapServers,
                            ConsumerConfig.CLIENT_ID_CONFIG,
                            clientId + "-rules-writer",
                            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                            "read_committed",
                            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                            false,
                            // Closing would wait for a fetch that waits at the broker for more than there is.
                            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                            10,
                            ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            remainingMs(),
                            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                            remainingMs())),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
        }

        private KafkaProducer<byte[], byte[]> producer() {
            int remainingMs = remainingMs();
            return new KafkaProducer<>(
                    KafkaAccess.with(Map.of(
                            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            bootstrapServers,
                            ProducerConfig.CLIENT_ID_CONFIG,
                            clientId + "-rules-writer",
                            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                            TRANSACTIONAL_ID,
                            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                            Math.toIntExact(TRANSACTION_TIMEOUT.toMillis()),
                            ProducerConfig.ACKS_CONFIG,
                            "all",
                            ProducerConfig.MAX_BLOCK_MS_CONFIG,
                            remainingMs,
                            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            Math.min(3_000, remainingMs),
                            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                            remainingMs,
                            ProducerConfig.LINGER_MS_CONFIG,
                            0)),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }
    }
}
