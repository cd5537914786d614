package io.tidegate.dev.clickhouse.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * An HTTP proxy in front of ClickHouse that fails as networks do. Faults are scripted; each hits the next request that its
 * statement matches, others pass. A statement is matched where it stands in the URL, as the sink sends it; requests with the
 * statement in the body, as drivers send them, always pass.
 *
 * <p>Apart from the script the whole way can be {@linkplain #cut cut} or {@linkplain #silence silenced}. Thread-safe.
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
        /** The client gets a closed connection at once; the whole request reaches ClickHouse only at {@link #release}. */
        LATE_REQUEST,
        /** Passes; a copy is sent again at {@link #release}. */
        ECHO_LATER
    }

    /** How much of an insert has reached ClickHouse when something is to happen. */
    public enum Moment {
        /** Half the body. */
        MIDWAY,
        /** All of it, so that the answer is being made or on its way. */
        COMPLETE
    }

    private enum Way {
        OPEN,
        CUT,
        SILENT
    }

    private record Scripted(String verb, Fault fault, Moment moment, Runnable action) {
        Scripted(String verb, Fault fault) {
            this(verb, fault, null, null);
        }
    }

    private static final Scripted NOTHING = new Scripted("", Fault.PASS);
    private static final int KEPT_STATEMENTS = 10_000;

    private final Supplier<URI> upstream;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "faulty-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final Queue<Scripted> script = new ConcurrentLinkedQueue<>();
    private final Queue<String> statements = new ConcurrentLinkedQueue<>();
    private final Queue<byte[]> held = new ConcurrentLinkedQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch released = new CountDownLatch(1);
    private volatile Way way = Way.OPEN;
    private volatile CountDownLatch mended = new CountDownLatch(0);

    private FaultyProxy(Supplier<URI> upstream) throws IOException {
        this.upstream = upstream;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Listens on a free port. */
    public static FaultyProxy before(URI upstream) throws IOException {
        return before(() -> upstream);
    }

    /** @param upstream asked for with every request; where it isn't known yet, the request's connection is closed */
    public static FaultyProxy before(Supplier<URI> upstream) throws IOException {
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

    /** At a moment of the next insert something happens, and the client's connection is closed without an answer. */
    public FaultyProxy onInsert(Moment moment, Runnable action) {
        script.add(new Scripted("INSERT", Fault.CUT_BODY, moment, action));
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

    /** The first word of each statement that came, in order (of the latest few thousand). */
    public List<String> verbs() {
        return statements.stream()
                .map(sql -> sql.substring(0, sql.indexOf(' ')))
                .toList();
    }

    public boolean isScriptPlayed() {
        return script.isEmpty();
    }

    /** What hasn't hit anything yet won't any more. */
    public void forgetScript() {
        script.clear();
    }

    /** Lets held answers go, and sends held requests to ClickHouse; returns when it has answered them. */
    public void release() throws IOException {
        released.countDown();
        released = new CountDownLatch(1);
        for (byte[] request = held.poll(); request != null; request = held.poll()) {
            forward(request, request.length);
        }
    }

    /** Every connection is reset, and so is every new one until {@link #mend}. */
    public void cut() {
        way = Way.CUT;
        open.forEach(FaultyProxy::reset);
    }

    /** Nothing passes any more, and nobody is told, until {@link #mend}: what was under way is lost, new connections wait. */
    public void silence() {
        mended = new CountDownLatch(1);
        way = Way.SILENT;
    }

    public void mend() {
        Way was = way;
        way = Way.OPEN;
        if (was == Way.SILENT) {
            // What hung in between is over, as after a partition of a network.
            open.forEach(FaultyProxy::reset);
            mended.countDown();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                threads.submit(() -> serve(client));
            } catch (IOException e) {
                // Closed: nobody needs it any more.
                return;
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            if (way == Way.CUT) {
                reset(client);
                return;
            }
            awaitOpenWay();
            byte[] head = readHead(client.getInputStream());
            if (head.length == 0) {
                return;
            }
            String sql = statement(head);
            if (!sql.isEmpty()) {
                note(sql);
            }
            Scripted next = faultFor(sql);
            if (next == NOTHING) {
                passThrough(client, head);
            } else {
                fail(client, withBody(head, client.getInputStream()), head.length, next);
            }
        } catch (IOException e) {
            // The client or ClickHouse went away, which is what this class is for.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private void note(String sql) {
        statements.add(sql);
        if (statements.size() > KEPT_STATEMENTS) {
            statements.poll();
        }
    }

    private void awaitOpenWay() throws InterruptedException {
        if (way == Way.SILENT) {
            mended.await();
        }
    }

    private void fail(Socket client, byte[] request, int headLength, Scripted scripted)
            throws IOException, InterruptedException {
        int half = headLength + (request.length - headLength) / 2;
        if (scripted.action() != null) {
            strike(request, scripted.moment() == Moment.MIDWAY ? half : request.length, scripted.action());
            return;
        }
        CountDownLatch latch = released;
        switch (scripted.fault()) {
            case PASS -> answer(client, forward(request, request.length));
            case SWALLOW_ANSWER -> forward(request, request.length);
            case CUT_BODY -> forward(request, half);
            case HOLD_ANSWER -> {
                byte[] answer = forward(request, request.length);
                latch.await();
                answer(client, answer);
            }
            case HOLD_REQUEST -> {
                held.add(request);
                latch.await();
            }
            case LATE_REQUEST -> held.add(request);
            case ECHO_LATER -> {
                held.add(request);
                answer(client, forward(request, request.length));
            }
        }
    }

    private void strike(byte[] request, int length, Runnable action) throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(request, 0, length);
            out.flush();
            action.run();
        }
    }

    private Scripted faultFor(String sql) {
        Scripted next = script.peek();
        // Two requests may see the same entry; only one takes it.
        return next != null && sql.startsWith(next.verb()) && script.remove(next) ? next : NOTHING;
    }

    private static void answer(Socket client, byte[] answer) throws IOException {
        client.getOutputStream().write(answer);
        client.getOutputStream().flush();
    }

    /** Both directions until the server closes, which it does after its answer. */
    private void passThrough(Socket client, byte[] head) throws IOException, InterruptedException {
        try (Socket socket = connect()) {
            open.add(socket);
            try {
                socket.getOutputStream().write(head);
                socket.getOutputStream().flush();
                threads.submit(() -> {
                    try {
                        pump(client.getInputStream(), socket.getOutputStream());
                    } catch (IOException | InterruptedException e) {
                        // The other direction notices too.
                        reset(socket);
                    }
                });
                pump(socket.getInputStream(), client.getOutputStream());
            } finally {
                open.remove(socket);
            }
        }
    }

    private void pump(InputStream in, OutputStream out) throws IOException, InterruptedException {
        byte[] buffer = new byte[64 * 1024];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            awaitOpenWay();
            out.write(buffer, 0, read);
            out.flush();
        }
    }

    private Socket connect() throws IOException {
        URI to = upstream.get();
        return new Socket(to.getHost(), to.getPort());
    }

    /** Sends the first {@code length} bytes of a request and reads what comes back until the end. */
    private byte[] forward(byte[] request, int length) throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(request, 0, length);
            out.flush();
            if (length < request.length) {
                return new byte[0];
            }
            return socket.getInputStream().readAllBytes();
        }
    }

    /** The head of a request, changed so that the server closes after it; empty where the client closed without one. */
    private static byte[] readHead(InputStream in) throws IOException {
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
        StringBuilder changed = new StringBuilder(head.size() + 32);
        for (String line : head.toString(StandardCharsets.ISO_8859_1).split("\r\n")) {
            if (!line.toLowerCase(Locale.ROOT).startsWith("connection:")) {
                changed.append(line).append("\r\n");
            }
        }
        return changed.append("Connection: close\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] withBody(byte[] head, InputStream in) throws IOException {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head);
        if (text.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked")) {
            for (int length = chunk(in, request); length > 0; length = chunk(in, request)) {
                // Up to the last one, which is empty.
            }
        } else {
            int length = contentLength(text);
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException("the client closed in the middle of the body");
            }
            request.writeBytes(body);
        }
        return request.toByteArray();
    }

    /** Copies one chunk with its frame; returns the length of its data. */
    private static int chunk(InputStream in, ByteArrayOutputStream to) throws IOException {
        StringBuilder size = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the client closed in the middle of the body");
            }
            size.append((char) b);
        }
        int length = Integer.parseInt(size.toString().trim().split(";", 2)[0], 16);
        to.writeBytes((size + "\n").getBytes(StandardCharsets.ISO_8859_1));
        byte[] data = in.readNBytes(length + 2);
        if (data.length < length + 2) {
            throw new EOFException("the client closed in the middle of the body");
        }
        to.writeBytes(data);
        return length;
    }

    private static int contentLength(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
            }
        }
        return 0;
    }

    /** Empty where it isn't in the URL. */
    private static String statement(byte[] head) {
        String line =
                new String(head, 0, Math.min(head.length, 8_192), StandardCharsets.ISO_8859_1).split("\r\n", 2)[0];
        int name = line.indexOf("query=");
        if (name <= 0 || "?&".indexOf(line.charAt(name - 1)) < 0) {
            return "";
        }
        int from = name + "query=".length();
        int to = line.indexOf('&', from);
        int end = line.indexOf(' ', from);
        return URLDecoder.decode(line.substring(from, to < 0 ? end : to), StandardCharsets.UTF_8);
    }

    /** Closes so that the other side gets a reset, not an end. */
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It was closed in between.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(FaultyProxy::reset);
        threads.shutdownNow();
    }
}
