package io.tidegate.serving.push;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrameType;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.http.impl.ws.WebSocketFrameImpl;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to a Vert.x WebSocket.
 *
 * <p>Uses two things of Vert.x that aren't public API, each for a reason: a frame around bytes that already exist (the
 * public way encodes a string anew for every socket), and the channel, because Vert.x waits for its close frame to be
 * flushed before it starts the closing time-limit, which never happens with a peer that doesn't read.
 */
final class WebSocketOutlet implements Outlet {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketOutlet.class);

    private final Vertx vertx;
    private final ServerWebSocket socket;
    private final Channel connection;
    private final Duration closeTimeout;

    /**
     * @param connection what the WebSocket runs over; see {@link #connection}
     */
    WebSocketOutlet(Vertx vertx, ServerWebSocket socket, Channel connection, Duration closeTimeout) {
        this.vertx = vertx;
        this.socket = socket;
        this.connection = connection;
        this.closeTimeout = closeTimeout;
    }

    /** The connection of a request that is about to be upgraded; Vert.x doesn't let one have it afterwards. */
    static Channel connection(HttpServerRequest request) {
        return ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel();
    }

    @Override
    public boolean isFull() {
        return !socket.isClosed() && socket.writeQueueFull();
    }

    @Override
    public void write(Notice notice) {
        send(Frames.notice(notice));
    }

    @Override
    public void write(FeedEvent event, int channelIndex, String cursor) {
        send(event.frame(channelIndex, cursor));
    }

    private void send(byte[] utf8) {
        // A write to a connection that has just gone fails; its close handler tells.
        socket.writeFrame(new WebSocketFrameImpl(WebSocketFrameType.TEXT, utf8, true));
    }

    @Override
    public void heartbeat() {
        if (!socket.isClosed()) {
            socket.writePing(Buffer.buffer());
        }
    }

    @Override
    public boolean isHeartbeatAnswered() {
        return true;
    }

    @Override
    public void close(CloseCode code, String reason) {
        long cut = vertx.setTimer(
                closeTimeout.toMillis(),
                // From the last handler on, so that Vert.x's isn't asked to close politely once more.
                ignored -> connection.pipeline().lastContext().close());
        socket.close(code.code(), reason).onComplete(closed -> {
            vertx.cancelTimer(cut);
            if (closed.failed()) {
                LOG.debug("closing a WebSocket", closed.cause());
            }
        });
    }
}
