package io.tidegate.bench.alerting;

import io.tidegate.bench.load.HttpConnection;
import io.tidegate.bench.process.Commands;
import io.tidegate.bench.workload.BetEvents;
import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Sends bets that must raise an alert, and waits for it on a WebSocket and, committed, on the topic; in a process of its own. Each sample is a
 * user of its own, who has placed three small bets before. The clock runs from when the last bet was due to be sent, so a slow answer delays no
 * other sample and a late start counts.
 *
 * <p>Its command {@code measure RUN SAMPLES RATE LOAD}: so many samples, so many a second, beside so many other events a second. Answers with
 * p50, p95 and p99 of the socket and p99 of the topic, in microseconds, how many other events a second were sent indeed, and the three parts of
 * the way to the socket, each by its p50, in milliseconds. {@code saturate RUN SECONDS}: other events as fast as they are answered; answers with their
 * number. Arguments: port, a producer's token, an analyst's, bootstrap servers.
 */
public final class AlertLatency {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String PATH = "/api/v1/events";
    private static final String SUBJECT = "\"subject\":\"";
    private static final int CONNECTIONS = 16;
    private static final int BATCH = 100;
    /** What is answered after linger and acknowledgement must be under way several times over, or the rate is that of the answers. */
    private static final int LOAD_CONNECTIONS = 8;

    /** Of a batch that is due at once. */
    private static final int UNLIMITED = 0;

    private final int port;
    private final String producerToken;
    private final String bootstrapServers;
    private final Map<String, Long> dues = new ConcurrentHashMap<>();
    private final Histogram onSocket = histogram();
    private final Histogram onTopic = histogram();
    /** A part of the way to the socket, in whole milliseconds by the broker's clock, which is this machine's: until the bet is in its log. */
    private final Histogram toLog = histogram();

    /** From then on until the alert is in its own, not committed yet. */
    private final Histogram inJob = histogram();

    /** From then on. */
    private final Histogram toSocket = histogram();

    /** By user, epoch milliseconds. */
    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();

    private final AtomicInteger awaited = new AtomicInteger();

    private AlertLatency(int port, String producerToken, String bootstrapServers) {
        this.port = port;
        this.producerToken = producerToken;
        this.bootstrapServers = bootstrapServers;
    }

    public static void main(String[] args) throws Exception {
        AlertLatency latency = new AlertLatency(Integer.parseInt(args[0]), args[1], args[3]);
        latency.listen(args[2]);
        latency.follow();
        Commands.obey(words -> {
            return switch (words[0]) {
                case "measure" ->
                    latency.measure(
                            words[1],
                            Integer.parseInt(words[2]),
                            Integer.parseInt(words[3]),
                            Integer.parseInt(words[4]));
                case "saturate" -> latency.saturate(words[1], Integer.parseInt(words[2]));
                default -> throw new IllegalArgumentException("unknown: " + words[0]);
            };
        });
    }

