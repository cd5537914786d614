package io.tidegate.serving.push;

import io.tidegate.contracts.KafkaAccess;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * History out of the log, and out of an {@link Archive} where the log no longer has it.
 *
 * <p>Work is done in slices by a few threads, each with a consumer of its own, so that nobody's long history keeps others from
 * theirs, and nobody's slow connection a thread. At most {@link ResumeConfig#maxActive} listeners read at a time, because each has
 * ids to remember; the others wait in order.
 *
 * <p>The records between the place and some time before it (the horizon for repeats) are read too, but only for their ids: what
 * appeared before the place was the listener's already, and its copy after the place is dropped, as it was in the live feed.
 */
final class KafkaHistory implements History {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaHistory.class);
    private static final int SLICE_EVENTS = 500;
    private static final int SLICE_BYTES = 512 * 1024;
    private static final int SLICE_RECORDS = 20_000;
    private static final Duration SLICE_TIME = Duration.ofSeconds(1);
    private static final Duration LOOK_BACK_TIME = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration API_TIMEOUT = Duration.ofSeconds(10);
    private static final int FETCH_WAIT_MS = 10;

    private final String bootstrapServers;
    private final String clientId;
    private final PushConfig config;
    private final Archive archive;
    private final ExecutorService threads;
    private final Function<Map<String, Object>, Consumer<byte[], byte[]>> client;
    private final AtomicInteger numbers = new AtomicInteger();
    /** Of the thread: one consumer for each topic, by topic. */
    private final ThreadLocal<Map<String, Consumer<byte[], byte[]>>> consumers = ThreadLocal.withInitial(HashMap::new);

    private final Queue<Promise<Void>> waiting = new ArrayDeque<>();
    private final Map<Log, Boolean> open = new ConcurrentHashMap<>();
    private int active;

    KafkaHistory(String bootstrapServers, String clientId, PushConfig config, Archive archive) {
        this(
                bootstrapServers,
                clientId,
                config,
                archive,
                settings -> new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    /**
     * @param client a consumer with these settings
     */
    KafkaHistory(
            String bootstrapServers,
            String clientId,
            PushConfig config,
            Archive archive,
            Function<Map<String, Object>, Consumer<byte[], byte[]>> client) {
        this.client = client;
        this.bootstrapServers = bootstrapServers;
        this.clientId = clientId;
        this.config = config;
        this.archive = archive;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(config.resume().readers(), task -> {
            Thread thread = new Thread(task, "history-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Ends all reading; what is being read fails. */
    void stop() {
        threads.shutdownNow();
    }

    @Override
    public Future<Reader> open(StreamFeed feed, Cursor present, Channel channel, Filter filter, Cursor from) {
        return turn().map(mine -> {
            Log log = new Log(feed, present, channel, filter, from);
            open.put(log, true);
            return log;
        });
    }

    private synchronized Future<Void> turn() {
        if (active < config.resume().maxActive()) {
            active++;
            return Future.succeededFuture();
        }
        if (waiting.size() >= config.resume().maxWaiting()) {
            return Future.failedFuture(new BusyException());
        }
        Promise<Void> turn = Promise.promise();
        waiting.add(turn);
        return turn.future();
    }

    private void next() {
        Promise<Void> turn;
        synchronized (this) {
            turn = waiting.poll();
            if (turn == null) {
                active--;
            }
        }
        if (turn != null) {
            turn.complete();
        }
    }

    /** Listeners that are reading history at the moment. */
    int active() {
        return open.size();
    }

    private Consumer<byte[], byte[]> consumer(StreamFeed feed) {
        return consumers.get().computeIfAbsent(feed.topic(), topic -> {
            Map<String, Object> settings = new HashMap<>();
            settings.putAll(KafkaAccess.settings());
            settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
            settings.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId + "-history-" + numbers.getAndIncrement());
            settings.put(
                    ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    feed.isolation().name().toLowerCase(Locale.ROOT));
            settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
            settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(API_TIMEOUT.toMillis()));
            settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(API_TIMEOUT.toMillis()));
            settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
            // Only what is there is read. Kafka's client asks ahead, and a question that waits at the broker for more,
            // half a second by default, would hold up the next listener's, which comes over the same connection.
            settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
            settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
            return client.apply(settings);
        });
    }

    /** A consumer that has failed may be in any state: the next slice makes a new one. */
    private void discardConsumer(StreamFeed feed) {
        Consumer<byte[], byte[]> broken = consumers.get().remove(feed.topic());
        if (broken != null) {
            try {
                broken.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofMillis(100)));
            } catch (RuntimeException e) {
                LOG.debug("closing a consumer of history", e);
            }
        }
    }

    /** One listener's reading. Used by one thread at a time, which each slice's future hands on. */
    private final class Log implements Reader {
        private final StreamFeed feed;
        private final Channel channel;
        private final Filter filter;
        private final Cursor from;
        private final long life;
        private final int partitions;
        private final List<TopicPartition> all = new ArrayList<>();
        private final RecentIds[] seen;
        private long[] place;
        private long atMs;
        private boolean begun;
        private boolean lookedBack;
        private int stored;
        /** Of this slice, out of the log: what the place is already behind of. */
        private List<FeedEvent> found = List.of();
        /** See {@link History.Slice}. */
        private boolean unsettled;

        private volatile boolean closed;

        private Log(StreamFeed feed, Cursor present, Channel channel, Filter filter, Cursor from) {
            this.feed = feed;
            this.channel = channel;
            this.filter = filter;
            this.from = from;
            this.life = present.life();
            this.partitions = present.partitions();
            this.place = from.offsets(partitions);
            this.atMs = Math.min(from.atMs(), System.currentTimeMillis());
            this.seen = new RecentIds[partitions];
            for (int partition = 0; partition < partitions; partition++) {
                all.add(new TopicPartition(feed.topic(), partition));
                seen[partition] = new RecentIds(config.repeatHorizon(), config.repeatCapacity());
            }
        }

        @Override
        public Future<Slice> next() {
            Promise<Slice> slice = Promise.promise();
            try {
                threads.execute(() -> {
                    if (closed) {
                        slice.fail("nobody waits for it any more");
                        return;
                    }
                    try {
                        slice.complete(read());
                    } catch (OffsetOutOfRangeException e) {
                        // Retention was faster: the next slice sees it.
                        slice.complete(soFar());
                    } catch (RuntimeException | Archive.UnavailableException e) {
                        discardConsumer(feed);
                        if (found.isEmpty()) {
                            slice.fail(e);
                        } else {
                            // The place is behind them already. If it goes on, the next slice has nothing and fails.
                            LOG.info("history of {} ends early: {}", feed.topic(), e.toString());
                            slice.complete(soFar());
                        }
                    }
                });
            } catch (RejectedExecutionException e) {
                slice.fail(e);
            }
            return slice.future();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.remove(this);
                KafkaHistory.this.next();
            }
        }

        /** What a slice had read when its reading failed. */
        private Slice soFar() {
            return new Slice(null, found, here(), !unsettled);
        }

        private Cursor here() {
            return new Cursor(feed.family().topicTag(), life, atMs, place.clone());
        }

        private Slice read() throws Archive.UnavailableException {
            found = List.of();
            Consumer<byte[], byte[]> consumer = consumer(feed);
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(all);
            Cursor present = feed.position();
            if (!begun) {
                Gap gap = check(consumer, beginnings, present);
                begun = true;
                if (gap != null) {
                    return new Slice(gap, List.of(), here(), true);
                }
            }
            List<Archive.Hole> holes = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                long beginning = beginnings.get(all.get(partition));
                if (place[partition] < beginning) {
                    holes.add(new Archive.Hole(partition, place[partition], beginning));
                }
            }
            if (!holes.isEmpty()) {
                return fromArchive(holes);
            }
            if (!lookedBack) {
                lookBack(consumer, beginnings);
                lookedBack = true;
            }
            return fromLog(consumer, present);
        }

        /** Whether the place can be of this log, and what was missed is within the limit. If not, a gap, and a new place. */
        private Gap check(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> beginnings, Cursor present) {
            boolean sameLife = from.isOfSameLife(present) && from.partitions() <= partitions;
            if (!sameLife) {
                LOG.info("a cursor of another life of topic {}", feed.topic());
                for (int partition = 0; partition < partitions; partition++) {
                    place[partition] = beginnings.get(all.get(partition));
                }
            }
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            boolean beyond = false;
            long records = 0;
            for (int partition = 0; partition < partitions; partition++) {
                long end = Math.max(ends.get(all.get(partition)), present.next(partition));
                if (place[partition] > end) {
                    beyond = true;
                    place[partition] = present.next(partition);
                }
                records += Math.max(
                        0, present.next(partition) - Math.max(place[partition], beginnings.get(all.get(partition))));
            }
            if (records > config.resume().maxRecords()) {
                LOG.info("a listener missed {} records of {}: too many to replay", records, feed.topic());
                place = present.offsets(partitions);
                atMs = present.atMs();
                return Gap.since(from);
            }
            return sameLife && !beyond ? null : Gap.since(from);
        }

        /** What the log no longer has, partition by partition. */
        private Slice fromArchive(List<Archive.Hole> holes) throws Archive.UnavailableException {
            int left = Math.max(0, config.resume().maxStored() - stored);
            Archive.Page page = archive.page(
                    feed.family(), channel, filter, holes, from.atMs(), stored == 0, Math.min(SLICE_EVENTS, left));
            List<FeedEvent> events = new ArrayList<>();
            for (Archive.Row row : page.rows()) {
                place[row.partition()] = row.offset() + 1;
                atMs = Math.max(atMs, row.raisedAtMs());
                if (isNew(row.partition(), row.item(), row.raisedAtMs())) {
                    events.add(new FeedEvent(row.item(), 0, here(), row.partition(), row.offset()));
                }
            }
            stored += page.rows().size();
            Gap gap = null;
            if (page.mayMiss()) {
                gap = Gap.since(from);
            }
            if (!page.more() || left <= SLICE_EVENTS) {
                if (page.more()) {
                    LOG.info(
                            "a listener missed more of {} than {} rows",
                            feed.topic(),
                            config.resume().maxStored());
                    gap = Gap.since(here());
                }
                for (Archive.Hole hole : holes) {
                    place[hole.partition()] = hole.to();
                }
            }
            unsettled = true;
            return new Slice(gap, events, here(), false);
        }

        /** Remembers the ids that appeared in the horizon before the place. */
        private void lookBack(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> beginnings) {
            long since = Math.max(0, atMs - config.repeatHorizon().toMillis());
            Map<TopicPartition, Long> times = new HashMap<>();
            all.forEach(partition -> times.put(partition, since));
            Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
            long[] starts = new long[partitions];
            for (int partition = 0; partition < partitions; partition++) {
                OffsetAndTimestamp start = found.get(all.get(partition));
                long earliest = start == null ? place[partition] : Math.min(start.offset(), place[partition]);
                starts[partition] = Math.max(
                        Math.max(beginnings.get(all.get(partition)), earliest),
                        place[partition] - config.repeatCapacity());
            }
            scan(consumer, starts, place, System.nanoTime() + LOOK_BACK_TIME.toNanos(), record -> {
                decode(record, item -> isNew(record.partition(), item, record.timestamp()));
                return true;
            });
        }

        private Slice fromLog(Consumer<byte[], byte[]> consumer, Cursor present) {
            List<FeedEvent> events = new ArrayList<>();
            found = events;
            long[] target = present.offsets(partitions);
            int[] counts = new int[2];
            long[] positions = place.clone();
            scan(consumer, positions, target, System.nanoTime() + SLICE_TIME.toNanos(), record -> {
                place[record.partition()] = record.offset() + 1;
                atMs = Math.max(atMs, record.timestamp());
                decode(record, item -> {
                    if (isNew(record.partition(), item, record.timestamp())
                            && item.channels().contains(channel)
                            && item.matches(filter)) {
                        events.add(new FeedEvent(item, 0, here(), record.partition(), record.offset()));
                        counts[0] += record.serializedValueSize();
                    }
                });
                return ++counts[1] < SLICE_RECORDS && counts[0] < SLICE_BYTES && events.size() < SLICE_EVENTS;
            });
            for (int partition = 0; partition < partitions; partition++) {
                // Further than the last record where transaction markers or aborted records follow it.
                place[partition] = Math.max(place[partition], Math.min(positions[partition], target[partition]));
            }
            unsettled &= !hasReached(target);
            return new Slice(null, events, here(), !unsettled);
        }

        private boolean hasReached(long[] target) {
            for (int partition = 0; partition < partitions; partition++) {
                if (place[partition] < target[partition]) {
                    return false;
                }
            }
            return true;
        }

        private boolean isNew(int partition, FeedItem item, long timestampMs) {
            return seen[partition].add(item.id(), TimeUnit.MILLISECONDS.toNanos(timestampMs));
        }

        private void decode(ConsumerRecord<byte[], byte[]> record, java.util.function.Consumer<FeedItem> then) {
            FeedItem item;
            try {
                item = feed.decoder().decode(record.value());
            } catch (IllegalArgumentException poison) {
                // Skipped, as the live feed did, which has logged it.
                return;
            }
            then.accept(item);
        }

        /**
         * Reads each partition from its position up to its target, until the handler has enough.
         *
         * @param positions moved to where the reading of each partition has ended, only where it has taken all that was polled
         */
        private void scan(
                Consumer<byte[], byte[]> consumer,
                long[] positions,
                long[] targets,
                long deadlineNanos,
                java.util.function.Predicate<ConsumerRecord<byte[], byte[]>> handler) {
            List<TopicPartition> open = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                if (positions[partition] < targets[partition]) {
                    open.add(all.get(partition));
                }
            }
            consumer.assign(open);
            // One that stays assigned stays paused, too, since it was read to its target for somebody else.
            consumer.resume(open);
            for (TopicPartition partition : open) {
                consumer.seek(partition, positions[partition.partition()]);
            }
            while (!open.isEmpty() && !closed && System.nanoTime() - deadlineNanos < 0) {
                ConsumerRecords<byte[], byte[]> batch = consumer.poll(POLL);
                for (TopicPartition partition : batch.partitions()) {
                    int number = partition.partition();
                    for (ConsumerRecord<byte[], byte[]> record : batch.records(partition)) {
                        if (record.offset() >= targets[number]) {
                            break;
                        }
                        positions[number] = record.offset() + 1;
                        if (!handler.test(record)) {
                            return;
                        }
                    }
                }
                for (TopicPartition partition : List.copyOf(open)) {
                    int number = partition.partition();
                    positions[number] =
                            Math.max(positions[number], Math.min(consumer.position(partition), targets[number]));
                    if (positions[number] >= targets[number]) {
                        open.remove(partition);
                        consumer.pause(List.of(partition));
                    }
                }
            }
        }
    }
}
