package io.tidegate.serving.push;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.serving.TestGateway;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * Many WebSockets on one gateway, some of which never read: how late a healthy one gets its events, and what a socket costs.
 * Run by {@code scripts/bench-sockets}; the method is in docs/performance.md.
 *
 * <p>Two processes. The child is the gateway without Kafka: events are published straight into its hub, at a fixed rate whatever
 * happens (open loop), each with the time at which it was due. The parent holds the clients: plain sockets and one selector
 * thread. Both read the same monotonic clock. One in a hundred clients listens to a heavy channel too: in phases A it reads,
 * in phases B it doesn't, so that the load is the same but for the stall. A phase is long enough for a stalled one to go all the way: its
 * socket fills, then its backlog, then it is disconnected. Order ABBA, repeated.
 */
final class ManySockets {

    private static final int EVENTS_PER_SECOND = 1;
    private static final int EVENT_BYTES = 300;
    private static final int HEAVY_PER_SECOND = 12;
    private static final int HEAVY_BYTES = 16 * 1024;
    private static final int TEXT = 1;
    private static final int PING = 9;
    /** With mask 0. */
    private static final byte[] PONG = {(byte) 0x8A, (byte) 0x80, 0, 0, 0, 0};

    private static final Duration LATE = Duration.ofSeconds(30);
    private static final byte[] STAMP = "\"at\":".getBytes(StandardCharsets.US_ASCII);

