package io.tidegate.serving.push;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * Server-Sent Events. An event's {@code id} is its cursor and its {@code data} the same JSON as the WebSocket frame; notices have
 * their {@code op} as the event's name, and a heartbeat is a comment.
 */
final class EventStreamOutlet implements Outlet {

    private static final Buffer HEARTBEAT = Buffer.buffer(":\n\n");

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Runnable cut;
    private final Duration closeTimeout;

    /**
     * @param cut ends the connection without a word
     */
    EventStreamOutlet(Vertx vertx, HttpServerResponse response, Runnable cut, Duration closeTimeout) {
        this.vertx = vertx;
        this.response = response;
        this.cut = cut;
        this.closeTimeout = closeTimeout;
    }

    @Override
    public boolean isFull() {
        return !isGone() && response.writeQueueFull();
    }

    private boolean isGone() {
        return response.ended() || response.closed();
    }

    @Override
    public void write(Notice notice) {
        if (notice instanceof Notice.Ready || notice instanceof Notice.Pong) {
            return;
        }
        StringBuilder text = new StringBuilder(256);
        if (notice instanceof Notice.Subscribed subscribed && subscribed.cursor() != null) {
            text.append("id: ").append(subscribed.cursor()).append('\n');
        }
        text.append("event: ")
                .append(notice.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .append("\ndata: ")
                .append(new String(Frames.notice(notice), StandardCharsets.UTF_8))
                .append("\n\n");
        send(Buffer.buffer(text.toString()));
    }

    @Override
    public void write(FeedEvent event, int channelIndex, String cursor) {
        send(Buffer.buffer(event.eventStream(channelIndex, cursor)));
    }

    @Override
    public void heartbeat() {
        send(HEARTBEAT);
    }

    private void send(Buffer bytes) {
        if (!isGone()) {
            response.write(bytes);
        }
    }

    @Override
    public void close(CloseCode code, String reason) {
        if (isGone()) {
            return;
        }
        long timer = vertx.setTimer(closeTimeout.toMillis(), ignored -> cut.run());
        response.end().onComplete(ended -> vertx.cancelTimer(timer));
    }
}
