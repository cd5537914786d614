package io.tidegate.dev.cluster.e2e;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.dev.cluster.Endpoints;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Ten users a second each trip {@code probe-then-strike}, in one request; notes when each request was acknowledged and when the
 * alert was on its topic. A refused or unanswered request is sent again with the same ids until it is acknowledged.
 */
final class Strikes implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final URI gateway;
    private final String token;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, Long> alerted = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean sending = new AtomicBoolean(true);
    private final List<Thread> threads = new ArrayList<>();

    private Strikes(Endpoints endpoints, String token) {
        this.gateway = endpoints.gateway();
        this.token = token;
        threads.add(new Thread(this::send, "strikes"));
        threads.add(new Thread(() -> listen(endpoints.kafka()), "strikes-alerts"));
    }

    static Strikes start(Endpoints endpoints, String token) {
        Strikes strikes = new Strikes(endpoints, token);
        strikes.threads.forEach(Thread::start);
        return strikes;
    }

    /** No new ones; those under way are seen through. */
    void stopSending() throws InterruptedException {
        sending.set(false);
        threads.get(0).join();
    }

    /** Users whose four bets were acknowledged. */
    Set<String> acknowledged() {
        return Set.copyOf(acknowledged.keySet());
    }

    /** Of these, the users whose alert isn't there yet. */
    Set<String> missing() {
        return acknowledged.keySet().stream()
                .filter(user -> !alerted.containsKey(user))
                .collect(Collectors.toSet());
    }

    int alerts() {
        return alerted.size();
    }

    /** How long after {@code nanos} the first alert came for a strike that was acknowledged after it. */
    Duration firstAfter(long nanos) {
        return Duration.ofNanos(alerted.entrySet().stream()
                .filter(alert -> acknowledged.getOrDefault(alert.getKey(), 0L) > nanos)
                .mapToLong(alert -> alert.getValue() - nanos)
                .min()
                .orElse(Long.MAX_VALUE));
    }

    /** The longest that anybody who struck after {@code nanos} waited from then on: from there on, all of it works again. */
    Duration longestWaitAfter(long nanos) {
        return Duration.ofNanos(acknowledged.entrySet().stream()
                .filter(strike -> strike.getValue() > nanos)
                .mapToLong(strike -> alerted.getOrDefault(strike.getKey(), Long.MAX_VALUE) - strike.getValue())
                .max()
                .orElse(Long.MAX_VALUE));
    }

    private void send() {
        for (int i = 0; sending.get() && !closed.get(); i++) {
            String user = "strike-" + run + "-" + i;
            List<String> bets = new ArrayList<>();
            for (int bet = 0; bet < 4; bet++) {
                bets.add("{\"type\":\"bet\",\"userId\":\"" + user + "\",\"eventId\":\"" + user + "-" + bet
                        + "\",\"gameId\":\"strikes\",\"amount\":" + (bet == 3 ? 1_000 : 1) + "}");
            }
            String body = "[" + String.join(",", bets) + "]";
            while (!closed.get() && !post(body)) {
                pause();
            }
            acknowledged.put(user, System.nanoTime());
            pause();
        }
    }

    private boolean post(String body) {
        try {
            return http.send(
                                    HttpRequest.newBuilder(gateway.resolve("/api/v1/events"))
                                            .timeout(Duration.ofSeconds(20))
                                            .header("Authorization", "Bearer " + token)
                                            .header("Content-Type", "application/json")
                                            .POST(HttpRequest.BodyPublishers.ofString(body))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 202;
        } catch (IOException e) {
            // What is being tried out: it is sent again.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void listen(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.GROUP_ID_CONFIG,
                "strikes-" + run,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                // As the gateways read it.
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_uncommitted");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(consumer.partitionsFor(Topics.ALERTS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList());
            while (!closed.get()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    Alert alert = Alert.parseFrom(record.value());
                    if (alert.getSubject().contains(run)) {
                        alerted.putIfAbsent(alert.getSubject(), System.nanoTime());
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("Not an alert on " + Topics.ALERTS, e);
        }
    }

    private static void pause() {
        LockSupport.parkNanos(INTERVAL.toNanos());
    }

    @Override
    public void close() throws InterruptedException {
        closed.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