    private ManySockets() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 1 && args[0].equals("gateway")) {
            gateway();
            return;
        }
        int sockets = 10_000;
        int rounds = 5;
        int seconds = 10;
        int burst = 1;
        String profile = "";
        for (int i = 0; i + 1 < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "--sockets" -> sockets = Integer.parseInt(value);
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--seconds" -> seconds = Integer.parseInt(value);
                case "--burst" -> burst = Integer.parseInt(value);
                case "--profile" -> profile = value;
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        new Bench(sockets, rounds, seconds, burst, profile).run();
    }

    /** The child: obeys one command a line, and answers each with one line. */
    private static void gateway() throws Exception {
        // Only answers go to the parent.
        PrintStream answers = System.out;
        System.setOut(System.err);
        Path directory = Files.createTempDirectory("many-sockets");
        Vertx vertx = Vertx.vertx();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        PushHub hub = new PushHub(new PushMetrics(meters));
        TestGateway gateway =
                TestGateway.start(vertx, directory, new PushModule(vertx, PushConfig.DEFAULT, hub, List.of()));
        answers.println(gateway.port() + " " + gateway.token("ana", "analyst"));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals("memory")) {
                answers.println(usedHeap() + " " + residentBytes());
            } else if (command.equals("counts")) {
                answers.println((long) meters.get("tidegate.push.closed")
                                .tag("code", Short.toString(CloseCode.TRY_AGAIN_LATER.code()))
                                .counter()
                                .count()
                        + " " + processor().getProcessCpuTime());
            } else if (command.startsWith("publish ")) {
                String[] howLongAndMany = command.substring(8).split(" ");
                publish(hub, Integer.parseInt(howLongAndMany[0]), Integer.parseInt(howLongAndMany[1]));
                answers.println("done");
            } else {
                answers.println("?");
            }
        }
        if (Boolean.getBoolean("profiled")) {
            // A recording is written by a shutdown hook.
            System.exit(0);
        }
        Runtime.getRuntime().halt(0);
    }

    private static com.sun.management.OperatingSystemMXBean processor() {
        return (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    }

    private static void publish(PushHub hub, int seconds, int burst) {
        long start = System.nanoTime();
        long sequence = 0;
        for (int tick = 0; tick < seconds * HEAVY_PER_SECOND; tick++) {
            long due = start + tick * TimeUnit.SECONDS.toNanos(1) / HEAVY_PER_SECOND;
            while (System.nanoTime() < due) {
                java.util.concurrent.locks.LockSupport.parkNanos(due - System.nanoTime());
            }
            if (tick % (HEAVY_PER_SECOND / EVENTS_PER_SECOND) == 0) {
                for (int i = 0; i < burst; i++) {
                    hub.publish(event(Channel.ALERTS, ++sequence, due, EVENT_BYTES));
                }
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
        private final int burst;
        private final String profile;
        private final Selector selector = Selector.open();
        private BufferedReader answers;
        private PrintStream commands;
        private int port;
        private String token;
        /** Of the phase, nanoseconds; null while nothing is measured. */
        private volatile Latencies latencies;

        /**
         * @param burst how many events are due at a time
         * @param profile file for a flight recording of the gateway; empty for none
         */
        private Bench(int sockets, int rounds, int seconds, int burst, String profile) throws IOException {
            this.sockets = sockets;
            this.rounds = rounds;
            this.seconds = seconds;
            this.burst = burst;
            this.profile = profile;
        }

        private void run() throws Exception {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-XX:+UseSerialGC"));
            if (!profile.isEmpty()) {
                command.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + profile);
                command.add("-Dprofiled=true");
            }
            command.addAll(
                    List.of("-cp", System.getProperty("java.class.path"), ManySockets.class.getName(), "gateway"));
            Process child = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                measure(child);
            } finally {
                commands.close();
                if (!child.waitFor(20, TimeUnit.SECONDS)) {
                    child.destroy();
                }
            }
        }

        private void measure(Process child) throws Exception {
            answers = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
            commands = new PrintStream(child.getOutputStream(), true, StandardCharsets.UTF_8);
            String first = answers.readLine();
            while (first.startsWith("[")) {
                // The flight recorder's words.
                first = answers.readLine();
            }
            String[] hello = first.split(" ");
            port = Integer.parseInt(hello[0]);
            token = hello[1];
            // Classes, buffers and the like are there before memory is looked at.
            connect(200, false, false).forEach(Bench::close);
            long[] empty = memory();
            int special = Math.max(1, sockets / 100);
            Thread reader = new Thread(this::read, "clients");
            reader.setDaemon(true);
            reader.start();
            // Those that are there answer pings while the others connect.
            List<SocketChannel> healthy = new ArrayList<>();
            while (healthy.size() < sockets - special) {
                List<SocketChannel> more = connect(Math.min(500, sockets - special - healthy.size()), false, false);
                register(more, true);
                healthy.addAll(more);
            }
            long[] full = memory();
            System.out.printf(
                    Locale.ROOT,
                    "%d sockets: %.1f KiB of heap and %.1f KiB resident for each%n",
                    healthy.size(),
                    (full[0] - empty[0]) / 1024.0 / healthy.size(),
                    (full[1] - empty[1]) / 1024.0 / healthy.size());
            // Warms up.
            phase(false, special);
            phase(true, special);
            List<Double> pairs = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                List<Double> firstA = phase(false, special);
                List<Double> firstB = phase(true, special);
                List<Double> secondB = phase(true, special);
                List<Double> secondA = phase(false, special);
                pairs.add(median(firstB) / median(firstA));
                pairs.add(median(secondB) / median(secondA));
                System.out.printf(
                        Locale.ROOT,
                        "round %d: p99 of an event, median: A %.1f and %.1f ms, B %.1f and %.1f ms%n",
                        round + 1,
                        median(firstA),
                        median(secondA),
                        median(firstB),
                        median(secondB));
            }
            report(pairs);
        }

        /** The interval is that of the sign test: it asks nothing of the distribution but that pairs are independent. */
        private static void report(List<Double> pairs) {
            double[] sorted =
                    pairs.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int outside = -1;
            double confidence = 1;
            double tail = Math.pow(0.5, sorted.length);
            double term = tail;
            for (int i = 0; 1 - 2 * tail >= 0.95; i++) {
                outside = i;
                confidence = 1 - 2 * tail;
                term = term * (sorted.length - i) / (i + 1);
                tail += term;
            }
            System.out.printf(
                    Locale.ROOT,
                    "p99 with 1%% stalled to none stalled: median of %d pairs of neighbouring phases %.3f; all %s%n",
                    sorted.length,
                    median(pairs),
                    Arrays.stream(sorted)
                            .mapToObj(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                            .toList());
            if (outside >= 0) {
                System.out.printf(
                        Locale.ROOT,
                        "%.1f%% confidence interval of the median: %.3f to %.3f%n",
                        confidence * 100,
                        sorted[outside],
                        sorted[sorted.length - 1 - outside]);
            }
        }

        private static double median(List<Double> values) {
            double[] sorted =
                    values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        /** The p99 of each event, in milliseconds. */
        private List<Double> phase(boolean stalled, int special) throws Exception {
            List<SocketChannel> others = connect(special, true, stalled);
            if (!stalled) {
                register(others, false);
            }
            long[] before = numbers("counts");
            latencies = new Latencies(sockets * seconds * EVENTS_PER_SECOND * burst);
            commands.println("publish " + seconds + " " + burst);
            answers.readLine();
            Latencies taken = latencies;
            long expected = (long) (sockets - special) * seconds * EVENTS_PER_SECOND * burst;
            long latest = System.nanoTime() + LATE.toNanos();
            while (taken.size < expected && System.nanoTime() < latest) {
                Thread.sleep(50);
            }
            latencies = null;
            long[] after = numbers("counts");
            others.forEach(Bench::close);
            Thread.sleep(500);
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d of %d events to healthy sockets; p50 %.1f ms, p99 %.1f ms, max %.1f ms; %d sent away, %.1f"
                            + " us of CPU an event%n",
                    stalled ? "B (1% stalled)" : "A (none stalled)",
                    taken.size,
                    expected,
                    taken.at(0.5),
                    taken.at(0.99),
                    taken.at(1),
                    after[0] - before[0],
                    (after[1] - before[1]) / 1e3 / expected);
            if (taken.size != expected) {
                throw new IllegalStateException("events were lost, or came late");
            }
            return taken.p99OfEachEvent();
        }

        private long[] memory() throws IOException {
            return numbers("memory");
        }

        private long[] numbers(String command) throws IOException {
            commands.println(command);
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
                                        + "\r\n"
                                        + "Upgrade: websocket\r\n"
                                        + "Connection: Upgrade\r\n"
                                        + "Sec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                        + "Authorization: Bearer "
                                        + token
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                awaitText(channel, "\"ready\"");
                String channelName = heavy ? "alerts:surge" : "alerts";
                write(channel, maskedText("{\"op\":\"subscribe\",\"channel\":\"" + channelName + "\"}"));
                awaitText(channel, "\"subscribed\"");
                opened.add(channel);
            }
            return opened;
        }

        private static void write(SocketChannel channel, byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            try {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
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

        private void register(List<SocketChannel> channels, boolean measured) throws IOException {
            for (SocketChannel channel : channels) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, measured);
            }
        }

        private void read() {
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (true) {
                try {
                    selector.select(100);
                    for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                        SelectionKey key = keys.next();
                        keys.remove();
                        read(key, buffer);
                    }
                } catch (IOException | RuntimeException e) {
                    e.printStackTrace();
                    return;
                }
            }
        }

        private void read(SelectionKey key, ByteBuffer buffer) {
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
            if (Boolean.TRUE.equals(key.attachment())) {
                frames((SocketChannel) key.channel(), buffer.flip());
            }
        }

        /** Of a socket that gets little, so that frames always come in one piece. */
        private void frames(SocketChannel from, ByteBuffer bytes) {
            Latencies to = latencies;
            while (bytes.remaining() >= 2) {
                int opcode = bytes.get() & 0x0F;
                int length = bytes.get();
                if (length == 126) {
                    length = bytes.getShort();
                }
                int end = bytes.position() + length;
                if (opcode == PING) {
                    write(from, PONG);
                } else if (to != null && opcode == TEXT) {
                    to.add(stamp(bytes.array(), bytes.position(), end), System.nanoTime());
                }
                bytes.position(end);
            }
        }

        private static long stamp(byte[] bytes, int from, int to) {
            for (int i = from; i + STAMP.length < to; i++) {
                if (Arrays.equals(bytes, i, i + STAMP.length, STAMP, 0, STAMP.length)) {
                    long at = 0;
                    for (int digit = i + STAMP.length; bytes[digit] >= '0' && bytes[digit] <= '9'; digit++) {
                        at = at * 10 + bytes[digit] - '0';
                    }
                    return at;
                }
            }
            throw new IllegalStateException(
                    "not an event: " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
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

    /** From when an event was due until a socket had it. */
    private static final class Latencies {
        private final long[] dues;
        private final long[] nanos;
        private volatile int size;

        private Latencies(int capacity) {
            dues = new long[capacity];
            nanos = new long[capacity];
        }

        private void add(long due, long now) {
            int at = size;
            dues[at] = due;
            nanos[at] = now - due;
            size = at + 1;
        }

        /** Of all, in milliseconds. */
        private double at(double quantile) {
            return at(LongStream.of(nanos).limit(size).sorted().toArray(), quantile);
        }

        /** The p99 of each event by itself, in milliseconds. */
        private List<Double> p99OfEachEvent() {
            Map<Long, List<Long>> byEvent = new HashMap<>();
            for (int i = 0; i < size; i++) {
                byEvent.computeIfAbsent(dues[i], unknown -> new ArrayList<>()).add(nanos[i]);
            }
            return byEvent.values().stream()
                    .map(one ->
                            at(one.stream().mapToLong(Long::longValue).sorted().toArray(), 0.99))
                    .toList();
        }

        private static double at(long[] sorted, double quantile) {
            return sorted.length == 0
                    ? 0
                    : sorted[(int) Math.min(sorted.length - 1, (long) (quantile * sorted.length))] / 1e6;
        }
    }
}
