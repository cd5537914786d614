package io.tidegate.bench.push;

import io.tidegate.bench.process.Commands;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Many WebSockets that listen, in a process of its own: plain sockets and one thread. Its command {@code deliver MESSAGES WINDOW} has messages sent to
 * all of them, a window at a time, each one counted and looked at by each socket, and answers with the nanoseconds that it took. Its command
 * {@code late RATE SECONDS HEAVY STALLED} has alerts sent at a rate whatever happens, and so many heavy ones a second beside them to one more
 * socket in a hundred, which reads them ({@code 0}) or doesn't ({@code 1}). Answers with p50 and p99 over the sockets, in microseconds, from when an alert was due
 * until a socket had it, of the alert in the middle; the heavy ones don't count.
 *
 * <p>Arguments: port, path, token or {@code -}, sockets, and where messages come from: the bootstrap servers, to which alerts are written, or
 * {@code -}, and the first socket asks the server for them ({@code b FROM COUNT}).
 */
public final class SocketClients {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final byte[] NUMBER = "\"subject\":\"user-".getBytes(StandardCharsets.US_ASCII);
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int BUFFER = 64 * 1024;
    private static final int STALLED_BUFFER = 4096;

    private final List<Listener> listeners = new ArrayList<>();
    private final Selector selector = Selector.open();
    private final String bootstrapServers;
    private KafkaProducer<byte[], byte[]> producer;
    private int sent;
    private Others others;
    private volatile long delivered;
    private volatile Lateness lateness;
    private volatile IOException failure;

    private SocketClients(String bootstrapServers) throws IOException {
        this.bootstrapServers = bootstrapServers;
    }

    public static void main(String[] args) throws Exception {
        SocketClients clients = new SocketClients(args[4]);
        clients.connect(Integer.parseInt(args[0]), args[1], args[2], Integer.parseInt(args[3]));
        Commands.obey(words -> {
            int[] numbers = Stream.of(words).skip(1).mapToInt(Integer::parseInt).toArray();
            return switch (words[0]) {
                case "deliver" -> String.valueOf(clients.deliver(numbers[0], numbers[1]));
                case "late" -> clients.late(numbers[0], numbers[1], numbers[2], numbers[3] == 1);
                default -> throw new IllegalArgumentException("unknown: " + words[0]);
            };
        });
    }

    private void connect(int port, String path, String token, int sockets) throws IOException {
        others = () -> new Listener(port, path, token, false, STALLED_BUFFER);
        for (int i = 0; i < sockets; i++) {
            Listener listener = new Listener(port, path, token, true, 0);
            listeners.add(listener);
            if (!bootstrapServers.equals("-")) {
                listener.subscribe("alerts:fraud");
            } else if (path.startsWith("/socket.io")) {
                listener.awaitText("0{");
                listener.send(TEXT, "40");
                listener.awaitText("40{");
            }
            register(listener);
        }
        if (!bootstrapServers.equals("-")) {
            producer = new KafkaProducer<>(
                    KafkaAccess.with(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers)),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }
        Thread reader = new Thread(this::read, "clients");
        reader.setDaemon(true);
        reader.start();
    }

    private void register(Listener listener) throws IOException {
        listener.channel.configureBlocking(false);
        listener.channel.register(selector, SelectionKey.OP_READ, listener);
        selector.wakeup();
    }

    private String late(int rate, int seconds, int heavy, boolean stalled) throws IOException {
        List<Listener> special = new ArrayList<>();
        for (int i = 0; i < Math.max(1, listeners.size() / 100); i++) {
            Listener listener = others.connect();
            listener.subscribe("alerts:surge");
            special.add(listener);
            if (!stalled) {
                register(listener);
            }
        }
        int count = rate * seconds;
        long before = delivered;
        int first = sent;
        Lateness measured = new Lateness(first, count, System.nanoTime(), TimeUnit.SECONDS.toNanos(1) / rate);
        lateness = measured;
        long heavyPause = TimeUnit.SECONDS.toNanos(1) / heavy;
        int heavySent = 0;
        for (int i = first; i < first + count; ) {
            long heavyDue = measured.start + heavySent * heavyPause;
            long due = measured.due(i);
            long next = Math.min(due, heavyDue);
            for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            if (due <= heavyDue) {
                send(SampleAlert.number(i));
                i++;
            } else {
                send(SampleAlert.heavy(heavySent++));
            }
        }
        sent += count;
        awaitDelivered(before + (long) count * listeners.size());
        lateness = null;
        for (Listener listener : special) {
            listener.channel.close();
        }
        return measured.atPercentile(50) + " " + measured.atPercentile(99);
    }

