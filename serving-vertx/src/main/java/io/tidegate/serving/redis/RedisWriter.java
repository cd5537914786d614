package io.tidegate.serving.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidegate.contracts.v1.PostCounters;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is to be written to Redis: the newest value of each key, so that a slow Redis is owed no more than there are posts. One
 * pipeline at a time. All calls on one Vert.x context.
 */
final class RedisWriter {

    static final String TOP_POSTS = "top_posts";

    private static final int KEYS_AT_ONCE = 1_000;

    /** Likes by post id; null for a post that is gone. In the order in which they were first owed. */
    private final Map<String, Long> posts = new LinkedHashMap<>();

    private final AtomicInteger pending = new AtomicInteger();
    private final Counter written;

    private List<PostCounters> best;
    private RedisConnection connection;
    private boolean writing;

    RedisWriter(MeterRegistry registry) {
        Gauge.builder("tidegate.redis.pending", pending, AtomicInteger::get)
                .description("Keys that Redis has yet to be given")
                .register(registry);
        written = Counter.builder("tidegate.redis.written")
                .description("Keys written to Redis")
                .register(registry);
    }

    static String likesKey(String postId) {
        return "post:" + postId + ":likes";
    }

    /** @param likes null if the post is gone */
    void post(String postId, Long likes) {
        posts.put(postId, likes);
        count();
        write();
    }

    /** @param best takes the place of whatever is there */
    void topPosts(List<PostCounters> best) {
        this.best = best;
        count();
        write();
    }

    /** From now on it is written there. What was on its way before counts for nothing: the caller gives everything again. */
    void use(RedisConnection connection) {
        this.connection = connection;
        this.writing = false;
        write();
    }

    /** Until the next {@link #use}: what comes is kept. */
    void disconnected() {
        connection = null;
    }

    boolean isIdle() {
        return !writing && posts.isEmpty() && best == null;
    }

    private void count() {
        pending.set(posts.size() + (best == null ? 0 : 1));
    }

    private void write() {
        if (writing || connection == null || isIdle()) {
            return;
        }
        RedisConnection to = connection;
        List<Request> requests = new ArrayList<>();
        int keys = take(requests);
        writing = true;
        to.batch(requests).onComplete(done -> {
            if (to != connection) {
                return;
            }
            writing = false;
            if (done.succeeded()) {
                written.increment(keys);
                write();
            } else {
                // Nobody knows what of it Redis has. The end of the connection has everything written again.
                connection = null;
                to.close();
            }
        });
    }

    private int take(List<Request> requests) {
        Request values = Request.cmd(Command.MSET);
        Request gone = Request.cmd(Command.DEL);
        int set = 0;
        int removed = 0;
        Iterator<Map.Entry<String, Long>> owed = posts.entrySet().iterator();
        while (owed.hasNext() && set + removed < KEYS_AT_ONCE) {
            Map.Entry<String, Long> post = owed.next();
            owed.remove();
            if (post.getValue() == null) {
                gone.arg(likesKey(post.getKey()));
                removed++;
            } else {
                values.arg(likesKey(post.getKey())).arg(post.getValue());
                set++;
            }
        }
        if (set > 0) {
            requests.add(values);
        }
        if (removed > 0) {
            requests.add(gone);
        }
        int keys = set + removed;
        if (best != null) {
            // Together, so that nobody reads half of it.
            requests.add(Request.cmd(Command.MULTI));
            requests.add(Request.cmd(Command.DEL).arg(TOP_POSTS));
            if (!best.isEmpty()) {
                Request add = Request.cmd(Command.ZADD).arg(TOP_POSTS);
                best.forEach(post -> add.arg(post.getLikes()).arg(post.getPostId()));
                requests.add(add);
            }
            requests.add(Request.cmd(Command.EXEC));
            best = null;
            keys++;
        }
        count();
        return keys;
    }

    /** Once nothing is owed any more. */
    Future<Boolean> ask(Request request) {
        return connection == null
                ? Future.succeededFuture(false)
                : connection.send(request).map(answer -> answer != null);
    }
}
