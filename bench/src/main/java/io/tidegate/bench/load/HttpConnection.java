package io.tidegate.bench.load;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A connection that is kept, with one request at a time on it; what is sent is made before the clock runs. It costs as little as it can: it shares
 * the machine with what it measures. Not thread-safe.
 */
public final class HttpConnection implements Closeable {

    private static final int TIMEOUT_MS = 60_000;
    private static final String LENGTH = "content-length:";

    private final Socket socket = new Socket();
    private final InputStream in;
    private final StringBuilder line = new StringBuilder(80);

    public HttpConnection(int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    /** A whole request with a JSON body. */
    public static byte[] post(int port, String path, String token, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json\r\n" + "Authorization: Bearer " + token
                        + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /**
     * Sends a request and reads its answer to the end.
     *
     * @throws IOException where the answer is no 2xx
     */
    public void exchange(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        String status = readLine();
        long length = 0;
        for (String header = readLine(); !header.isEmpty(); header = readLine()) {
            if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                length = Long.parseLong(header.substring(LENGTH.length()).strip());
            }
        }
        if (!status.startsWith("HTTP/1.1 2")) {
            throw new IOException(status + " " + new String(in.readNBytes((int) length), StandardCharsets.UTF_8));
        }
        in.skipNBytes(length);
    }

    private String readLine() throws IOException {
        line.setLength(0);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection was closed");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
