package io.tidegate.serving.notify;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.Notice;
import io.tidegate.contracts.v1.Notification;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topics alerts and notifications (committed records only) and writes what is to be delivered. Offsets are committed after
 * that is on all in-sync replicas; what a crash lets be read again gets the same delivery ids.
 */
final class Intake extends ConsumerThread {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration WRITE = Duration.ofSeconds(60);

    private final String group;
    private final Duration startBack;
    private final Duration maxNoticeAge;
    private final Planner planner;
    private final DeliveryLog log;
    private final Clock clock;
    private final NotifierMetrics metrics;

    /**
     * @param startBack how far back a group begins that has never read
     * @param maxNoticeAge older notices are nobody's news any more, for instance in a replay of history
     */
    Intake(
            String bootstrapServers,
            String clientId,
            String group,
            Duration startBack,
            Duration maxNoticeAge,
            Planner planner,
            DeliveryLog log,
            Clock clock,
            NotifierMetrics metrics) {
        super(bootstrapServers, clientId, "notifier-intake");
        this.group = group;
        this.startBack = startBack;
        this.maxNoticeAge = maxNoticeAge;
        this.planner = planner;
        this.log = log;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    protected Map<String, Object> config() {
        return Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                // Where the offset that was committed is gone, all there is comes after it.
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                10_000,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                3_000);
    }

    @Override
    protected void run(KafkaConsumer<byte[], byte[]> consumer) {
        consumer.subscribe(List.of(Topics.ALERTS, Topics.NOTIFICATIONS), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                beginNewOnes(consumer, partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                // What was read has been committed before the next poll.
            }
        });
        while (!isStopping()) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            connected();
            if (!records.isEmpty()) {
                write(records);
                consumer.commitSync();
            }
        }
    }

    /**
     * Where a group that has never read a partition begins. Not by {@code auto.offset.reset=by_duration}: a partition in which nothing
     * is as young has no answer then, and Kafka's client asks again only after {@code request.timeout.ms}, so whatever came
     * next waited for half a minute.
     */
    private void beginNewOnes(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
        long since = clock.millis() - startBack.toMillis();
        Map<TopicPartition, Long> begin = new HashMap<>();
        for (TopicPartition partition : partitions) {
            if (committed.get(partition) == null) {
                begin.put(partition, since);
            }
        }
        if (begin.isEmpty()) {
            return;
        }
        // Before the times are asked for: what is appended in between has a time, or lies after this end.
        Map<TopicPartition, Long> ends = consumer.endOffsets(begin.keySet());
        consumer.offsetsForTimes(begin)
                .forEach((partition, first) ->
                        consumer.seek(partition, first == null ? ends.get(partition) : first.offset()));
    }

    private void write(ConsumerRecords<byte[], byte[]> records) {
        Instant now = clock.instant();
        List<Future<Void>> writes = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Optional<Notice> notice = decode(record);
            if (notice.isEmpty()) {
                metrics.notice("undecodable");
                writes.add(
                        log.poison(record.topic(), record.partition(), record.offset(), record.key(), record.value()));
            } else if (now.toEpochMilli() - Notices.atMs(notice.get()) > maxNoticeAge.toMillis()) {
                metrics.notice("stale");
            } else {
                List<Delivery> plan = planner.plan(notice.get(), now);
                metrics.notice(plan.isEmpty() ? "unwanted" : "planned");
                plan.forEach(delivery -> writes.add(log.write(delivery)));
            }
        }
        try {
            Future.all(writes).toCompletionStage().toCompletableFuture().get(WRITE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("deliveries can't be written, reading again from the last commit", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Optional<Notice> decode(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            Notice notice = record.topic().equals(Topics.ALERTS)
                    ? Notice.newBuilder()
                            .setAlert(Alert.parseFrom(record.value()))
                            .build()
                    : Notice.newBuilder()
                            .setNotification(Notification.parseFrom(record.value()))
                            .build();
            return Notices.id(notice).isEmpty() ? Optional.empty() : Optional.of(notice);
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("{}-{} offset {} can't be decoded", record.topic(), record.partition(), record.offset());
            return Optional.empty();
        }
    }
}
