package io.tidegate.jobs.clickhouse.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP proxy in front of ClickHouse that fails as networks do. Faults are scripted; each hits the next request
 * that its statement matches, others pass.
 */
public final class FaultyProxy implements AutoCloseable {

    /** What goes wrong with one request. */
    public enum Fault {
        /** Nothing. */
        PASS,
        /** ClickHouse gets the whole request and answers; the client gets a closed connection. */
        SWALLOW_ANSWER,
        /** ClickHouse gets half the body, then the end of the connection, as the client does. */
        CUT_BODY,
        /** ClickHouse gets the whole request at once, the client its answer only after {@link #release}. */
        HOLD_ANSWER,
        /**
         * The whole request is kept, and reaches ClickHouse only at {@link #release}: nobody waits for it any more.
         */
        HOLD_REQUEST,
        /** Passes; a copy is sent again at {@link #release}. */
        ECHO_LATER
    }

    private record Scripted(String verb, Fault fault) {}

    private final URI upstream;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "faulty-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final Queue<Scripted> script = new ConcurrentLinkedQueue<>();
    private final List<String> statements = new CopyOnWriteArrayList<>();
    private final List<byte[]> held = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch released = new CountDownLatch(1);

    private FaultyProxy(URI upstream) throws IOException {
        this.upstream = upstream;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Listens on a free port. */
    public static FaultyProxy before(URI upstream) throws IOException {
        FaultyProxy proxy = new FaultyProxy(upstream);
        proxy.threads.submit(proxy::accept);
        return proxy;
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** The next inserts fail like this, one each. */
    public FaultyProxy onInserts(Fault... faults) {
        for (Fault fault : faults) {
            script.add(new Scripted("INSERT", fault));
        }
        return this;
    }

    /** The next count fails like this. */
    public FaultyProxy onCount(Fault fault) {
        script.add(new Scripted("SELECT", fault));
        return this;
    }

    /** The next mutation fails like this. */
    public FaultyProxy onDelete(Fault fault) {
        script.add(new Scripted("ALTER", fault));
        return this;
    }

    /** The first word of each statement that came, in order. */
    public List<String> verbs() {
        return statements.stream()
                .map(sql -> sql.substring(0, sql.indexOf(' ')))
                .toList();
    }

    public boolean isScriptPlayed() {
        return script.isEmpty();
    }

    /** Lets held answers go, and sends held requests to ClickHouse; returns when it has answered them. */
    public void release() throws IOException {
        released.countDown();
        released = new CountDownLatch(1);
        for (byte[] request : held) {
            forward(request, request.length);
        }
        held.clear();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                threads.submit(() -> serve(client));
            } catch (IOException e) {
                // Closed: the end of the test.
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            byte[] request = readRequest(client.getInputStream());
            if (request.length == 0) {
                return;
            }
            String sql = statement(request);
            statements.add(sql);
            pass(client, request, faultFor(sql));
        } catch (IOException e) {
            // The client or ClickHouse went away, which is what this class is for.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(Socket client, byte[] request, Fault fault) throws IOException, InterruptedException {
        CountDownLatch latch = released;
        switch (fault) {
            case PASS -> answer(client, forward(request, request.length));
            case SWALLOW_ANSWER -> forward(request, request.length);
            case CUT_BODY -> forward(request, request.length - bodyLength(request) / 2);
            case HOLD_ANSWER -> {
                byte[] answer = forward(request, request.length);
                latch.await();
                answer(client, answer);
            }
            case HOLD_REQUEST -> {
                held.add(request);
                latch.await();
            }
            case ECHO_LATER -> {
                held.add(request);
                answer(client, forward(request, request.length));
            }
        }
    }

    private Fault faultFor(String sql) {
        Scripted next = script.peek();
        return next != null && sql.startsWith(next.verb()) ? script.remove().fault() : Fault.PASS;
    }

    private static void answer(Socket client, byte[] answer) throws IOException {
        client.getOutputStream().write(answer);
        client.getOutputStream().flush();
    }

    /** Sends the first {@code length} bytes of a request and reads what comes back until the end. */
    private byte[] forward(byte[] request, int length) throws IOException {
        try (Socket socket = new Socket(upstream.getHost(), upstream.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(request, 0, length);
            out.flush();
            if (length < request.length) {
                return new byte[0];
            }
            return socket.getInputStream().readAllBytes();
        }
    }

    /** The whole request, changed so that the server closes after it; empty where the client closed without one. */
    private static byte[] readRequest(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int endings = 0;
        while (endings < 4) {
            int b = in.read();
            if (b < 0) {
                return new byte[0];
            }
            head.write(b);
            endings = b == (endings % 2 == 0 ? '\r' : '\n') ? endings + 1 : 0;
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        byte[] body = in.readNBytes(contentLength(text));
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(text.substring(0, text.length() - 2).getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes("Connection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private static int bodyLength(byte[] request) {
        return contentLength(new String(request, StandardCharsets.ISO_8859_1).split("\r\n\r\n", 2)[0]);
    }

    private static int contentLength(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
            }
        }
        return 0;
    }

    private static String statement(byte[] request) {
        String line = new String(request, 0, Math.min(request.length, 8_192), StandardCharsets.ISO_8859_1)
                .split("\r\n", 2)[0];
        int from = line.indexOf("query=") + "query=".length();
        int to = line.indexOf('&', from);
        return URLDecoder.decode(line.substring(from, to), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
