package io.tidegate.serving.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.PublishRequest;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.config.DataSize;
import io.tidegate.serving.grpc.TestGrpc;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka away while clients go on sending over HTTP and gRPC: a broker that hangs (SIGSTOP) is the harder case, because nothing is
 * refused. For as long as five of the producer's delivery time-outs, which are the longest that anything waits for;
 * {@value #OTHER_OUTAGE} in the environment says another time, for instance {@code PT60S}.
 */
class KafkaAwayTest {

    private static final int PARTITIONS = 4;
    private static final int EVENTS = 20;
    private static final String OTHER_OUTAGE = "TIDEGATE_TEST_OUTAGE";
    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(3);
    /** With this the gateway refuses for two seconds before the producer notices anything. */
    private static final Duration LONG_DELIVERY_TIMEOUT = Duration.ofSeconds(15);

    private static final Duration OUTAGE = Duration.parse(System.getenv().getOrDefault(OTHER_OUTAGE, "PT15S"));

    /** What "at once" is on a machine that builds something else meanwhile. */
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final DataSize MAX_IN_FLIGHT = DataSize.ofMebibytes(1);
    /** Of the producer's buffer of 32 MiB, of which a batch takes 256 KiB, be there a tick in it or a thousand events. */
    private static final DataSize A_FEW_BATCHES = DataSize.ofMebibytes(8);

    private static final int ATTRIBUTES = 16;
    private static final int ATTRIBUTE_LENGTH = 512;
    /** Doesn't get smaller by compression. */
    private static final String NOISE = new Random(1)
            .ints(1 << 20, '0', 'z' + 1)
            .filter(Character::isLetterOrDigit)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    private final Queue<String> surprises = new ConcurrentLinkedQueue<>();
    private volatile boolean sending = true;
    private Vertx vertx;
    private KafkaProcess kafka;
    private KafkaEventLog log;
    private TestGateway gateway;
    private TestGrpc grpc;

    /**
     * @param ids of its events
     * @param begun when the request was sent
     * @param waited until its answer
     */
    private record Refusal(List<String> ids, Instant begun, Duration waited) {}

    private void start(Duration deliveryTimeout) throws IOException {
        vertx = Vertx.vertx();
        kafka = KafkaProcess.start(directory.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), PARTITIONS);
        GatewayConfig.Ingest limits = new GatewayConfig.Ingest(
                DataSize.ofKibibytes(256),
                DataSize.ofMebibytes(1),
                1000,
                Duration.ofDays(30),
                Duration.ofMinutes(5),
                Instant.parse("2000-01-01T00:00:00Z"),
                MAX_IN_FLIGHT,
                Duration.ofSeconds(10));
        IngestMetrics ingestMetrics = new IngestMetrics(metrics);
        log = new KafkaEventLog(
                vertx,
                new GatewayConfig.Kafka(
                        kafka.bootstrapServers(), deliveryTimeout, Duration.ofMillis(5), Duration.ofMillis(50)),
                MAX_IN_FLIGHT,
                ingestMetrics);
        IngestRoutes routes = new IngestRoutes(vertx, limits, ingestMetrics, Clock.systemUTC(), log);
        gateway = TestGateway.start(vertx, directory, routes);
        grpc = TestGrpc.beside(
                vertx, Files.createDirectory(directory.resolve("grpc")), DataSize.ofKibibytes(256), routes);
        await().atMost(PATIENCE).until(log::available);
    }

    @AfterEach
    void stop() {
        sending = false;
        grpc.close();
        gateway.close();
        TestGateway.await(vertx.close());
        kafka.close();
    }

    @Test
    void aLongTimeWithoutKafkaRefusesAtOnceKeepsMemoryFlatAndLosesNothingAcknowledged() throws Exception {
        start(DELIVERY_TIMEOUT);
        List<Thread> lanes = new ArrayList<>();
        for (int lane = 0; lane < 4; lane++) {
            lanes.add(lane % 2 == 0 ? new Thread(httpLane("http-" + lane)) : new Thread(grpcLane("grpc-" + lane)));
        }
        lanes.forEach(Thread::start);
        awaitAcknowledged(500);

        // When the broker hangs.
        kafka.freeze();
        Instant frozen = Instant.now();
        await().atMost(PATIENCE).until(() -> !log.available());
        assertThat(log.healthCheck().gatesReadiness()).isTrue();
        assertThat(log.healthCheck().health().up()).isFalse();

        // Then, when what was under way has been given up, everybody is refused, however many come at once.
        Instant settled = frozen.plus(DELIVERY_TIMEOUT).plusSeconds(5);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> isAfterWithinBounds(settled));
        List<String> burst = burst(200);

        // And it is away for long, and what requests and the producer hold stays within its bounds.
        await().atMost(OUTAGE.plus(PATIENCE))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    // An answer that was on its way when it hung may have come, but none comes any more.
                    assertThat(log.available()).isFalse();
                    return isAfterWithinBounds(frozen.plus(OUTAGE));
                });
        List<Refusal> refused = refusals.stream()
                .filter(refusal -> refusal.begun().isAfter(settled))
                .toList();
        assertThat(refused).hasSizeGreaterThan(20);
        assertThat(refused)
                .filteredOn(refusal -> refusal.waited().compareTo(AT_ONCE) > 0)
                .as("of %d refusals, those that didn't come at once", refused.size())
                .hasSizeLessThan(refused.size() / 10);
        await().atMost(PATIENCE).until(() -> inFlight() == 0);

        // And when it is back, everything goes on by itself, and nothing acknowledged is missing.
        kafka.thaw();
        await().atMost(PATIENCE).until(log::available);
        awaitAcknowledged(500);
        sending = false;
        for (Thread lane : lanes) {
            lane.join(PATIENCE.toMillis());
        }
        assertThat(surprises).isEmpty();
        Set<String> stored = stored();
        assertThat(stored).containsAll(acknowledged);
        Set<String> refusedAndStored = new HashSet<>(burst);
        refused.forEach(refusal -> refusedAndStored.addAll(refusal.ids()));
        refusedAndStored.retainAll(stored);
        assertThat(refusedAndStored).isEmpty();
    }

    /**
     * When a broker has been silent for long, the producer forgets that there is the topic, and takes nothing by itself. Before that it takes
     * whatever it is given, and it goes on doing so where another broker of the cluster still answers.
     */
    @Test
    void whatIsRefusedIsNotQueuedThoughTheProducerWouldTakeIt() throws Exception {
        start(LONG_DELIVERY_TIMEOUT);
        kafka.freeze();
        await().atMost(PATIENCE).until(() -> !log.available());
        double ticks = buffered();

        // When
        Queue<String> refusedIds = new ConcurrentLinkedQueue<>();
        List<Thread> senders = new ArrayList<>();
        io.grpc.Channel channel = grpc.channel(grpc.token("sender", "producer"));
        for (int sender = 0; sender < PARTITIONS; sender++) {
            String user = "sender-" + sender;
            senders.add(new Thread(() -> {
                for (int batch = 0; batch < 30 && surprises.isEmpty(); batch++) {
                    List<String> ids = ids(user + "-" + batch + "-");
                    try {
                        if (publish(channel, largeEvents(user, ids))) {
                            surprises.add(user + " was told that its events are stored");
                        }
                        refusedIds.addAll(ids);
                    } catch (StatusRuntimeException e) {
                        surprises.add(user + ": " + e);
                    }
                }
            }));
        }
        senders.forEach(Thread::start);
        for (Thread sender : senders) {
            sender.join(PATIENCE.toMillis());
        }

        // Then
        assertThat(surprises).isEmpty();
        assertThat(buffered() - ticks)
                .as("bytes that the producer keeps of %d events that were refused", refusedIds.size())
                .isLessThanOrEqualTo(A_FEW_BATCHES.bytes());
        kafka.thaw();
        await().atMost(PATIENCE).until(log::available);
        for (int sender = 0; sender < PARTITIONS; sender++) {
            // What comes last is stored last.
            String user = "sender-" + sender;
            await().atMost(PATIENCE).until(() -> publish(channel, largeEvents(user, List.of(user + "-last"))));
        }
        Set<String> refusedAndStored = stored();
        refusedAndStored.retainAll(refusedIds);
        assertThat(refusedAndStored).as("refused, and stored all the same").isEmpty();
    }

    private static List<String> ids(String prefix) {
        return IntStream.range(0, EVENTS).mapToObj(i -> prefix + i).toList();
    }

    /** So large that the producer couldn't keep what is refused within a second without its being seen. */
    private static PublishRequest largeEvents(String user, List<String> ids) {
        return events(user, ids, event -> {
            for (int i = 0; i < ATTRIBUTES; i++) {
                int from = ThreadLocalRandom.current().nextInt(NOISE.length() - ATTRIBUTE_LENGTH);
                event.putAttributes("a" + i, NOISE.substring(from, from + ATTRIBUTE_LENGTH));
            }
        });
    }

    private static PublishRequest events(String user, List<String> ids, Consumer<Event.Builder> more) {
        PublishRequest.Builder request = PublishRequest.newBuilder();
        for (String id : ids) {
            more.accept(
                    request.addEventsBuilder().setUserId(user).setEventId(id).setLogin(Login.getDefaultInstance()));
        }
        return request.build();
    }

    /** True if acknowledged, false if Kafka is away. */
    private static boolean publish(io.grpc.Channel channel, PublishRequest request) {
        try {
            TestGrpc.publish(channel, request);
            return true;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
                return false;
            }
            throw e;
        }
    }

    private double inFlight() {
        return metrics.get("tidegate.ingest.in.flight").gauge().value();
    }

    private boolean isAfterWithinBounds(Instant time) {
        assertThat(inFlight()).isLessThanOrEqualTo(MAX_IN_FLIGHT.bytes());
        assertThat(buffered()).isLessThanOrEqualTo(A_FEW_BATCHES.bytes());
        return Instant.now().isAfter(time);
    }

    /** Bytes of the producer's buffer that are taken. */
    private static double buffered() {
        return producer("buffer-total-bytes") - producer("buffer-available-bytes");
    }

    /** A number of the gateway's producer, as Kafka's client shows it. */
    private static double producer(String attribute) {
        try {
            return (double) ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(
                            new ObjectName("kafka.producer:type=producer-metrics,client-id=tidegate-gateway"),
                            attribute);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Requests at the same time, each of which must be refused. Returns the ids of their events. */
    private List<String> burst(int requests) {
        String token = gateway.token("sender", "producer");
        List<String> ids = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int request = 0; request < requests; request++) {
            List<String> some = ids("burst-" + request + "-");
            ids.addAll(some);
            answers.add(http.sendAsync(request("burst", some, token), HttpResponse.BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.join().statusCode()).isEqualTo(503);
        }
        return ids;
    }

    private HttpRequest request(String user, List<String> ids, String token) {
        StringBuilder body = new StringBuilder();
        for (String id : ids) {
            body.append("{\"type\":\"login\",\"userId\":\"")
                    .append(user)
                    .append("\",\"eventId\":\"")
                    .append(id)
                    .append("\"}\n");
        }
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1/events"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
    }

    private void awaitAcknowledged(int more) {
        int enough = acknowledged.size() + more;
        await().atMost(PATIENCE).until(() -> acknowledged.size() >= enough);
    }

    private Runnable httpLane(String name) {
        String token = gateway.token("sender", "producer");
        return lane(name, ids -> {
            HttpResponse<String> answer = http.send(request(name, ids, token), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 503
                    && answer.headers().firstValue("retry-after").isEmpty()) {
                surprises.add("a 503 without Retry-After");
            }
            return switch (answer.statusCode()) {
                case 202 -> true;
                case 503 -> false;
                default -> throw new IOException(answer.statusCode() + " " + answer.body());
            };
        });
    }

    private Runnable grpcLane(String name) {
        io.grpc.Channel channel = grpc.channel(grpc.token("sender", "producer"));
        return lane(name, ids -> publish(channel, events(name, ids, event -> {})));
    }

    /** Sends a batch. */
    private interface Sending {
        /** True if acknowledged, false if Kafka is away. */
        boolean send(List<String> ids) throws Exception;
    }

    private Runnable lane(String name, Sending sendingOne) {
        return () -> {
            for (int batch = 0; sending; batch++) {
                List<String> ids = ids(name + "-" + batch + "-");
                Instant begun = Instant.now();
                try {
                    if (sendingOne.send(ids)) {
                        acknowledged.addAll(ids);
                    } else {
                        refusals.add(new Refusal(ids, begun, Duration.between(begun, Instant.now())));
                        // As a client that was told to come back later, if an impatient one.
                        Thread.sleep(100);
                    }
                } catch (InterruptedException e) {
                    return;
                } catch (Exception e) {
                    surprises.add(e.toString());
                }
            }
        };
    }

    private Set<String> stored() throws IOException {
        Set<String> ids = new HashSet<>();
        for (var record : WholeTopic.uncommitted(kafka.bootstrapServers(), Topics.EVENTS)) {
            ids.add(Event.parseFrom(record.value()).getEventId());
        }
        return ids;
    }
}
