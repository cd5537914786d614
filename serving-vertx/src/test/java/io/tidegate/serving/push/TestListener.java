package io.tidegate.serving.push;

import static io.tidegate.serving.TestGateway.await;

import io.tidegate.serving.TestGateway;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket client for tests: what the server says is read frame by frame, in order. */
public final class TestListener {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final WebSocket socket;
    private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Short> closeCode = new CompletableFuture<>();

    private TestListener(WebSocket socket) {
        this.socket = socket;
        socket.textMessageHandler(frames::add);
        socket.closeHandler(ignored -> closeCode.complete(socket.closeStatusCode()));
        socket.exceptionHandler(ignored -> {
            // The close handler tells.
        });
    }

    /** Connects without a token. */
    static TestListener connect(TestGateway gateway) {
        return connect(gateway, "/ws", MultiMap.caseInsensitiveMultiMap());
    }

    /** Connects with a token in the handshake, and reads the ready frame. */
    public static TestListener connectAs(TestGateway gateway, String token) {
        TestListener listener = connect(
                gateway, "/ws", MultiMap.caseInsensitiveMultiMap().add(HttpHeaders.AUTHORIZATION, "Bearer " + token));
        listener.expect("{\"op\":\"ready\"}");
        return listener;
    }

    static TestListener connect(TestGateway gateway, String uri, MultiMap headers) {
        WebSocketClient client = gateway.vertx()
                .createWebSocketClient(new WebSocketClientOptions()
                        .setTryUsePerMessageCompression(true)
                        .setMaxFrameSize(1 << 20)
                        .setMaxMessageSize(1 << 20));
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(gateway.port())
                .setURI(uri)
                .setHeaders(headers);
        // From the socket's own context, so that no frame comes before there is somebody to take it.
        Promise<TestListener> connected = Promise.promise();
        gateway.vertx().getOrCreateContext().runOnContext(ignored -> client.connect(options)
                .map(TestListener::new)
                .onComplete(connected));
        return await(connected.future());
    }

    void send(String frame) {
        await(socket.writeFinalTextFrame(frame));
    }

    void sendBinary(Buffer data) {
        await(socket.writeFinalBinaryFrame(data));
    }

    /** As many frames of this many bytes as make one message. */
    void sendFragments(int count, int bytes) {
        Buffer part = Buffer.buffer(" ".repeat(bytes));
        socket.writeFrame(io.vertx.core.http.WebSocketFrame.textFrame(part.toString(), false));
        for (int i = 1; i < count; i++) {
            socket.writeFrame(io.vertx.core.http.WebSocketFrame.continuationFrame(part, i == count - 1));
        }
    }

    void ping() {
        socket.writePing(Buffer.buffer("x"));
    }

    public void subscribe(String channel) {
        subscribe(channel, null);
    }

    /**
     * @param cursor where to continue; null for from now on
     * @return the cursor that the answer tells; null for none
     */
    String subscribe(String channel, String cursor) {
        JsonObject subscribe = new JsonObject().put("op", "subscribe").put("channel", channel);
        if (cursor != null) {
            subscribe.put("cursor", cursor);
        }
        send(subscribe.encode());
        JsonObject answer = nextJson();
        if (!"subscribed".equals(answer.getString("op")) || !channel.equals(answer.getString("channel"))) {
            throw new AssertionError("expected to be subscribed but got " + answer.encode());
        }
        return answer.getString("cursor");
    }

    /** Ends the connection without a word. */
    void cut() {
        socket.close();
    }

    /** What has come so far and wasn't looked at. */
    JsonObject poll() {
        String frame = frames.poll();
        return frame == null ? null : new JsonObject(frame);
    }

    /** The next frame. */
    public String next() {
        try {
            String frame = frames.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (frame == null) {
                throw new AssertionError("no frame within " + PATIENCE + ", closed with "
                        + (closeCode.isDone() ? closeCode.join() : "nothing"));
            }
            return frame;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public JsonObject nextJson() {
        return new JsonObject(next());
    }

    public void expect(String frame) {
        String next = next();
        if (!next.equals(frame)) {
            throw new AssertionError("expected " + frame + " but got " + next);
        }
    }

    void expectError(PushError error) {
        JsonObject frame = nextJson();
        if (!"error".equals(frame.getString("op")) || !error.code().equals(frame.getString("code"))) {
            throw new AssertionError("expected error " + error.code() + " but got " + frame.encode());
        }
    }

    /** Proves that nothing else is on its way: the answer to a ping is the next frame. */
    public void expectNothingMore() {
        send("{\"op\":\"ping\"}");
        expect("{\"op\":\"pong\"}");
    }

    /** Waits for the end. */
    int closeCode() {
        try {
            return Short.toUnsignedInt(closeCode.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new AssertionError("not closed within " + PATIENCE, e);
        }
    }

    String closeReason() {
        return socket.closeReason();
    }

    boolean isOpen() {
        return !closeCode.isDone();
    }
}