    /** One partition: the order is what listeners check. */
    private void send(Alert alert) {
        producer.send(new ProducerRecord<>(Topics.ALERTS, 0, null, alert.toByteArray()));
    }

    private long deliver(int messages, int window) throws IOException {
        long start = System.nanoTime();
        long before = delivered;
        for (int done = 0; done < messages; done += window) {
            int count = Math.min(window, messages - done);
            trigger(count);
            awaitDelivered(before + (long) (done + count) * listeners.size());
        }
        return System.nanoTime() - start;
    }

    private void trigger(int count) throws IOException {
        if (producer == null) {
            listeners.get(0).ask(sent, count);
        } else {
            for (int i = sent; i < sent + count; i++) {
                send(SampleAlert.number(i));
            }
            producer.flush();
        }
        sent += count;
    }

    private void awaitDelivered(long wanted) throws IOException {
        long latest = System.nanoTime() + PATIENCE.toNanos();
        while (delivered < wanted) {
            if (failure != null) {
                throw failure;
            }
            if (System.nanoTime() > latest) {
                throw new IOException(delivered + " of " + wanted + " messages came within " + PATIENCE);
            }
            LockSupport.parkNanos(50_000);
        }
        if (delivered != wanted) {
            throw new IOException(delivered + " messages came, " + wanted + " were sent");
        }
    }

