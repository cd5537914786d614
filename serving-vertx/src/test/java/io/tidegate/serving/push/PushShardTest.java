package io.tidegate.serving.push;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Saying goodbye to everybody comes to an end, whatever happens to the server meanwhile. */
class PushShardTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
    private final List<String> goodbyes = new CopyOnWriteArrayList<>();

    @Test
    void goodbyeIsOverThoughTheServerIsGoneBeforeAllWereTold() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            // Given listeners of a server that says goodbye to one after the other
            AtomicReference<PushShard> shard = new AtomicReference<>();
            List<FeedSession> sessions = new ArrayList<>();
            String server = result(vertx.deployVerticle(new VerticleBase() {
                @Override
                public Future<?> start() {
                    shard.set(hub.newShard(context));
                    for (int i = 0; i < 3; i++) {
                        sessions.add(new FeedSession(vertx, PushConfig.DEFAULT, hub, shard.get(), outlet()));
                    }
                    return Future.succeededFuture();
                }
            }));
            Future<Void> over = shard.get().closeAll(Duration.ofHours(1));
            await().atMost(PATIENCE).until(() -> goodbyes.size() == 1);

            // When the server ends, and the others' connections with it
            result(vertx.undeploy(server));
            assertThat(over.isComplete()).isFalse();
            shard.get().context().runOnContext(ignored -> sessions.forEach(FeedSession::closed));

            // Then
            assertThatCode(() -> result(over)).doesNotThrowAnyException();
        } finally {
            result(vertx.close());
        }
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), SECONDS);
    }

    private Outlet outlet() {
        return new Outlet() {
            @Override
            public boolean isFull() {
                return false;
            }

            @Override
            public void write(Notice notice) {}

            @Override
            public void write(FeedEvent event, int channelIndex, String cursor) {}

            @Override
            public void heartbeat() {}

            @Override
            public void close(CloseCode code, String reason) {
                goodbyes.add(reason);
            }
        };
    }
}