    private static Histogram histogram() {
        return new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(2), 3);
    }

    private String measure(String run, int samples, int rate, int load) throws Exception {
        onSocket.reset();
        onTopic.reset();
        dues.clear();
        arrivals.clear();
        toLog.reset();
        inJob.reset();
        toSocket.reset();
        awaited.set(2 * samples);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS + LOAD_CONNECTIONS);
        try {
            probe(run, samples);
            long otherSince = System.nanoTime();
            Load others = new Load(run, load, over);
            List<Future<?>> other = load == 0 ? List.of() : others.begin(threads);
            AtomicInteger next = new AtomicInteger();
            long start = System.nanoTime();
            long pause = TimeUnit.SECONDS.toNanos(1) / rate;
            CountDownLatch sent = new CountDownLatch(CONNECTIONS);
            for (int i = 0; i < CONNECTIONS; i++) {
                threads.submit(() -> {
                    try (HttpConnection connection = new HttpConnection(port)) {
                        for (int sample = next.getAndIncrement(); sample < samples; sample = next.getAndIncrement()) {
                            String user = user(run, sample);
                            byte[] strike = HttpConnection.post(port, PATH, producerToken, bet(user, "strike", 1_000));
                            long due = start + sample * pause;
                            dues.put(user, due);
                            awaitTime(due);
                            connection.exchange(strike);
                        }
                    } catch (IOException e) {
                        // Its alerts will be missed.
                        e.printStackTrace();
                    } finally {
                        sent.countDown();
                    }
                });
            }
            sent.await();
            long latest = System.nanoTime() + PATIENCE.toNanos();
            while (awaited.get() > 0) {
                if (System.nanoTime() > latest) {
                    throw new IOException(awaited + " of " + 2 * samples + " alerts didn't come within " + PATIENCE);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            over.set(true);
            long otherRate = TimeUnit.SECONDS.toNanos(others.sent.get()) / (System.nanoTime() - otherSince);
            for (Future<?> connection : other) {
                connection.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            return Stream.of(50.0, 95.0, 99.0)
                            .map(percentile -> String.valueOf(onSocket.getValueAtPercentile(percentile)))
                            .collect(Collectors.joining(" "))
                    + " " + onTopic.getValueAtPercentile(99)
                    + " " + otherRate
                    + " "
                    + Stream.of(toLog, inJob, toSocket)
                            .map(part -> String.valueOf(part.getValueAtPercentile(50)))
                            .collect(Collectors.joining(" "));
        } finally {
            over.set(true);
            threads.shutdown();
        }
    }

    private static String user(String run, int sample) {
        return run + "-sample-" + sample;
    }

    private void probe(String run, int samples) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            for (int from = 0; from < samples; from += BATCH) {
                connection.exchange(HttpConnection.post(
                        port,
                        PATH,
                        producerToken,
                        IntStream.range(from, Math.min(samples, from + BATCH))
                                .boxed()
                                .flatMap(sample -> Stream.of("a", "b", "c").map(id -> bet(user(run, sample), id, 1)))
                                .collect(Collectors.joining(",", "[", "]"))));
            }
        }
    }

    private static String bet(String user, String id, int amount) {
        return "{\"type\":\"bet\",\"userId\":\"%s\",\"eventId\":\"%s\",\"gameId\":\"g1\",\"amount\":%d}"
                .formatted(user, id, amount);
    }

    private String saturate(String run, int seconds) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(LOAD_CONNECTIONS);
        try {
            Load load = new Load(run, UNLIMITED, over);
            List<Future<?>> connections = load.begin(threads);
            awaitTime(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
            over.set(true);
            for (Future<?> connection : connections) {
                connection.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            return String.valueOf(load.sent.get());
        } finally {
            over.set(true);
            threads.shutdown();
        }
    }

    /** Other users' bets in batches of a hundred, at their times over several connections by turns. */
    private final class Load {

        private final String run;
        private final long pauseNanos;
        private final AtomicBoolean over;
        private final AtomicLong sent = new AtomicLong();
        private final AtomicInteger next = new AtomicInteger();
        private final BetEvents bets =
                new BetEvents(100_000, 0, System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1));

        /** @param rate events a second, or {@link #UNLIMITED} */
        Load(String run, int rate, AtomicBoolean over) {
            this.run = run;
            this.pauseNanos = rate == UNLIMITED ? 0 : TimeUnit.SECONDS.toNanos(1) * BATCH / rate;
            this.over = over;
        }

        List<Future<?>> begin(ExecutorService threads) {
            long start = System.nanoTime();
            List<Future<?>> connections = new ArrayList<>();
            for (int i = 0; i < LOAD_CONNECTIONS; i++) {
                connections.add(threads.submit(() -> {
                    send(start);
                    return null;
                }));
            }
            return connections;
        }

        private void send(long start) throws IOException {
            try (HttpConnection connection = new HttpConnection(port)) {
                while (!over.get()) {
                    int batch = next.getAndIncrement();
                    int from = batch * BATCH;
                    byte[] request = HttpConnection.post(
                            port,
                            PATH,
                            producerToken,
                            IntStream.range(from, from + BATCH)
                                    .mapToObj(bets::json)
                                    .collect(Collectors.joining(",", "[", "]"))
                                    .replace("\"userId\":\"", "\"userId\":\"" + run + "-other-"));
                    awaitTime(start + batch * pauseNanos);
                    connection.exchange(request);
                    sent.addAndGet(BATCH);
                }
            }
        }
    }

    private static void awaitTime(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void came(Histogram where, String user) {
        Long due = dues.get(user);
        if (due != null) {
            where.recordValue(Math.max(0, (System.nanoTime() - due) / 1_000));
            awaited.decrementAndGet();
        }
    }

    private void onWay(Alert alert, long loggedMs) {
        Long due = dues.get(alert.getSubject());
        Long arrival = arrivals.get(alert.getSubject());
        // Neither is there for an alert that isn't a sample's, nor an arrival for one that is committed before it is
        // delivered.
        if (due != null && arrival != null) {
            long dueMs = System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - due);
            toLog.recordValue(Math.max(0, alert.getDetectedAtMs() - dueMs));
            inJob.recordValue(Math.max(0, loggedMs - alert.getDetectedAtMs()));
            toSocket.recordValue(Math.max(0, arrival - loggedMs));
        }
    }

    private void listen(String token) throws Exception {
        CountDownLatch subscribed = new CountDownLatch(1);
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + token)
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/ws"), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
                        text.append(part);
                        if (last) {
                            int at = text.indexOf(SUBJECT);
                            if (at >= 0) {
                                int begin = at + SUBJECT.length();
                                String subject = text.substring(begin, text.indexOf("\"", begin));
                                arrivals.put(subject, System.currentTimeMillis());
                                came(onSocket, subject);
                            } else if (text.indexOf("\"subscribed\"") >= 0) {
                                subscribed.countDown();
                            }
                            text.setLength(0);
                        }
                        from.request(1);
                        return null;
                    }
                })
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        socket.sendText("{\"op\":\"subscribe\",\"channel\":\"alerts\"}", true)
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (!subscribed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("no subscription within " + PATIENCE);
        }
    }

    /** Reads what is committed on topic alerts from now on. */
    private void follow() {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                KafkaAccess.with(Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(Topics.ALERTS).stream()
                .map(info -> new TopicPartition(Topics.ALERTS, info.partition()))
                .toList());
        consumer.seekToEnd(consumer.assignment());
        consumer.assignment().forEach(consumer::position);
        Thread reader = new Thread(
                () -> {
                    while (true) {
                        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                            try {
                                Alert alert = Alert.parseFrom(record.value());
                                onWay(alert, record.timestamp());
                                came(onTopic, alert.getSubject());
                            } catch (IOException e) {
                                throw new IllegalStateException("not an alert at offset " + record.offset(), e);
                            }
                        }
                    }
                },
                "committed-alerts");
        reader.setDaemon(true);
        reader.start();
    }
}
