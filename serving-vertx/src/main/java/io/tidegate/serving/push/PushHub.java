package io.tidegate.serving.push;

import io.vertx.core.Context;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Where feeds hand in events and event loops pick them up; one per process. Thread-safe, nothing in it blocks.
 *
 * <p>It knows which channels anybody listens to, so that an event nobody wants costs one look-up.
 */
public final class PushHub {

    private static final int TOPIC_TAGS = 4;

    private final List<PushShard> shards = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<Channel, Integer> listeners = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<Cursor> positions = new AtomicReferenceArray<>(TOPIC_TAGS);
    private final AtomicReferenceArray<StreamFeed> feeds = new AtomicReferenceArray<>(TOPIC_TAGS);
    private final PushMetrics metrics;
    private volatile History history = History.NONE;
    private volatile StateSource states = channel -> Optional.empty();

    public PushHub(PushMetrics metrics) {
        this.metrics = metrics;
    }

    /** The part of the hub that lives on this context's event loop; one call for each verticle instance. */
    PushShard newShard(Context context) {
        PushShard shard = new PushShard(this, context);
        shards.add(shard);
        return shard;
    }

    void remove(PushShard shard) {
        shards.remove(shard);
    }

    /** Where a new subscription to a state channel finds its first value. */
    public void states(StateSource source) {
        states = source;
    }

    StateSource states() {
        return states;
    }

    void feed(StreamFeed feed) {
        feeds.set(feed.family().topicTag(), feed);
    }

    /** The feed of a family; empty where nobody reads its topic here. */
    Optional<StreamFeed> feed(Channel.Family family) {
        return Optional.ofNullable(feeds.get(family.topicTag()));
    }

    /** Where to read what the feeds' journals no longer have. */
    void history(History older) {
        history = older;
    }

    History history() {
        return history;
    }

    /** What feeds count with. */
    public PushMetrics metrics() {
        return metrics;
    }

    /**
     * Hands an event to everybody who listens to one of its channels. Calls of one thread arrive in order.
     */
    public void publish(FeedEvent event) {
        boolean wanted = false;
        for (Channel channel : event.channels()) {
            wanted |= listeners.containsKey(channel);
        }
        if (wanted) {
            for (PushShard shard : shards) {
                shard.offer(event);
            }
        }
    }

    /** Whether anybody listens; what nobody listens to needs no encoding. */
    public boolean isWanted(Channel channel) {
        return listeners.containsKey(channel);
    }

    /** Tells all listeners of the family that what happened between the times may be missing. */
    public void publishGap(Channel.Family family, Instant from, Instant to) {
        for (PushShard shard : shards) {
            shard.offerGap(family, from, to);
        }
    }

    /**
     * How far the feed of the family has read. To be called before the event is published: whoever subscribes after that
     * and finds an older place here will get the event.
     */
    public void position(Channel.Family family, Cursor cursor) {
        positions.set(family.topicTag(), cursor);
    }

    /** Empty until the feed of the family has found its place on the topic. */
    Optional<Cursor> position(Channel.Family family) {
        return Optional.ofNullable(positions.get(family.topicTag()));
    }

    void listenerAdded(Channel channel) {
        listeners.merge(channel, 1, Integer::sum);
    }

    void listenerRemoved(Channel channel) {
        listeners.computeIfPresent(channel, (c, count) -> count == 1 ? null : count - 1);
    }

    /** How many subscriptions there are, by family. Weakly consistent. */
    Map<Channel.Family, Integer> listenersByFamily() {
        Map<Channel.Family, Integer> counts = new EnumMap<>(Channel.Family.class);
        for (Channel.Family family : Channel.Family.values()) {
            counts.put(family, 0);
        }
        listeners.forEach((channel, count) -> counts.merge(channel.family(), count, Integer::sum));
        return counts;
    }
}
