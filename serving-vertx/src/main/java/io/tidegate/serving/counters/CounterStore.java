package io.tidegate.serving.counters;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.PostLeaderboard;
import io.tidegate.serving.push.Channel;
import io.tidegate.serving.push.Cursor;
import io.tidegate.serving.push.DataJson;
import io.tidegate.serving.push.FeedEvent;
import io.tidegate.serving.push.PushHub;
import io.tidegate.serving.push.StateSource;
import io.tidegate.serving.push.TopicReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The newest value of every key of topic {@code counters}. Written by the topic's reader, read by any thread.
 *
 * <p>Values are absolute, so a record that is read twice, or written again by a job that restarted, changes nothing for
 * good. Keys that aren't known are passed over: a newer job may count more than this gateway serves.
 */
final class CounterStore implements TopicReader.Listener, StateSource {

    private static final String POST_PREFIX = "post/";
    private static final String POST_LEADERBOARD = "leaderboard/posts";

    /** @param sequence grows with every record, so that listeners never go back to an older value */
    private record Versioned<T>(T value, long sequence) {}

    private final PushHub hub;
    private final ConcurrentHashMap<String, Versioned<PostCount>> posts = new ConcurrentHashMap<>();
    private volatile Versioned<List<PostCount>> leaderboard = new Versioned<>(List.of(), 0);
    private volatile Cursor cursor;
    private volatile boolean ready;
    private long sequence;

    CounterStore(PushHub hub, MeterRegistry registry) {
        this.hub = hub;
        Gauge.builder("tidegate.counters.posts", posts, ConcurrentHashMap::size)
                .description("Posts whose counters are held in memory")
                .register(registry);
    }

    /** Whether everything that was on the topic at the start has been read. Until then answers would be too small. */
    boolean isReady() {
        return ready;
    }

    PostCount post(String postId) {
        Versioned<PostCount> known = posts.get(postId);
        return known == null ? PostCount.zero(postId) : known.value();
    }

    /** Best first, at most 100. */
    List<PostCount> leaderboard() {
        return leaderboard.value();
    }

    @Override
    public void caughtUp(TopicReader.Position position) {
        reached(position);
        ready = true;
    }

    /**
     * @throws IllegalArgumentException if a known key has a value that can't be decoded
     */
    @Override
    public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
        if (record.key() == null) {
            throw new IllegalArgumentException("a counter without a key");
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (key.startsWith(POST_PREFIX)) {
            reachedIfReady(next);
            post(key.substring(POST_PREFIX.length()), record.value());
        } else if (key.equals(POST_LEADERBOARD)) {
            reachedIfReady(next);
            leaderboard(record.value());
        }
    }

    /** While the topic is being read for the first time nobody gets an event, so nobody needs a cursor. */
    private void reachedIfReady(TopicReader.Position position) {
        if (ready) {
            reached(position);
        }
    }

    private void reached(TopicReader.Position position) {
        cursor = position.cursor(Channel.Family.POST);
        hub.position(Channel.Family.POST, cursor);
    }

    private void post(String postId, byte[] value) {
        long number = ++sequence;
        PostCount count;
        if (value == null) {
            posts.remove(postId);
            count = PostCount.zero(postId);
        } else {
            Counter counter = parse(value);
            if (!counter.hasPost()) {
                throw new IllegalArgumentException("key " + POST_PREFIX + "… without the counters of a post");
            }
            // The key is the identity: it is what compaction goes by.
            PostCounters counters = counter.getPost();
            count = new PostCount(postId, counters.getLikes(), counters.getComments(), counters.getShares());
            posts.put(postId, new Versioned<>(count, number));
        }
        // After the table has it: whoever subscribes now either finds it there or is already known here.
        Channel channel = Channel.post(postId);
        if (ready && hub.isWanted(channel)) {
            hub.publish(event(channel, count, number));
        }
    }

    private void leaderboard(byte[] value) {
        long number = ++sequence;
        List<PostCount> best = List.of();
        if (value != null) {
            Counter counter = parse(value);
            if (!counter.hasPostLeaderboard()) {
                throw new IllegalArgumentException("key " + POST_LEADERBOARD + " without a leaderboard");
            }
            best = counter.getPostLeaderboard().getPostsList().stream()
                    .map(PostCount::of)
                    .toList();
        }
        leaderboard = new Versioned<>(best, number);
        if (ready && hub.isWanted(Channel.LEADERBOARD_POSTS)) {
            hub.publish(event(best, number));
        }
    }

    private static Counter parse(byte[] value) {
        try {
            return Counter.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a counter", e);
        }
    }

    @Override
    public Optional<FeedEvent> latest(Channel channel) {
        if (!ready) {
            return Optional.empty();
        }
        return switch (channel.family()) {
            case POST -> {
                Versioned<PostCount> known = posts.get(channel.id());
                yield Optional.of(
                        known == null
                                ? event(channel, PostCount.zero(channel.id()), 0)
                                : event(channel, known.value(), known.sequence()));
            }
            case LEADERBOARD -> {
                Versioned<List<PostCount>> newest = leaderboard;
                yield Optional.of(event(newest.value(), newest.sequence()));
            }
            default -> Optional.empty();
        };
    }

    private FeedEvent event(Channel channel, PostCount count, long number) {
        return new FeedEvent(
                List.of(channel), number, cursor.encode(), DataJson.encode(count::write), () -> Counter.newBuilder()
                        .setPost(count.message())
                        .build());
    }

    private FeedEvent event(List<PostCount> best, long number) {
        return new FeedEvent(
                List.of(Channel.LEADERBOARD_POSTS),
                number,
                cursor.encode(),
                DataJson.encode(json -> {
                    json.writeStartArray();
                    for (PostCount count : best) {
                        count.write(json);
                    }
                    json.writeEndArray();
                }),
                () -> Counter.newBuilder()
                        .setPostLeaderboard(PostLeaderboard.newBuilder()
                                .addAllPosts(
                                        best.stream().map(PostCount::message).toList()))
                        .build());
    }
}
