package io.tidegate.serving.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.PostLeaderboard;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker, and a real Redis with the users that are deployed. */
class RedisExportTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int PARTITIONS = 2;

    @TempDir
    Path folder;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Vertx vertx = Vertx.vertx();
    private KafkaBroker kafka;
    private KafkaProducer<String, byte[]> topic;
    private RedisServer redis;
    private RedisExport export;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(RedisServer.isInstalled(), "redis-server is missing: install Debian's package to run this test");
        kafka = KafkaBroker.start(folder.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), PARTITIONS);
        topic = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
        redis = new RedisServer(folder.resolve("redis"));
        redis.startEmpty();
        export = new RedisExport(
                new RedisExportConfig(
                        new GatewayConfig.Ops("127.0.0.1", 0),
                        kafka.bootstrapServers(),
                        new RedisExportConfig.Redis(
                                "127.0.0.1",
                                redis.port(),
                                false,
                                "export",
                                RedisServer.EXPORT_PASSWORD,
                                Duration.ofMillis(100))),
                metrics);
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (kafka != null) {
            topic.close(Duration.ZERO);
            await().atMost(PATIENCE).until(vertx.close()::isComplete);
            redis.close();
            kafka.close();
        }
    }

    @Test
    void redisIsAsTheTopicIsAlsoAfterItWasKilledAndStartedEmptyAndAfterKeysWereDeleted() throws IOException {
        // Given counters from before anybody exported them
        post("p1", 4);
        post("p1", 5);
        post("a:b c", 7);
        leaderboard(post("a:b c", 7), post("p1", 5));
        assertThat(vertx.deployVerticle(export)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join())
                .isNotNull();

        // Then they are there, and so is what changes, and what is deleted isn't
        eventually(() -> {
            assertThat(get("post:p1:likes")).isEqualTo("5");
            assertThat(get("post:a:b c:likes")).isEqualTo("7");
            assertThat(topPosts()).containsExactly("a:b c", "p1");
            assertThat(export.health().up()).isTrue();
        });
        post("p1", 9);
        post("p2", 8);
        topic.send(new ProducerRecord<>(Topics.COUNTERS, "post/a:b c", null));
        leaderboard(post("p1", 9), post("p2", 8));
        eventually(() -> {
            assertThat(get("post:p1:likes")).isEqualTo("9");
            assertThat(get("post:a:b c:likes")).isNull();
            assertThat(topPosts()).containsExactly("p1", "p2");
        });

        // When Redis dies, likes come, and it is back with nothing in it
        redis.kill();
        eventually(() -> assertThat(export.health().up()).isFalse());
        post("p1", 10);
        redis.startEmpty();

        // Then all of it is right again
        eventually(() -> {
            assertThat(get("post:p1:likes")).isEqualTo("10");
            assertThat(get("post:p2:likes")).isEqualTo("8");
            assertThat(topPosts()).containsExactly("p1", "p2");
            assertThat(export.health().up()).isTrue();
        });

        // And when somebody empties it while it runs
        send(Request.cmd(Command.DEL).arg("post:p1:likes").arg("top_posts").arg(RedisExport.MARK));
        eventually(() -> {
            assertThat(get("post:p1:likes")).isEqualTo("10");
            assertThat(topPosts()).containsExactly("p1", "p2");
            assertThat(export.health().up()).isTrue();
        });
        assertThat(metrics.get("tidegate.redis.complete").gauge().value()).isEqualTo(1);
        assertThat(metrics.get("tidegate.redis.written").counter().count()).isGreaterThan(5);
        assertThat(metrics.get("tidegate.redis.rebuilds").counter().count()).isGreaterThanOrEqualTo(3);
    }

    private PostCounters post(String id, long likes) {
        PostCounters counters =
                PostCounters.newBuilder().setPostId(id).setLikes(likes).build();
        topic.send(new ProducerRecord<>(
                Topics.COUNTERS,
                "post/" + id,
                Counter.newBuilder().setPost(counters).build().toByteArray()));
        return counters;
    }

    private void leaderboard(PostCounters... best) {
        topic.send(new ProducerRecord<>(
                Topics.COUNTERS,
                "leaderboard/posts",
                Counter.newBuilder()
                        .setPostLeaderboard(PostLeaderboard.newBuilder().addAllPosts(List.of(best)))
                        .build()
                        .toByteArray()));
        topic.flush();
    }

    private String get(String key) {
        var answer = send(Request.cmd(Command.GET).arg(key));
        return answer == null ? null : answer.toString();
    }

    private List<String> topPosts() {
        var answer =
                send(Request.cmd(Command.ZRANGE).arg("top_posts").arg(0).arg(-1).arg("REV"));
        return answer == null
                ? List.of()
                : answer.stream().map(Object::toString).toList();
    }

    /** On a connection of its own. */
    private io.vertx.redis.client.Response send(Request request) {
        String url = "redis://export:"
                + URLEncoder.encode(RedisServer.EXPORT_PASSWORD, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                + "@127.0.0.1:" + redis.port();
        Redis client = Redis.createClient(vertx, url);
        Future<io.vertx.redis.client.Response> answer = client.send(request);
        try {
            return answer.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } finally {
            client.close();
        }
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsMatching(failure -> failure instanceof java.util.concurrent.CompletionException)
                .untilAsserted(assertion);
    }
}
