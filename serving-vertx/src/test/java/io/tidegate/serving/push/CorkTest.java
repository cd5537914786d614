package io.tidegate.serving.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.auth.Principal;
import io.tidegate.serving.auth.Role;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often a connection is flushed, and that nothing is left behind for it. */
class CorkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Cork cork = new Cork();
    private final AtomicInteger flushes = new AtomicInteger();
    private final EmbeddedChannel channel = connection(cork);

    /** The plug, and nearer to the socket what counts. */
    private EmbeddedChannel connection(Cork by) {
        EmbeddedChannel made = new EmbeddedChannel(by.newPlug());
        made.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext context) {
                flushes.incrementAndGet();
                context.flush();
            }
        });
        return made;
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private static List<String> sent(EmbeddedChannel channel) {
        List<String> sent = new ArrayList<>();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            sent.add(next.toString(StandardCharsets.US_ASCII));
            next.release();
        }
        return sent;
    }

    @Test
    void whatIsHeldGoesOutInOrderAtOnce() {
        channel.writeAndFlush(bytes("alone"));
        assertThat(sent(channel)).containsExactly("alone");

        cork.hold();
        channel.writeAndFlush(bytes("a"));
        channel.writeAndFlush(bytes("b"));
        channel.writeAndFlush(bytes("c"));
        assertThat(sent(channel)).isEmpty();
        cork.release();

        assertThat(sent(channel)).containsExactly("a", "b", "c");
        assertThat(flushes).hasValue(2);
        channel.writeAndFlush(bytes("after"));
        assertThat(sent(channel)).containsExactly("after");
    }

    @Test
    void aConnectionIsNotMadeToLookFullByBeingHeld() {
        String large = "x".repeat(20 * 1024);
        cork.hold();
        for (int i = 0; i < 10; i++) {
            assertThat(channel.isWritable()).isTrue();
            channel.writeAndFlush(bytes(large));
        }

        assertThat(sent(channel)).hasSizeGreaterThanOrEqualTo(8);
        cork.release();
    }

    @Test
    void whatIsHeldWhenTheConnectionIsClosedIsSentFirst() {
        cork.hold();
        channel.writeAndFlush(bytes("last"));
        channel.close();

        assertThat(sent(channel)).containsExactly("last");
        cork.release();
    }

    /** Events that come while the event loop is busy are handed out together. */
    @Test
    void aBurstIsFlushedOnceForSeveralEventsAndOneEventAtOnce() {
        Vertx vertx = Vertx.vertx();
        try {
            Context context = vertx.getOrCreateContext();
            PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
            PushShard shard = hub.newShard(context);
            // Touched by that event loop only.
            EmbeddedChannel connection = onEventLoop(context, () -> connection(shard.cork()));
            onEventLoop(context, () -> listen(vertx, hub, shard, connection));
            flushes.set(0);

            hub.publish(event(0));
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(flushes).hasValue(1));

            flushes.set(0);
            burst(context, hub, 100);
            List<String> got = new ArrayList<>();
            await().atMost(PATIENCE).untilAsserted(() -> {
                got.addAll(onEventLoop(context, () -> sent(connection)));
                assertThat(got).hasSize(103);
            });

            // Ready, subscribed, the first, and the burst in its order
            for (int number = 0; number <= 100; number++) {
                assertThat(got.get(number + 2)).contains("{\"n\":" + number + "}");
            }
            // All hundred waited for the event loop: 64 and the rest.
            assertThat(flushes).hasValue(2);
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    /** With many listeners the first event would wait for the writes of all others: it goes out after 1,024 of them, or eight events. */
    @ParameterizedTest
    @CsvSource({"10, 1", "60, 2", "200, 3"})
    void aBurstToMoreListenersIsFlushedMoreOften(int listeners, int flushesOfEach) {
        Vertx vertx = Vertx.vertx();
        try {
            Context context = vertx.getOrCreateContext();
            PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
            PushShard shard = hub.newShard(context);
            List<EmbeddedChannel> connections =
                    onEventLoop(context, () -> Stream.generate(() -> connection(shard.cork()))
                            .limit(listeners)
                            .toList());
            onEventLoop(context, () -> {
                connections.forEach(connection -> listen(vertx, hub, shard, connection));
                return true;
            });
            flushes.set(0);

            burst(context, hub, 20);

            // It comes after the burst.
            assertThat(onEventLoop(context, () -> sent(connections.get(listeners - 1))))
                    .hasSize(22);
            assertThat(flushes).hasValue(listeners * flushesOfEach);
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    /** Events 1 to {@code last}, while the event loop is busy. */
    private static void burst(Context context, PushHub hub, int last) {
        CountDownLatch busy = new CountDownLatch(1);
        context.runOnContext(ignored -> awaitUninterruptibly(busy));
        for (int number = 1; number <= last; number++) {
            hub.publish(event(number));
        }
        busy.countDown();
    }

    private static <T> T onEventLoop(Context context, Supplier<T> task) {
        Promise<T> done = Promise.promise();
        context.runOnContext(ignored -> {
            try {
                done.complete(task.get());
            } catch (Throwable e) {
                done.fail(e);
            }
        });
        return TestGateway.await(done.future());
    }

    private static FeedSession listen(Vertx vertx, PushHub hub, PushShard shard, EmbeddedChannel connection) {
        FeedSession session = new FeedSession(vertx, PushConfig.DEFAULT, hub, shard, new Outlet() {
            @Override
            public boolean isFull() {
                return !connection.isWritable();
            }

            @Override
            public void write(Notice notice) {
                connection.writeAndFlush(Unpooled.wrappedBuffer(Frames.notice(notice)));
            }

            @Override
            public void write(FeedEvent event, int channelIndex, String cursor) {
                connection.writeAndFlush(Unpooled.wrappedBuffer(event.frame(channelIndex, cursor)));
            }

            @Override
            public void heartbeat() {
                // Not looked at here.
            }

            @Override
            public void close(CloseCode code, String reason) {
                connection.close();
            }
        });
        Principal analyst =
                new Principal("ana", Set.of(Role.ANALYST), "", Instant.now().plusSeconds(3600));
        session.openAs(analyst);
        try {
            session.subscribe(Wanted.of(analyst, "alerts", null, Filter.NONE));
            return session;
        } catch (Wanted.RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FeedEvent event(int number) {
        return new FeedEvent(
                List.of(Channel.ALERTS),
                number,
                "c" + number,
                ("{\"n\":" + number + "}").getBytes(StandardCharsets.US_ASCII));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
