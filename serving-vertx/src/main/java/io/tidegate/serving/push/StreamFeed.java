package io.tidegate.serving.push;

import io.micrometer.core.instrument.Counter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A stream topic → events, each id once, in the order of the log within a partition.
 *
 * <p>A record whose id came before in its partition is dropped: the <em>first appearance</em> counts, whether its transaction
 * commits or is aborted and written again. That is a function of the log alone, so every gateway makes the same stream out of
 * it, and a place in it means the same to all (docs/adr/0011-resume.md). For this a gateway begins to read some time
 * before the present: what appeared first before it was started is then known, and fills the {@link Journal} too.
 */
final class StreamFeed implements TopicReader.Listener {

    private final PushHub hub;
    private final PushConfig config;
    private final Channel.Family family;
    private final String topic;
    private final TopicReader.Isolation isolation;
    private final FeedItem.Decoder decoder;
    private final Journal journal;
    private final List<RecentIds> seen = new ArrayList<>();
    private final Counter repeats;
    private final PushLatency latency;
    private final AtomicInteger rememberedIds;
    private final Counter forgottenEarly;
    private final Optional<CommitWatch> commits;
    private final long startedMs = System.currentTimeMillis();
    private long sequence;
    private volatile boolean ready;

    /**
     * @param isolation with which the topic is read, here and by whoever reads its history
     */
    StreamFeed(
            PushHub hub,
            PushConfig config,
            Channel.Family family,
            String topic,
            TopicReader.Isolation isolation,
            FeedItem.Decoder decoder) {
        this(hub, config, family, topic, isolation, decoder, Optional.empty());
    }

    /**
     * @param commits is told what is shown, where it is shown before it has committed
     */
    StreamFeed(
            PushHub hub,
            PushConfig config,
            Channel.Family family,
            String topic,
            TopicReader.Isolation isolation,
            FeedItem.Decoder decoder,
            Optional<CommitWatch> commits) {
        this.hub = hub;
        this.config = config;
        this.family = family;
        this.topic = topic;
        this.isolation = isolation;
        this.decoder = decoder;
        this.journal = new Journal(
                config.resume().journalEvents(), config.resume().journalSize().bytes());
        this.repeats = hub.metrics().repeats(topic);
        this.latency = hub.metrics().latency(topic);
        this.rememberedIds = hub.metrics().rememberedIds(topic);
        this.forgottenEarly = hub.metrics().forgottenEarly(topic);
        this.commits = commits;
        hub.feed(this);
    }

    Channel.Family family() {
        return family;
    }

    String topic() {
        return topic;
    }

    TopicReader.Isolation isolation() {
        return isolation;
    }

    /** How far it has read. Only once it {@link #isReady}. */
    Cursor position() {
        return hub.position(family).orElseThrow();
    }

    FeedItem.Decoder decoder() {
        return decoder;
    }

    Journal journal() {
        return journal;
    }

    /** Whether it has read up to the present, so that its position and journal are the truth. */
    boolean isReady() {
        return ready;
    }

    @Override
    public void placed(TopicReader.Position position) {
        journal.reset(position.cursor(family));
    }

    @Override
    public void caughtUp(TopicReader.Position position) {
        hub.position(family, position.cursor(family));
        ready = true;
    }

    @Override
    public void lost(Instant lastRead, TopicReader.Position position) {
        Cursor place = position.cursor(family);
        journal.reset(place);
        commits.ifPresent(CommitWatch::reset);
        if (ready) {
            hub.position(family, place);
        }
        hub.publishGap(family, lastRead, Instant.now());
    }

    /**
     * @throws IllegalArgumentException if the value can't be decoded
     */
    @Override
    public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
        FeedItem item = decoder.decode(record.value());
        while (seen.size() <= record.partition()) {
            seen.add(new RecentIds(config.repeatHorizon(), config.repeatCapacity()));
        }
        if (!isNew(item.id(), record)) {
            repeats.increment();
            return;
        }
        boolean live = ready || record.timestamp() >= startedMs;
        commits.ifPresent(watch -> watch.shown(item.id(), record.partition(), record.offset(), live));
        Cursor place = next.cursor(family);
        FeedEvent event = new FeedEvent(item, sequence++, place, record.partition(), record.offset());
        journal.add(event);
        if (ready) {
            hub.position(family, place);
        }
        // What was written before this process began is only read to know it.
        if (live) {
            hub.publish(event);
            latency.published(item.happenedAtMs());
        }
    }

    private boolean isNew(String id, ConsumerRecord<byte[], byte[]> record) {
        RecentIds ids = seen.get(record.partition());
        int sizeBefore = ids.size();
        long forgottenBefore = ids.forgottenEarly();
        boolean isNew = ids.add(id, TimeUnit.MILLISECONDS.toNanos(record.timestamp()));
        rememberedIds.addAndGet(ids.size() - sizeBefore);
        forgottenEarly.increment(ids.forgottenEarly() - forgottenBefore);
        return isNew;
    }
}
