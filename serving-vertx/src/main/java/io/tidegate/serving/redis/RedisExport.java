package io.tidegate.serving.redis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.serving.ops.HealthCheck;
import io.tidegate.serving.push.PushMetrics;
import io.tidegate.serving.push.TopicReader;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Redis as topic {@code counters} is. With each connection, and when the mark is gone from Redis (it was emptied), the topic is read
 * from its beginning once more; it is compacted, so that is one record per post and a few. Redis away: it is tried again, for ever.
 */
final class RedisExport extends VerticleBase implements HealthCheck {

    /** In Redis when everything has been written to it. */
    static final String MARK = "tidegate:export";

    private static final Logger LOG = LoggerFactory.getLogger(RedisExport.class);
    private static final Duration RETRY_AFTER = Duration.ofMillis(500);
    private static final String POST_PREFIX = "post/";
    private static final String LEADERBOARD = "leaderboard/posts";

    private final RedisExportConfig config;
    private final PushMetrics feedMetrics;
    private final RedisWriter writer;
    private final io.micrometer.core.instrument.Counter rebuilds;
    private final AtomicInteger complete = new AtomicInteger();

    private Context own;
    private Redis redis;
    private RedisConnection connection;
    private TopicReader reader;
    /** Counts the times that everything is written, so that what belongs to an earlier one is known. */
    private int attempt;

    private boolean caughtUp;
    private boolean marking;
    private boolean stopping;

    RedisExport(RedisExportConfig config, MeterRegistry registry) {
        this.config = config;
        // Of what a gateway measures about listeners only the feed is meant here.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("tidegate.push"));
        this.feedMetrics = new PushMetrics(registry);
        this.writer = new RedisWriter(registry);
        Gauge.builder("tidegate.redis.complete", complete, AtomicInteger::get)
                .description("1 while Redis has everything that is on the topic, but for what is on its way")
                .register(registry);
        rebuilds = io.micrometer.core.instrument.Counter.builder("tidegate.redis.rebuilds")
                .description("Times that everything was written from the beginning of the topic")
                .register(registry);
    }

    @Override
    public Future<?> start() {
        own = context;
        RedisExportConfig.Redis to = config.redis();
        redis = Redis.createClient(
                vertx,
                new RedisOptions()
                        .setConnectionString((to.tls() ? "rediss://" : "redis://") + encoded(to.user()) + ":"
                                + encoded(to.password()) + "@" + to.host() + ":" + to.port())
                        .setNetClientOptions(new NetClientOptions()
                                .setTcpKeepAlive(true)
                                .setConnectTimeout(2_000)
                                .setHostnameVerificationAlgorithm("HTTPS"))
                        .setMaxWaitingHandlers(1_024));
        vertx.setPeriodic(config.redis().checkInterval().toMillis(), timer -> check());
        connect();
        return Future.succeededFuture();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public Future<?> stop() {
        stopping = true;
        complete.set(0);
        Future<Void> read = reader == null ? Future.succeededFuture() : reader.stop();
        return read.onComplete(done -> redis.close());
    }

    private void connect() {
        if (stopping) {
            return;
        }
        redis.connect()
                .onSuccess(made -> {
                    connection = made;
                    made.exceptionHandler(failure -> LOG.debug("Redis: {}", failure.toString()));
                    made.endHandler(end -> own.runOnContext(ignored -> lost(made)));
                    LOG.info("Connected to Redis");
                    rebuild();
                })
                .onFailure(failure -> {
                    LOG.warn("No connection to Redis: {}", failure.getMessage());
                    vertx.setTimer(RETRY_AFTER.toMillis(), timer -> connect());
                });
    }

    private void lost(RedisConnection which) {
        if (which == connection && !stopping) {
            connection = null;
            complete.set(0);
            writer.disconnected();
            LOG.warn("The connection to Redis is gone");
            connect();
        }
    }

    /** Everything once more, whatever is there. What has been read by then, of an earlier attempt, only comes twice. */
    private void rebuild() {
        int number = ++attempt;
        complete.set(0);
        caughtUp = false;
        marking = false;
        rebuilds.increment();
        RedisConnection to = connection;
        Future<Void> before = reader == null ? Future.succeededFuture() : reader.stop();
        before.onComplete(stopped -> {
            if (number != attempt || stopping) {
                return;
            }
            writer.use(to);
            reader = new TopicReader(
                    vertx,
                    new TopicReader.Options(
                            config.bootstrapServers(),
                            Topics.COUNTERS,
                            "redis-export-" + ProcessHandle.current().pid() + "-" + number,
                            TopicReader.Start.BEGINNING,
                            TopicReader.Isolation.READ_UNCOMMITTED),
                    new Copy(number),
                    feedMetrics);
            reader.start();
        });
    }

    /** The mark is set when all has been written, and looked for ever after. */
    private void check() {
        if (connection == null || marking || !caughtUp || !writer.isIdle()) {
            return;
        }
        int number = attempt;
        marking = true;
        if (complete.get() == 0) {
            writer.ask(Request.cmd(Command.SET).arg(MARK).arg("complete")).onComplete(set -> {
                if (number == attempt) {
                    marking = false;
                    if (set.succeeded() && set.result()) {
                        complete.set(1);
                        LOG.info("Redis has everything");
                    }
                }
            });
        } else {
            writer.ask(Request.cmd(Command.GET).arg(MARK)).onComplete(found -> {
                if (number == attempt) {
                    marking = false;
                    if (found.succeeded() && !found.result()) {
                        LOG.warn("Redis was emptied: writing everything again");
                        rebuild();
                    }
                }
            });
        }
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public boolean gatesReadiness() {
        return true;
    }

    @Override
    public Health health() {
        return complete.get() == 1 ? Health.UP : Health.down("Redis doesn't have everything (yet)");
    }

    private final class Copy implements TopicReader.Listener {

        private final int number;

        Copy(int number) {
            this.number = number;
        }

        @Override
        public void caughtUp(TopicReader.Position position) {
            if (number == attempt) {
                caughtUp = true;
            }
        }

        /** @throws IllegalArgumentException if a known key has a value that can't be decoded */
        @Override
        public void record(ConsumerRecord<byte[], byte[]> record, TopicReader.Position next) {
            if (record.key() == null) {
                throw new IllegalArgumentException("a counter without a key");
            }
            String key = new String(record.key(), StandardCharsets.UTF_8);
            Counter counter = decoded(record.value());
            if (key.startsWith(POST_PREFIX)) {
                writer.post(
                        key.substring(POST_PREFIX.length()),
                        counter == null ? null : counter.getPost().getLikes());
            } else if (key.equals(LEADERBOARD)) {
                writer.topPosts(
                        counter == null
                                ? List.of()
                                : counter.getPostLeaderboard().getPostsList());
            }
        }

        private Counter decoded(byte[] value) {
            try {
                return value == null ? null : Counter.parseFrom(value);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException("no counter: " + e.getMessage(), e);
            }
        }
    }
}
