package io.tidegate.serving.push;

import io.micrometer.core.instrument.Counter;
import io.tidegate.contracts.KafkaAccess;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.consumer.KafkaReadStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every partition of a topic, for as long as the process lives, without a consumer group: each gateway needs every
 * record, and nothing is gained by keeping positions beyond its life.
 *
 * <p>Positions live in memory. Whatever fails (broker away, restarted, connection broken) is tried again from there, for
 * ever, so nothing is skipped. Where the log itself no longer has what comes next, the reader goes on with what there is
 * and says so by {@link Listener#lost}.
 *
 * <p>All calls of the listener come on one Vert.x context, partition by partition in the order of the log. Partitions
 * that are added to the topic later are read from their beginning.
 */
public final class TopicReader {

    private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration PARTITIONS_CHECK = Duration.ofSeconds(30);
    /** The driver waits for brokers that are away much longer. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private static final long UNKNOWN = -1;

    /** Where to begin. Only for the first time: after a failure the reader goes on where it was. */
    public enum Start {
        BEGINNING,
        END,
        /** What was appended within {@link Options#recent}. */
        RECENT
    }

    /** Whether records of open and aborted transactions are seen. */
    public enum Isolation {
        READ_COMMITTED,
        READ_UNCOMMITTED;

        private String kafkaName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param bootstrapServers {@code host:port[,host:port…]}
     * @param clientId how the broker's logs and metrics name this reader
     * @param recent how far back {@link Start#RECENT} goes
     */
    public record Options(
            String bootstrapServers, String topic, String clientId, Start start, Duration recent, Isolation isolation) {

        public Options(String bootstrapServers, String topic, String clientId, Start start, Isolation isolation) {
            this(bootstrapServers, topic, clientId, start, Duration.ZERO, isolation);
        }
    }

    /** What becomes of the records. An exception out of {@link #record} counts as a poison record: logged and skipped. */
    public interface Listener {

        /**
         * @param next place right after this record
         */
        void record(ConsumerRecord<byte[], byte[]> record, Position next);

        /** The reader has found where to begin. Once, before the first record. */
        default void placed(Position position) {}

        /** Everything that was on the topic when the reader found it has been given to {@link #record}. Once. */
        default void caughtUp(Position position) {}

        /** A fetch has been given to {@link #record} as a whole; of a committed reader, what was aborted is behind it too. */
        default void read(Position position) {}

        /** Records that weren't read yet are gone from the log, for example by retention during a long outage. */
        default void lost(Instant lastRead, Position position) {}
    }

    /** The next offset of each partition. A view: valid during the call it is given to. */
    public static final class Position {
        private long[] next = new long[0];
        private long atMs = System.currentTimeMillis();
        private long life = Cursor.UNKNOWN_LIFE;

        /** The next offset of a partition; 0 for one that isn't known. */
        long next(int partition) {
            return partition < next.length ? next[partition] : 0;
        }

        /** A copy that stays. */
        public Cursor cursor(Channel.Family family) {
            return new Cursor(family.topicTag(), life, atMs, next.clone());
        }

        /** Text for an event's {@code cursor}. */
        public String encode(Channel.Family family) {
            return new Cursor(family.topicTag(), life, atMs, next).encode();
        }
    }

    private final Vertx vertx;
    private final Options options;
    private final Listener listener;
    private final Counter records;
    private final Counter poison;
    private final Counter failures;
    private final Position position = new Position();

    private Context context;
    private KafkaReadStream<byte[], byte[]> consumer;
    /** Ends of the partitions when the reader first saw them; null once it has caught up. */
    private long[] catchUpTarget;

    private boolean positioned;
    /** Whether the topic was made anew, and the listener hasn't been told yet. */
    private boolean replaced;

    private boolean stopped;
    private volatile boolean connected;
    private long partitionsCheckedNanos;
    private long lastReadMs = System.currentTimeMillis();

    public TopicReader(Vertx vertx, Options options, Listener listener, PushMetrics metrics) {
        this.vertx = vertx;
        this.options = options;
        this.listener = listener;
        this.records = metrics.records(options.topic(), options.isolation());
        this.poison = metrics.poison(options.topic());
        this.failures = metrics.failures(options.topic());
    }

    /** Begins to read, and returns at once: a broker that is away is waited for. Call once. */
    public void start() {
        context = vertx.getOrCreateContext();
        context.runOnContext(ignored -> connect());
    }

    /** Stops reading; no call of the listener follows. */
    public Future<Void> stop() {
        Promise<Void> done = Promise.promise();
        if (context == null) {
            return Future.succeededFuture();
        }
        context.runOnContext(ignored -> {
            stopped = true;
            disconnect().onComplete(closed -> done.complete());
        });
        return done.future();
    }

    /** Whether the last exchange with the broker worked. */
    public boolean isConnected() {
        return connected;
    }

    private void connect() {
        if (stopped) {
            return;
        }
        try {
            consumer = KafkaReadStream.create(
                    vertx, consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            // For example a host name that doesn't resolve at the moment.
            retry(e);
            return;
        }
        KafkaReadStream<byte[], byte[]> connecting = consumer;
        identify()
                .compose(ignored -> connecting.partitionsFor(options.topic()))
                .compose(this::takePartitions)
                .onSuccess(ignored -> {
                    connected = true;
                    catchUpMaybe();
                    poll();
                })
                .onFailure(this::retry);
    }

    /**
     * Finds out which topic of this name it is. One that was deleted and made anew starts at offset 0 again, and a position
     * in the old one must not be taken for a position in the new one.
     */
    private Future<Void> identify() {
        return vertx.executeBlocking(
                        () -> TopicLife.of(options.bootstrapServers(), options.topic(), options.clientId() + "-admin"))
                .map(life -> {
                    if (position.life != Cursor.UNKNOWN_LIFE && life != position.life) {
                        LOG.error("{} isn't the topic it was: reading it from its beginning", options.topic());
                        position.next = new long[0];
                        replaced = true;
                    }
                    position.life = life;
                    return null;
                });
    }

    private Map<String, Object> consumerConfig() {
        Map<String, Object> config = new HashMap<>();
        config.putAll(KafkaAccess.settings());
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, options.bootstrapServers());
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, options.clientId());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, options.isolation().kafkaName());
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // A position that the log no longer has must not be replaced silently.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        config.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return config;
    }

    /** Assigns all partitions and seeks each to its position, which for one seen for the first time is found first. */
    private Future<Void> takePartitions(List<PartitionInfo> infos) {
        partitionsCheckedNanos = System.nanoTime();
        int count = infos == null ? 0 : infos.size();
        if (count == 0) {
            return Future.failedFuture("topic " + options.topic() + " doesn't exist (yet)");
        }
        if (count > position.next.length) {
            int known = position.next.length;
            position.next = Arrays.copyOf(position.next, count);
            Arrays.fill(position.next, known, count, UNKNOWN);
        }
        Set<TopicPartition> all = new HashSet<>();
        Set<TopicPartition> unseen = new HashSet<>();
        for (int partition = 0; partition < position.next.length; partition++) {
            TopicPartition topicPartition = new TopicPartition(options.topic(), partition);
            all.add(topicPartition);
            if (position.next[partition] == UNKNOWN) {
                unseen.add(topicPartition);
            }
        }
        KafkaReadStream<byte[], byte[]> taking = consumer;
        return taking.assign(all)
                .compose(ignored -> unseen.isEmpty() ? Future.succeededFuture() : place(taking, unseen))
                .compose(ignored -> seek(taking));
    }

    private Future<Void> place(KafkaReadStream<byte[], byte[]> from, Set<TopicPartition> unseen) {
        return starts(from, unseen).compose(starts -> from.endOffsets(unseen).map(ends -> {
            for (TopicPartition partition : unseen) {
                Long start = starts.get(partition);
                position.next[partition.partition()] = start == null ? ends.get(partition) : start;
            }
            if (replaced) {
                replaced = false;
                if (catchUpTarget != null) {
                    catchUpTarget = new long[position.next.length];
                    ends.forEach((partition, end) -> catchUpTarget[partition.partition()] = end);
                }
                listener.lost(Instant.ofEpochMilli(lastReadMs), position);
            }
            if (!positioned) {
                positioned = true;
                catchUpTarget = new long[position.next.length];
                ends.forEach((partition, end) -> catchUpTarget[partition.partition()] = end);
                LOG.info("reading {} from {}", options.topic(), Arrays.toString(position.next));
                listener.placed(position);
            }
            return null;
        }));
    }

    /** Where to begin in partitions that are seen for the first time; null in the map for the end. */
    private Future<Map<TopicPartition, Long>> starts(KafkaReadStream<byte[], byte[]> from, Set<TopicPartition> unseen) {
        if (positioned || options.start() == Start.BEGINNING) {
            return from.beginningOffsets(unseen);
        }
        if (options.start() == Start.END) {
            return from.endOffsets(unseen);
        }
        long since = System.currentTimeMillis() - options.recent().toMillis();
        Map<TopicPartition, Long> times = new HashMap<>();
        unseen.forEach(partition -> times.put(partition, since));
        return from.offsetsForTimes(times).map(found -> {
            Map<TopicPartition, Long> starts = new HashMap<>();
            found.forEach((partition, place) -> {
                if (place != null) {
                    starts.put(partition, place.offset());
                }
            });
            return starts;
        });
    }

    private Future<Void> seek(KafkaReadStream<byte[], byte[]> on) {
        Future<Void> done = Future.succeededFuture();
        for (int partition = 0; partition < position.next.length; partition++) {
            TopicPartition topicPartition = new TopicPartition(options.topic(), partition);
            long offset = position.next[partition];
            done = done.compose(ignored -> on.seek(topicPartition, offset));
        }
        return done;
    }

    private void poll() {
        if (stopped) {
            return;
        }
        if (System.nanoTime() - partitionsCheckedNanos > PARTITIONS_CHECK.toNanos()) {
            partitionsCheckedNanos = System.nanoTime();
            KafkaReadStream<byte[], byte[]> checking = consumer;
            long known = position.life;
            identify()
                    .compose(ignored -> position.life == known
                            ? checking.partitionsFor(options.topic())
                            : Future.failedFuture(options.topic() + " was made anew"))
                    .compose(infos ->
                            infos.size() > position.next.length ? takePartitions(infos) : Future.succeededFuture())
                    .onSuccess(ignored -> pollOnce())
                    .onFailure(this::retry);
        } else {
            pollOnce();
        }
    }

    private void pollOnce() {
        if (!stopped) {
            consumer.poll(POLL_TIMEOUT).onSuccess(this::handle).onFailure(this::repair);
        }
    }

    private void handle(ConsumerRecords<byte[], byte[]> batch) {
        if (stopped) {
            return;
        }
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            position.next[record.partition()] = record.offset() + 1;
            position.atMs = record.timestamp();
            lastReadMs = System.currentTimeMillis();
            records.increment();
            try {
                listener.record(record, position);
            } catch (Exception e) {
                poison.increment();
                LOG.warn(
                        "skipped a record that can't be read: topic {} partition {} offset {} ({})",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e.toString());
            }
        }
        // Further than the last record where transaction markers, aborted or compacted records follow it.
        for (Map.Entry<TopicPartition, OffsetAndMetadata> next :
                batch.nextOffsets().entrySet()) {
            position.next[next.getKey().partition()] = next.getValue().offset();
        }
        catchUpMaybe();
        listener.read(position);
        // Through the context's queue: a full topic must not keep the event loop from everything else.
        context.runOnContext(ignored -> poll());
    }

    private void catchUpMaybe() {
        if (catchUpTarget == null) {
            return;
        }
        for (int partition = 0; partition < catchUpTarget.length; partition++) {
            if (position.next[partition] < catchUpTarget[partition]) {
                return;
            }
        }
        catchUpTarget = null;
        listener.caughtUp(position);
    }

    /** The positions of some partitions aren't in the log: goes on at the nearest end of what is. Else see retry. */
    private void repair(Throwable failure) {
        if (!(failure instanceof OffsetOutOfRangeException outOfRange)) {
            retry(failure);
            return;
        }
        failures.increment();
        KafkaReadStream<byte[], byte[]> repairing = consumer;
        Set<TopicPartition> affected = outOfRange.offsetOutOfRangePartitions().keySet();
        repairing
                .beginningOffsets(affected)
                .compose(beginnings -> repairing.endOffsets(affected).map(ends -> {
                    for (TopicPartition partition : affected) {
                        long wanted = position.next[partition.partition()];
                        long nearest = Math.max(beginnings.get(partition), Math.min(ends.get(partition), wanted));
                        LOG.error("{} has no offset {} any more: going on at {}", partition, wanted, nearest);
                        position.next[partition.partition()] = nearest;
                    }
                    return null;
                }))
                .compose(ignored -> seek(repairing))
                .onSuccess(ignored -> {
                    listener.lost(Instant.ofEpochMilli(lastReadMs), position);
                    poll();
                })
                .onFailure(this::retry);
    }

    private void retry(Throwable failure) {
        connected = false;
        if (stopped) {
            return;
        }
        failures.increment();
        LOG.warn(
                "topic {} can't be read, trying again in {} ms: {}",
                options.topic(),
                RETRY_AFTER.toMillis(),
                failure.toString());
        disconnect().onComplete(ignored -> vertx.setTimer(RETRY_AFTER.toMillis(), alsoIgnored -> connect()));
    }

    private Future<Void> disconnect() {
        connected = false;
        if (consumer == null) {
            return Future.succeededFuture();
        }
        KafkaReadStream<byte[], byte[]> closing = consumer;
        consumer = null;
        return closing.close()
                .timeout(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(e -> LOG.warn("closing the reader of {}: {}", options.topic(), e.toString()));
    }
}
