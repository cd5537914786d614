package io.tidegate.client;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A socket for each subscription, made anew whenever it is gone. All that changes is changed on one thread, which also calls the
 * listener; the socket's own threads only hand over.
 */
final class FeedSubscription<M extends FeedMessage> implements Subscription {

    /** As many ids as a gateway may repeat around a reconnect, and far more. */
    private static final int REMEMBERED = 10_000;

    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int NORMAL = 1000;

    /** What no new attempt heals. */
    private static final Set<String> FINAL =
            Set.of("forbidden", "bad_channel", "bad_message", "unknown_op", "too_many_subscriptions", "other_subject");

    private final Gateway gateway;
    private final Channel<M> channel;
    private final SubscribeOptions options;
    private final FeedListener<? super M> listener;
    private final ScheduledExecutorService thread;
    private final Backoff backoff;
    private final Set<String> heard = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    private volatile String cursor;
    private volatile boolean live;
    private volatile boolean closed;
    /** Of the present connection; events of an older one are passed over. */
    private Connection connection;

    private FeedSubscription(
            Gateway gateway, Channel<M> channel, SubscribeOptions options, FeedListener<? super M> listener) {
        this.gateway = gateway;
        this.channel = channel;
        this.options = options;
        this.listener = listener;
        this.cursor = options.cursor().orElse(null);
        this.backoff = new Backoff(FIRST_WAIT, options.maxBackoff());
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "tidegate-feed-" + channel.name());
            made.setDaemon(true);
            return made;
        });
    }

    static <M extends FeedMessage> FeedSubscription<M> start(
            Gateway gateway, Channel<M> channel, SubscribeOptions options, FeedListener<? super M> listener) {
        FeedSubscription<M> subscription = new FeedSubscription<>(gateway, channel, options, listener);
        subscription.thread.execute(subscription::connect);
        long beat = Math.max(1, options.heartbeat().toMillis());
        subscription.thread.scheduleWithFixedDelay(subscription::heartbeat, beat, beat, TimeUnit.MILLISECONDS);
        return subscription;
    }

    @Override
    public Optional<String> cursor() {
        return Optional.ofNullable(cursor);
    }

    @Override
    public boolean isLive() {
        return live;
    }

    @Override
    public void close() {
        closed = true;
        onThread(() -> {
            leave();
            thread.shutdownNow();
        });
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            // It is closed; nothing is left to do.
            closed = true;
        }
    }

    private void leave() {
        live = false;
        Connection last = connection;
        connection = null;
        if (last != null && last.socket != null) {
            // Politely, if the other side is still there.
            WebSocket socket = last.socket;
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "")
                    .orTimeout(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((said, gone) -> socket.abort());
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        Connection mine = new Connection();
        connection = mine;
        String token;
        try {
            token = gateway.token();
        } catch (RuntimeException e) {
            lost(mine, "no token: " + e);
            return;
        }
        gateway.http()
                .newWebSocketBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .buildAsync(gateway.webSocket(), mine)
                .whenComplete((socket, failure) -> onThread(() -> {
                    if (failure != null) {
                        lost(mine, "can't connect: " + failure.getMessage());
                    } else if (connection == mine) {
                        mine.socket = socket;
                        say(subscribe(true));
                    } else {
                        socket.abort();
                    }
                }));
    }

    private byte[] subscribe(boolean withCursor) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringField("op", "subscribe");
            json.writeStringField("channel", channel.name());
            if (withCursor && cursor != null) {
                json.writeStringField("cursor", cursor);
            }
            if (options.hasFilter()) {
                json.writeObjectFieldStart("filter");
                for (Map.Entry<String, Set<String>> one : Map.of(
                                "severity", options.severities(),
                                "rule", options.rules(),
                                "subject", options.subjects())
                        .entrySet()) {
                    if (!one.getValue().isEmpty()) {
                        json.writeArrayFieldStart(one.getKey());
                        for (String value : one.getValue()) {
                            json.writeString(value);
                        }
                        json.writeEndArray();
                    }
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    private void say(byte[] frame) {
        Connection mine = connection;
        if (mine != null && mine.socket != null) {
            mine.socket
                    .sendText(new String(frame, StandardCharsets.UTF_8), true)
                    .whenComplete((sent, failure) -> {
                        if (failure != null) {
                            onThread(() -> lost(mine, "can't send: " + failure.getMessage()));
                        }
                    });
        }
    }

    private void heartbeat() {
        Connection mine = connection;
        if (mine == null || mine.socket == null) {
            return;
        }
        if (!mine.heardSince) {
            lost(mine, "no sign of life");
            return;
        }
        mine.heardSince = false;
        mine.socket.sendPing(ByteBuffer.allocate(0)).exceptionally(failure -> {
            onThread(() -> lost(mine, "can't send: " + failure.getMessage()));
            return null;
        });
    }

    /** Only what happens to the present connection counts. */
    private void lost(Connection which, String reason) {
        if (closed || connection != which) {
            return;
        }
        boolean wasLive = live;
        leave();
        if (wasLive) {
            tell(() -> listener.onInterrupted(reason));
        }
        if (!closed) {
            thread.schedule(this::connect, backoff.next().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void end(TidegateException reason) {
        if (!closed) {
            closed = true;
            leave();
            tell(() -> listener.onEnd(reason));
            thread.shutdownNow();
        }
    }

    private boolean tell(Runnable call) {
        try {
            call.run();
            return true;
        } catch (RuntimeException e) {
            if (!closed) {
                closed = true;
                leave();
                TidegateException reason = new TidegateException(0, "listener_failed", "the listener failed: " + e, e);
                try {
                    listener.onEnd(reason);
                } finally {
                    thread.shutdownNow();
                }
            }
            return false;
        }
    }

    /** A frame of the gateway. */
    private final class Frame {
        private String op = "";
        private String place;
        private String code = "";
        private String message = "";
        private String from;
        private String to;
        private M data;
    }

    private void frame(Connection which, String text) {
        if (closed || connection != which) {
            return;
        }
        Frame frame = new Frame();
        try {
            Json.read(text, json -> {
                Json.object(json, (name, value) -> member(frame, name, value));
                return null;
            });
        } catch (IOException | RuntimeException e) {
            lost(which, "a frame that can't be read: " + e);
            return;
        }
        switch (frame.op) {
            case "subscribed" -> {
                backoff.reset();
                live = true;
                if (cursor == null) {
                    // Cut off before the first message, it goes on from here and not from whenever it is back.
                    cursor = frame.place;
                }
                tell(listener::onLive);
            }
            case "event" -> event(frame);
            case "gap" -> tell(() -> listener.onGap(new Gap(channel.name(), time(frame.from), time(frame.to))));
            case "error" -> error(which, frame);
            default -> {
                // ready, pong, and what a newer gateway may say.
            }
        }
    }

    private void member(Frame frame, String name, JsonParser value) throws IOException {
        switch (name) {
            case "op" -> frame.op = Json.text(value);
            case "cursor" -> frame.place = Json.text(value);
            case "code" -> frame.code = Json.text(value);
            case "message" -> frame.message = Json.text(value);
            case "from" -> frame.from = Json.text(value);
            case "to" -> frame.to = Json.text(value);
            case "data" -> frame.data = channel.reader().read(value);
            default -> {}
        }
    }

    private static Instant time(String text) {
        return text == null ? Instant.EPOCH : Instant.parse(text);
    }

    private void event(Frame frame) {
        String id = id(frame.data);
        if (id.isEmpty() || heard.add(id)) {
            M message = frame.data;
            if (message == null || !tell(() -> listener.onMessage(message))) {
                return;
            }
        }
        // After the listener: whoever goes on from here has heard it.
        if (frame.place != null) {
            cursor = frame.place;
        }
    }

    /** Empty for those that are a newest value: they may come again. */
    private static String id(FeedMessage message) {
        if (message instanceof Alert alert) {
            return alert.alertId();
        }
        return message instanceof Notification notification ? notification.notificationId() : "";
    }

    private void error(Connection which, Frame frame) {
        if (FINAL.contains(frame.code)) {
            end(new TidegateException(0, frame.code, frame.code + ": " + frame.message, null));
        } else if (frame.code.equals("token_expired")) {
            authenticateAgain(which);
        } else if (frame.code.equals("bad_cursor")) {
            // Of another cluster, or too old a form: from now on, and that is a gap of unknown length.
            cursor = null;
            if (tell(() -> listener.onGap(new Gap(channel.name(), Instant.EPOCH, Instant.now())))) {
                say(subscribe(false));
            }
        }
        // All others are followed by a close.
    }

    private void authenticateAgain(Connection which) {
        String token;
        try {
            token = gateway.token();
        } catch (RuntimeException e) {
            lost(which, "no token: " + e);
            return;
        }
        say(Json.write(json -> {
            json.writeStartObject();
            json.writeStringField("op", "auth");
            json.writeStringField("token", token);
            json.writeEndObject();
        }));
    }

    /** Gathers frames and hands them over; the next one is asked for when the last one has been heard. */
    private final class Connection implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();
        private volatile boolean heardSince = true;
        private WebSocket socket;

        @Override
        public void onOpen(WebSocket opened) {
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            heardSince = true;
            text.append(data);
            if (!last) {
                from.request(1);
                return null;
            }
            String whole = text.toString();
            text.setLength(0);
            onThread(() -> {
                frame(this, whole);
                from.request(1);
            });
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
            heardSince = true;
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            heardSince = true;
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            onThread(() -> lost(this, "closed: " + status + (status == NORMAL ? "" : " " + reason)));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            onThread(() -> lost(this, "broken: " + failure.getMessage()));
        }
    }
}