    private void read() {
        while (true) {
            try {
                selector.select();
                long count = 0;
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    Listener listener = (Listener) key.attachment();
                    int came = read(key, listener);
                    if (listener.counted) {
                        count += came;
                    }
                }
                // Only this thread writes it.
                delivered = delivered + count;
            } catch (IOException | RuntimeException e) {
                failure = new IOException("the listeners have ended", e);
                return;
            }
        }
    }

    private int read(SelectionKey key, Listener listener) throws IOException {
        try {
            return listener.readMessages(lateness);
        } catch (IOException e) {
            if (listener.counted) {
                throw e;
            }
            // One of those that come and go.
            key.cancel();
            return 0;
        }
    }

    /** When alerts were due, and how late they came. */
    private static final class Lateness {

        private final int first;
        private final long start;
        private final long pause;
        /** Of each alert. */
        private final List<Histogram> latencies;

        Lateness(int first, int count, long start, long pause) {
            this.first = first;
            this.start = start;
            this.pause = pause;
            latencies = Stream.generate(() -> new Histogram(TimeUnit.MINUTES.toMicros(2), 2))
                    .limit(count)
                    .toList();
        }

        long due(int number) {
            return start + (number - first) * pause;
        }

        void came(int number) {
            latencies.get(number - first).recordValue(Math.max(0, (System.nanoTime() - due(number)) / 1_000));
        }

        /** The median of the alerts, each by itself: so one moment in which something else had the processor spoils one of them. */
        long atPercentile(double percentile) {
            long[] each = latencies.stream()
                    .mapToLong(one -> one.getValueAtPercentile(percentile))
                    .sorted()
                    .toArray();
            return each[each.length / 2];
        }
    }

    private interface Others {
        Listener connect() throws IOException;
    }

    /** One socket. */
    private static final class Listener {

        private final SocketChannel channel;
        private final boolean counted;
        private final boolean socketIo;
        private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
        private int next;

        /**
         * @param counted whether it must get every message, in order
         * @param receiveBuffer of the kernel; 0 for its default
         */
        Listener(int port, String path, String token, boolean counted, int receiveBuffer) throws IOException {
            this.counted = counted;
            socketIo = path.startsWith("/socket.io");
            channel = SocketChannel.open();
            if (receiveBuffer > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
            }
            channel.connect(new InetSocketAddress("127.0.0.1", port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            String authorization = token.equals("-") ? "" : "Authorization: Bearer " + token + "\r\n";
            write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + authorization + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            StringBuilder head = new StringBuilder();
            ByteBuffer one = ByteBuffer.allocate(1);
            while (head.indexOf("\r\n\r\n") < 0) {
                one.clear();
                if (channel.read(one) < 0) {
                    throw new EOFException("closed after " + head);
                }
                head.append((char) one.get(0));
            }
            if (!head.toString().startsWith("HTTP/1.1 101")) {
                throw new IOException(head.toString());
            }
        }

        /** Before the channel is given to the selector. */
        void awaitText(String wanted) throws IOException {
            while (true) {
                in.flip();
                while (isFrame()) {
                    String text = StandardCharsets.UTF_8.decode(frame()).toString();
                    if (text.contains(wanted)) {
                        in.compact();
                        return;
                    }
                }
                in.compact();
                if (channel.read(in) < 0) {
                    throw new EOFException("closed before " + wanted);
                }
            }
        }

        void subscribe(String name) throws IOException {
            awaitText("\"ready\"");
            send(TEXT, "{\"op\":\"subscribe\",\"channel\":\"" + name + "\"}");
            awaitText("\"subscribed\"");
        }

        /** Returns how many. */
        int readMessages(Lateness lateness) throws IOException {
            if (channel.read(in) < 0) {
                throw new EOFException("a socket was closed by the server");
            }
            in.flip();
            int count = 0;
            while (isFrame()) {
                int opcode = in.get(in.position()) & 0x0F;
                ByteBuffer payload = frame();
                if (opcode == PING) {
                    send(PONG, "");
                } else if (opcode == CLOSE) {
                    throw new EOFException("the server said goodbye to a socket");
                } else if (socketIo && payload.remaining() == 1 && payload.get(payload.position()) == '2') {
                    // A ping in Engine.IO's words.
                    send(TEXT, "3");
                } else {
                    if (counted) {
                        check(payload, lateness);
                    }
                    count++;
                }
            }
            in.compact();
            return count;
        }

        private void check(ByteBuffer payload, Lateness lateness) throws IOException {
            byte[] bytes = payload.array();
            int end = payload.limit() - NUMBER.length;
            for (int i = payload.position(); i < end; i++) {
                if (bytes[i] == NUMBER[0] && Arrays.equals(bytes, i, i + NUMBER.length, NUMBER, 0, NUMBER.length)) {
                    int number = 0;
                    for (int at = i + NUMBER.length; bytes[at] != '"'; at++) {
                        number = number * 10 + bytes[at] - '0';
                    }
                    if (number != next++) {
                        throw new IOException("message " + number + " came where " + (next - 1) + " was expected");
                    }
                    if (lateness != null) {
                        lateness.came(number);
                    }
                    return;
                }
            }
            throw new IOException("not a message: " + StandardCharsets.UTF_8.decode(payload));
        }

        private boolean isFrame() {
            int available = in.remaining();
            if (available < 2) {
                return false;
            }
            int length = in.get(in.position() + 1) & 0x7F;
            if (length == 126) {
                return available >= 4 && available >= 4 + (in.getShort(in.position() + 2) & 0xFFFF);
            }
            return available >= 2 + length;
        }

        /** The payload of the frame at the position, which moves behind it. None of these is longer than 64 KiB. */
        private ByteBuffer frame() {
            int length = in.get(in.position() + 1) & 0x7F;
            int head = 2;
            if (length == 126) {
                length = in.getShort(in.position() + 2) & 0xFFFF;
                head = 4;
            }
            ByteBuffer payload = in.duplicate();
            payload.position(in.position() + head).limit(in.position() + head + length);
            in.position(in.position() + head + length);
            return payload;
        }

        void ask(int from, int count) throws IOException {
            send(TEXT, socketIo ? "42[\"b\"," + from + "," + count + "]" : "b " + from + " " + count);
        }

        /** Masked with zero, as any other mask would be. */
        void send(int opcode, String text) throws IOException {
            byte[] payload = text.getBytes(StandardCharsets.UTF_8);
            byte[] frame = new byte[6 + payload.length];
            frame[0] = (byte) (0x80 | opcode);
            frame[1] = (byte) (0x80 | payload.length);
            System.arraycopy(payload, 0, frame, 6, payload.length);
            write(frame);
        }

        private synchronized void write(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            try {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
