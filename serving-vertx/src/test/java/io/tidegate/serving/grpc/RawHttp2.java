package io.tidegate.serving.grpc;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** HTTP/2 frames written by hand, for what no client would send. Not thread-safe. */
final class RawHttp2 implements Closeable {

    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int CANCEL = 8;

    /** Far more than any working client sends. */
    private static final int MOST = 200_000;

    private final Socket socket;
    private final OutputStream out;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Something that writes frames. */
    interface Frames {
        void write(int round) throws IOException;
    }

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
    }

    static RawHttp2 connect(int port) throws IOException {
        RawHttp2 connection = new RawHttp2(new Socket("127.0.0.1", port));
        connection.out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        connection.settings();
        Thread reader = new Thread(connection::readToTheEnd, "raw-http2");
        reader.setDaemon(true);
        reader.start();
        return connection;
    }

    private void readToTheEnd() {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = socket.getInputStream();
            while (in.read(buffer) >= 0) {
                // What the server says doesn't matter, only that it hangs up.
            }
        } catch (IOException reset) {
            // That is an end, too.
        }
        ended.set(true);
    }

    /** Writes until the server has hung up; false if it never does. */
    boolean endsWhile(Frames frames) {
        try {
            for (int round = 0; round < MOST && !ended.get(); round++) {
                frames.write(round);
            }
        } catch (IOException brokenPipe) {
            return true;
        }
        return ended.get();
    }

    /** The head of a gRPC call. */
    void headers(int stream, String path, boolean complete) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(512);
        literal(block, ":method", "POST");
        literal(block, ":scheme", "http");
        literal(block, ":path", path);
        literal(block, ":authority", "localhost");
        literal(block, "content-type", "application/grpc");
        literal(block, "te", "trailers");
        byte[] bytes = new byte[block.flip().remaining()];
        block.get(bytes);
        frame(HEADERS, complete ? END_HEADERS | END_STREAM : END_STREAM, stream, bytes);
    }

    void continuation(int stream, byte[] block) throws IOException {
        frame(CONTINUATION, 0, stream, block);
    }

    void reset(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
    }

    void ping() throws IOException {
        frame(PING, 0, 0, new byte[8]);
    }

    void settings() throws IOException {
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    /** HPACK: a literal without indexing, name and value without Huffman coding. */
    private static void literal(ByteBuffer block, String name, String value) {
        block.put((byte) 0)
                .put((byte) name.length())
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .put((byte) value.length())
                .put(value.getBytes(StandardCharsets.US_ASCII));
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16))
                .put((byte) (payload.length >> 8))
                .put((byte) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        out.write(frame.array());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
