package io.tidegate.serving.notify;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.DeadLetterHeaders;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Delivery;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Sends again what was given up: reads topic {@code notifications.dlq} as far as it reaches now and puts the deliveries that are asked for
 * back among the pending ones, due at once, with all their attempts.
 *
 * <p>A delivery keeps its id, so a receiver that has had it after all ignores it, and counts its redrives, so that doing this twice sends it
 * once. Dead letters stay where they are.
 */
final class Redrive {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration WRITE = Duration.ofSeconds(60);
    private static final String UNREADABLE = "(not a delivery)";

    /**
     * Which dead letters.
     *
     * @param target for instance {@code webhook:ID}; empty: all
     * @param reason empty: all
     * @param since given up then or later; empty: all
     */
    record Selection(Optional<String> target, Optional<String> reason, Optional<Instant> since) {

        private boolean takes(Letter letter) {
            return target.map(letter.delivery().getTarget()::equals).orElse(true)
                    && reason.map(letter.reason()::equals).orElse(true);
        }
    }

    /**
     * What was done.
     *
     * @param byReason deliveries that were put back, or would be
     * @param unreadable records that hold no delivery, such as an alert that can't be decoded
     */
    record Result(Map<String, Integer> byReason, int unreadable) {

        int total() {
            return byReason.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private record Letter(String reason, Delivery delivery) {}

    private final String bootstrapServers;
    private final Clock clock;

    Redrive(String bootstrapServers, Clock clock) {
        this.bootstrapServers = bootstrapServers;
        this.clock = clock;
    }

    /**
     * @param dryRun only counts
     * @throws IllegalStateException if a delivery can't be written; those before it have been
     */
    Result run(Selection selection, boolean dryRun) {
        int[] unreadable = new int[1];
        List<Letter> letters = newest(selection, unreadable).values().stream()
                .filter(selection::takes)
                .toList();
        if (!dryRun) {
            write(letters);
        }
        return new Result(
                letters.stream()
                        .collect(Collectors.groupingBy(Letter::reason, TreeMap::new, Collectors.summingInt(l -> 1))),
                unreadable[0]);
    }

    /** By delivery id: one that was given up again after a redrive counts as it was then. */
    private Map<String, Letter> newest(Selection selection, int[] unreadable) {
        Map<String, Letter> newest = new LinkedHashMap<>();
        Map<String, Object> config = new HashMap<>();
        config.putAll(KafkaAccess.settings());
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // Closing would wait for a fetch that waits at the broker for more than there is.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.NOTIFICATIONS_DLQ).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            seek(consumer, partitions, ends, selection.since());
            Set<TopicPartition> open = new HashSet<>(partitions);
            while (true) {
                open.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
                if (open.isEmpty()) {
                    return newest;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    Optional<Letter> letter = letter(record);
                    if (letter.isEmpty()) {
                        unreadable[0]++;
                    } else {
                        newest.merge(
                                letter.get().delivery().getDeliveryId(),
                                letter.get(),
                                (before, now) -> now.delivery().getRedrives()
                                                >= before.delivery().getRedrives()
                                        ? now
                                        : before);
                    }
                }
            }
        }
    }

    private static void seek(
            KafkaConsumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Map<TopicPartition, Long> ends,
            Optional<Instant> since) {
        if (since.isEmpty()) {
            consumer.seekToBeginning(partitions);
            return;
        }
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, since.get().toEpochMilli()));
        for (Map.Entry<TopicPartition, OffsetAndTimestamp> first :
                consumer.offsetsForTimes(times).entrySet()) {
            consumer.seek(
                    first.getKey(),
                    first.getValue() == null
                            ? ends.get(first.getKey())
                            : first.getValue().offset());
        }
    }

    private static Optional<Letter> letter(ConsumerRecord<byte[], byte[]> record) {
        Header from = record.headers().lastHeader(DeadLetterHeaders.ORIGINAL_TOPIC);
        if (record.value() == null || from == null || !text(from.value()).equals(Topics.NOTIFIER_DELIVERIES)) {
            return Optional.empty();
        }
        try {
            Delivery delivery = Delivery.parseFrom(record.value());
            Target.parse(delivery.getTarget());
            Header reason = record.headers().lastHeader(DeadLetterHeaders.REASON);
            return Optional.of(new Letter(reason == null ? UNREADABLE : text(reason.value()), delivery));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private void write(List<Letter> letters) {
        long now = clock.millis();
        DeliveryLog log = new DeliveryLog(bootstrapServers, "notifier-redrive");
        try {
            List<Future<Void>> writes = new ArrayList<>();
            for (Letter letter : letters) {
                // Its age counts from now, or it would be given up at once.
                writes.add(log.write(letter.delivery().toBuilder()
                        .setRedrives(letter.delivery().getRedrives() + 1)
                        .setAttempts(0)
                        .clearLastError()
                        .setCollect(false)
                        .setCreatedAtMs(now)
                        .setDueAtMs(now)
                        .build()));
            }
            Future.all(writes).toCompletionStage().toCompletableFuture().get(WRITE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("not every delivery could be written; do it again, none is sent twice", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            log.close();
        }
    }
}
