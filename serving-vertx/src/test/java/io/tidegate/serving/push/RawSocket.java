package io.tidegate.serving.push;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A WebSocket client that reads only when it is told to, from whatever address of this machine: hundreds of them cost nothing, and one that isn't
 * read from stalls.
 */
public final class RawSocket implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MAX_SHORT = 125;
    private static final int TWO_BYTES = 126;
    private static final int CLOSE = 8;
    private static final int TEXT = 1;

    private final Socket socket;
    private final DataInputStream in;

    private RawSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Connects from 127.0.0.1, and reads the ready frame. */
    public static RawSocket connect(int port, String token) throws IOException {
        return connect("127.0.0.1", port, token, 0);
    }

    /**
     * @param from the address to connect from; all of 127/8 is this machine
     * @param receiveBuffer bytes that the kernel takes for a client that doesn't read; 0 for its default
     * @throws IOException if it isn't let in
     */
    public static RawSocket connect(String from, int port, String token, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.bind(new InetSocketAddress(from, 0));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            RawSocket raw = new RawSocket(socket);
            raw.upgrade(port, token);
            String first = raw.next();
            if (!first.equals("{\"op\":\"ready\"}")) {
                throw new IOException("not ready but " + first);
            }
            return raw;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void upgrade(int port, String token) throws IOException {
        socket.getOutputStream()
                .write(("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:" + port
                                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " + token
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed after " + head);
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException(head.toString());
        }
    }

    /** Sends a text of at most 64 KiB. */
    public void send(String text) throws IOException {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        boolean small = payload.length <= MAX_SHORT;
        byte[] frame = new byte[(small ? 6 : 8) + payload.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | (small ? payload.length : TWO_BYTES));
        if (!small) {
            frame[2] = (byte) (payload.length >> 8);
            frame[3] = (byte) payload.length;
        }
        // The mask is zero.
        System.arraycopy(payload, 0, frame, frame.length - payload.length, payload.length);
        socket.getOutputStream().write(frame);
    }

    /** Subscribes, and reads the answer; what comes after it is the feed's. */
    public String subscribe(String channel, String cursor) throws IOException {
        send("{\"op\":\"subscribe\",\"channel\":\"" + channel + "\""
                + (cursor == null ? "" : ",\"cursor\":\"" + cursor + "\"") + "}");
        String answer = next();
        if (!answer.startsWith("{\"op\":\"subscribed\"")) {
            throw new IOException("not subscribed but " + answer);
        }
        return answer;
    }

    /** The next text, or {@code close CODE} when the gateway says goodbye. Pings are passed over, and not answered. */
    public String next() throws IOException {
        while (true) {
            int opcode = in.readUnsignedByte() & 0x0F;
            int length = in.readUnsignedByte();
            long bytes = length <= MAX_SHORT ? length : length == TWO_BYTES ? in.readUnsignedShort() : in.readLong();
            byte[] payload = in.readNBytes(Math.toIntExact(bytes));
            if (opcode == TEXT) {
                return new String(payload, StandardCharsets.UTF_8);
            }
            if (opcode == CLOSE) {
                return "close " + ((payload[0] & 0xFF) << 8 | payload[1] & 0xFF);
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
