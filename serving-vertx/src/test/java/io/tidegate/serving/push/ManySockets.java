package io.tidegate.serving.push;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Many WebSockets on one gateway, some of which never read: how late a healthy one gets its events, and what a socket costs.
 * Run by {@code scripts/bench-sockets}; the method is in docs/performance.md.
 *
 * <p>Two processes. The child is the gateway without Kafka: events are published straight into its hub, at a fixed rate whatever
 * happens (open loop), each with the time at which it was due. The parent holds the clients: plain sockets and one selector
 * thread. Both read the same monotonic clock. One in a hundred clients listens to a heavy channel too: in phases A it reads,
 * in phases B it doesn't, so that the load is the same but for the stall. Order ABBA, repeated.
 */
final class ManySockets {

    private static final int EVENTS_PER_SECOND = 2;
    private static final int EVENT_BYTES = 300;
    private static final int HEAVY_PER_SECOND = 10;
    private static final int HEAVY_BYTES = 16 * 1024;
    private static final byte[] STAMP = "\"at\":".getBytes(StandardCharsets.US_ASCII);

    private ManySockets() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 1 && args[0].equals("gateway")) {
            gateway();
            return;
        }
        int sockets = 10_000;
        int rounds = 2;
        int seconds = 20;
        for (int i = 0; i + 1 < args.length; i += 2) {
            int value = Integer.parseInt(args[i + 1]);
            switch (args[i]) {
                case "--sockets" -> sockets = value;
                case "--rounds" -> rounds = value;
                case "--seconds" -> seconds = value;
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        new Bench(sockets, rounds, seconds).run();
    }

    /** The child: obeys one command a line, and answers each with one line. */
    private static void gateway() throws Exception {
        // Only answers go to the parent.
        PrintStream answers = System.out;
        System.setOut(System.err);
        Path directory = Files.createTempDirectory("many-sockets");
        Vertx vertx = Vertx.vertx();
        PushHub hub = new PushHub(new PushMetrics(new SimpleMeterRegistry()));
        TestGateway gateway =
                TestGateway.start(vertx, directory, new PushModule(vertx, PushConfig.DEFAULT, hub, List.of()));
        answers.println(gateway.port() + " " + gateway.token("ana", "analyst"));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals("memory")) {
                answers.println(usedHeap() + " " + residentBytes());
            } else if (command.startsWith("publish ")) {
                publish(hub, Integer.parseInt(command.substring(8)));
                answers.println("done");
            } else {
                answers.println("?");
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void publish(PushHub hub, int seconds) {
        long start = System.nanoTime();
        long sequence = 0;
        for (int tick = 0; tick < seconds * HEAVY_PER_SECOND; tick++) {
            long due = start + tick * TimeUnit.SECONDS.toNanos(1) / HEAVY_PER_SECOND;
            while (System.nanoTime() < due) {
                java.util.concurrent.locks.LockSupport.parkNanos(due - System.nanoTime());
            }
            if (tick % (HEAVY_PER_SECOND / EVENTS_PER_SECOND) == 0) {
                hub.publish(event(Channel.ALERTS, ++sequence, due, EVENT_BYTES));
            }
            hub.publish(event(Channel.ALERTS_SURGE, ++sequence, due, HEAVY_BYTES));
        }
    }

    private static FeedEvent event(Channel channel, long sequence, long due, int bytes) {
        String head = "{\"at\":" + due + ",\"message\":\"";
        String data = head + "x".repeat(bytes - head.length() - 2) + "\"}";
        return new FeedEvent(
                List.of(channel),
                sequence,
                new Cursor(1, 1, System.currentTimeMillis(), new long[] {sequence, sequence, sequence, sequence})
                        .encode(),
                data.getBytes(StandardCharsets.US_ASCII));
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }

    /** The parent. */
    private static final class Bench {
        private final int sockets;
        private final int rounds;
        private final int seconds;
        private final Selector selector = Selector.open();
        private BufferedReader answers;
        private PrintStream commands;
        private int port;
        private String token;
        /** Of the phase, nanoseconds; null while nothing is measured. */
        private volatile Latencies latencies;

        private Bench(int sockets, int rounds, int seconds) throws IOException {
            this.sockets = sockets;
            this.rounds = rounds;
            this.seconds = seconds;
        }

        private void run() throws Exception {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx1g",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ManySockets.class.getName(),
                            "gateway")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                measure(child);
            } finally {
                child.destroy();
            }
        }

        private void measure(Process child) throws Exception {
            answers = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
            commands = new PrintStream(child.getOutputStream(), true, StandardCharsets.UTF_8);
            String[] hello = answers.readLine().split(" ");
            port = Integer.parseInt(hello[0]);
            token = hello[1];
            // Classes, buffers and the like are there before memory is looked at.
            connect(200, false, false).forEach(Bench::close);
            long[] empty = memory();
            int special = Math.max(1, sockets / 100);
            List<SocketChannel> healthy = connect(sockets - special, false, false);
            long[] full = memory();
            System.out.printf(
                    Locale.ROOT,
                    "%d sockets: %.1f KiB of heap and %.1f KiB resident for each%n",
                    healthy.size(),
                    (full[0] - empty[0]) / 1024.0 / healthy.size(),
                    (full[1] - empty[1]) / 1024.0 / healthy.size());
            register(healthy);
            Thread reader = new Thread(this::read, "clients");
            reader.setDaemon(true);
            reader.start();
            phase(false, special);
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                double a = phase(false, special);
                double b = phase(true, special) + phase(true, special);
                a += phase(false, special);
                ratios.add(b / a);
                System.out.printf(Locale.ROOT, "round %d: p99 stalled / none stalled = %.3f%n", round + 1, b / a);
            }
            ratios.sort(null);
            System.out.printf(
                    Locale.ROOT, "median ratio %.3f, spread %s%n", ratios.get(ratios.size() / 2), ratios.toString());
        }

        /** The p99 in milliseconds. */
        private double phase(boolean stalled, int special) throws Exception {
            List<SocketChannel> others = connect(special, true, stalled);
            if (!stalled) {
                register(others);
            }
            latencies = new Latencies(sockets * seconds * EVENTS_PER_SECOND);
            commands.println("publish " + seconds);
            answers.readLine();
            Thread.sleep(1_000);
            Latencies taken = latencies;
            latencies = null;
            others.forEach(Bench::close);
            Thread.sleep(500);
            long expected = (long) (sockets - special) * seconds * EVENTS_PER_SECOND;
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d of %d events to healthy sockets; p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                    stalled ? "B (1% stalled)" : "A (none stalled)",
                    taken.size,
                    expected,
                    taken.at(0.5),
                    taken.at(0.99),
                    taken.at(1));
            if (taken.size != expected) {
                throw new IllegalStateException("events were lost, or came late");
            }
            return taken.at(0.99);
        }

        private long[] memory() throws IOException {
            commands.println("memory");
            return Arrays.stream(answers.readLine().split(" "))
                    .mapToLong(Long::parseLong)
                    .toArray();
        }

        private List<SocketChannel> connect(int count, boolean heavy, boolean stalled) throws IOException {
            List<SocketChannel> opened = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                SocketChannel channel = SocketChannel.open();
                if (stalled) {
                    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
                }
                channel.connect(new InetSocketAddress("127.0.0.1", port));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                write(
                        channel,
                        ("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:" + port
                                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer "
                                        + token
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                String channelName = heavy ? "alerts:surge" : "alerts";
                write(channel, maskedText("{\"op\":\"subscribe\",\"channel\":\"" + channelName + "\"}"));
                awaitText(channel, "\"subscribed\"");
                opened.add(channel);
            }
            return opened;
        }

        private static void write(SocketChannel channel, byte[] bytes) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        private static void awaitText(SocketChannel channel, String wanted) throws IOException {
            StringBuilder text = new StringBuilder();
            ByteBuffer buffer = ByteBuffer.allocate(1024);
            while (text.indexOf(wanted) < 0) {
                buffer.clear();
                if (channel.read(buffer) < 0) {
                    throw new EOFException("closed after " + text);
                }
                text.append(new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1));
            }
        }

        private void register(List<SocketChannel> channels) throws IOException {
            for (SocketChannel channel : channels) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
        }

        private void read() {
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (true) {
                try {
                    selector.select(100);
                    long now = System.nanoTime();
                    for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                        SelectionKey key = keys.next();
                        keys.remove();
                        read(key, buffer, now);
                    }
                } catch (IOException | RuntimeException e) {
                    e.printStackTrace();
                    return;
                }
            }
        }

        private void read(SelectionKey key, ByteBuffer buffer, long now) {
            buffer.clear();
            try {
                if (((SocketChannel) key.channel()).read(buffer) < 0) {
                    key.cancel();
                    return;
                }
            } catch (IOException e) {
                key.cancel();
                return;
            }
            Latencies to = latencies;
            // A light event always arrives in one piece; heavy ones aren't looked at.
            if (to != null && buffer.position() < 4 * EVENT_BYTES) {
                byte[] bytes = buffer.array();
                for (int i = 0; i + STAMP.length < buffer.position(); i++) {
                    if (bytes[i] == '"' && Arrays.equals(bytes, i, i + STAMP.length, STAMP, 0, STAMP.length)) {
                        long at = 0;
                        for (int digit = i + STAMP.length; bytes[digit] >= '0' && bytes[digit] <= '9'; digit++) {
                            at = at * 10 + bytes[digit] - '0';
                        }
                        to.add(Math.max(0, System.nanoTime() - at));
                    }
                }
            }
        }

        private static void close(SocketChannel channel) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** A client's text frame with mask 0. */
        private static byte[] maskedText(String text) {
            byte[] payload = text.getBytes(StandardCharsets.UTF_8);
            byte[] frame = new byte[6 + payload.length];
            frame[0] = (byte) 0x81;
            frame[1] = (byte) (0x80 | payload.length);
            System.arraycopy(payload, 0, frame, 6, payload.length);
            return frame;
        }
    }

    private static final class Latencies {
        private final long[] nanos;
        private int size;
        private boolean sorted;

        private Latencies(int capacity) {
            nanos = new long[capacity];
        }

        private void add(long value) {
            nanos[size++] = value;
        }

        /** In milliseconds. */
        private double at(double quantile) {
            if (!sorted) {
                Arrays.sort(nanos, 0, size);
                sorted = true;
            }
            return size == 0 ? 0 : nanos[(int) Math.min(size - 1, (long) (quantile * size))] / 1e6;
        }
    }
}
