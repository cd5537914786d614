package io.tidegate.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.Login;
import io.tidegate.contracts.v1.PublishRequest;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.grpc.TestGrpc;
import io.tidegate.serving.push.RawSocket;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateways behind nginx with the configuration of {@code deploy/nginx}, restarted one after the other while clients of many
 * addresses go on sending and listening: nobody notices. Everything is stored once, and every listener gets every alert once, in order.
 */
class RollingRestartTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PARTITIONS = 4;
    /** Between two requests of a lane, so that gateways have a processor to start on. */
    private static final Duration PACE = Duration.ofMillis(10);

    private static final int HTTP_LANES = 6;
    private static final int GRPC_LANES = 3;
    private static final int SUBJECTS = 7;
    private static final int RAW_LISTENERS = 4;
    private static final Path CONFIG = Path.of("../deploy/nginx/nginx.conf");

    /** The limits of the test aren't what is tested. */
    private static final String SETTINGS = """
        limits: {ip: {requests: 0}, subject: {requests: 0, events: 0, bytes: 0B}, trustedProxies: ["127.0.0.0/8"]}
        """;

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final List<String> raised = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean sending = true;

    @AfterEach
    void close() throws Exception {
        sending = false;
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        TestGateway.await(vertx.close());
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.add(resource);
        return resource;
    }

    @Test
    void aRollingRestartOfTwoGatewaysFailsNoRequestStoresEveryEventOnceAndCostsNoListenerAnAlert() throws Exception {
        assumeTrue(nginx() != null, "nginx is missing: install Debian's package nginx to run this test");

        // Given two gateways behind nginx, and clients of several addresses, so that each gateway has some.
        TestTokens tokens = TestTokens.withKeyIn(directory);
        KafkaProcess kafka = opened(KafkaProcess.start(directory.resolve("kafka")));
        TopicSetup.ensure(kafka.bootstrapServers(), PARTITIONS);
        List<GatewayProcess> gateways = new ArrayList<>();
        for (String name : List.of("gateway-1", "gateway-2")) {
            GatewayProcess gateway =
                    opened(new GatewayProcess(directory, name, tokens, kafka.bootstrapServers(), SETTINGS));
            gateway.start();
            gateways.add(gateway);
        }
        gateways.forEach(this::awaitReady);
        int httpPort = GatewayProcess.freePort();
        int grpcPort = GatewayProcess.freePort();
        startNginx(gateways, httpPort, grpcPort);

        String token = tokens.token("sender", "producer");
        List<Thread> lanes = new ArrayList<>();
        for (int lane = 0; lane < HTTP_LANES; lane++) {
            lanes.add(httpLane(lane, httpPort, token));
        }
        for (int lane = 0; lane < GRPC_LANES; lane++) {
            lanes.add(grpcLane(HTTP_LANES + lane, grpcPort, token));
        }
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < RAW_LISTENERS; i++) {
            listeners.add(opened(new RawListener(address(20 + i), httpPort, tokens.token("ana", "analyst"))));
        }
        await().atMost(PATIENCE).until(() -> listeners.stream().allMatch(Listener::isLive));
        lanes.add(new Thread(() -> raise(kafka.bootstrapServers()), "alerts"));
        lanes.forEach(Thread::start);
        awaitProgress(200);

        // When one after the other is restarted.
        for (GatewayProcess gateway : gateways) {
            gateway.terminate();
            awaitProgress(100);
            gateway.start();
            awaitReady(gateway);
            awaitProgress(100);
        }
        sending = false;
        for (Thread lane : lanes) {
            lane.join(PATIENCE.toMillis());
        }

        // Then every request was answered with success, and is on the topic: under as many ids as there were requests.
        assertThat(failures).as(() -> read(directory.resolve("nginx.log"))).isEmpty();
        assertThat(stored(kafka.bootstrapServers())).hasSize(acknowledged.get());
        // And every listener heard every alert, once and in order, from one gateway and another.
        List<String> alerts = List.copyOf(raised);
        assertThat(alerts).hasSizeGreaterThan(100);
        for (Listener listener : listeners) {
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(listener.heard).as(listener.name).hasSizeGreaterThanOrEqualTo(alerts.size()));
            List<String> heard = List.copyOf(listener.heard);
            assertThat(heard).as(listener.name).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(alerts);
            assertThat(bySubject(heard)).as(listener.name).isEqualTo(bySubject(alerts));
            assertThat(listener.odd).as(listener.name).isEmpty();
            assertThat(listener.ends).as(listener.name).isNotEmpty();
        }
        assertThat(listeners).anySatisfy(listener -> assertThat(listener.ends).contains("close 1012"));
    }

    /** One alert after the other; its id is its subject and a number. */
    private void raise(String bootstrapServers) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 10);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; sending; i++) {
                String subject = "s" + i % SUBJECTS;
                String id = subject + "-" + i;
                byte[] alert = Alert.newBuilder()
                        .setAlertId(id)
                        .setKind(AlertKind.ALERT_KIND_FRAUD)
                        .setRuleId("rapid-bets")
                        .setSubject(subject)
                        .setSeverity(Severity.SEVERITY_WARNING)
                        .setDetectedAtMs(System.currentTimeMillis())
                        .build()
                        .toByteArray();
                // Before it can be heard.
                raised.add(id);
                producer.send(new ProducerRecord<>(Topics.ALERTS, subject.getBytes(StandardCharsets.UTF_8), alert))
                        .get(60, TimeUnit.SECONDS);
            }
        } catch (Exception e) {
            failures.add("raising alerts: " + e);
        }
    }

    private static Map<String, List<String>> bySubject(List<String> alerts) {
        Map<String, List<String>> bySubject = new HashMap<>();
        for (String id : alerts) {
            bySubject
                    .computeIfAbsent(id.substring(0, id.indexOf('-')), unknown -> new ArrayList<>())
                    .add(id);
        }
        return bySubject;
    }

    /** Listens to all alerts, and comes back with its cursor whenever the connection ends. */
    private abstract static class Listener implements AutoCloseable {
        final String name;
        final List<String> heard = Collections.synchronizedList(new ArrayList<>());
        /** Gaps and errors. */
        final Queue<String> odd = new ConcurrentLinkedQueue<>();
        /** How its connections ended. */
        final Queue<String> ends = new ConcurrentLinkedQueue<>();

        Listener(String name) {
            this.name = name;
        }

        abstract boolean isLive();

        @Override
        public abstract void close();
    }

    /** Notes every frame as it comes, so that it would see a repeat too. */
    private static final class RawListener extends Listener {
        private final String address;
        private final int port;
        private final String token;
        private volatile RawSocket socket;
        private volatile String cursor;
        private volatile boolean over;

        private RawListener(String address, int port, String token) {
            super("listener at " + address);
            this.address = address;
            this.port = port;
            this.token = token;
            Thread thread = new Thread(this::listen, name);
            thread.setDaemon(true);
            thread.start();
        }

        private void listen() {
            while (!over) {
                try (RawSocket open = RawSocket.connect(address, port, token, 0)) {
                    socket = open;
                    String beginning = new JsonObject(open.subscribe("alerts", cursor)).getString("cursor");
                    if (cursor == null) {
                        cursor = beginning;
                    }
                    String frame = open.next();
                    while (!frame.startsWith("close ")) {
                        take(new JsonObject(frame));
                        frame = open.next();
                    }
                    ends.add(frame);
                } catch (IOException e) {
                    // Cut off, or there is nobody at the moment: again.
                    ends.add(e.toString());
                }
            }
        }

        private void take(JsonObject frame) {
            if (frame.getString("op").equals("event")) {
                heard.add(frame.getJsonObject("data").getString("alertId"));
                cursor = frame.getString("cursor");
            } else {
                odd.add(frame.encode());
            }
        }

        @Override
        boolean isLive() {
            return cursor != null;
        }

        @Override
        public void close() {
            over = true;
            RawSocket last = socket;
            if (last != null) {
                last.close();
            }
        }
    }

    private void awaitReady(GatewayProcess gateway) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(gateway.readiness()).as(gateway::log).isEqualTo(200));
    }

    private void awaitProgress(int requests) {
        int enough = acknowledged.get() + requests;
        await().atMost(PATIENCE).until(() -> acknowledged.get() >= enough || !failures.isEmpty());
        assertThat(failures).as(() -> read(directory.resolve("nginx.log"))).isEmpty();
    }

    /** Sends one event after the other, every third without an id of its own. */
    private Thread httpLane(int lane, int port, String token) {
        HttpClient http = vertx.createHttpClient(new HttpClientOptions().setLocalAddress(address(lane)));
        opened(() -> TestGateway.await(http.close()));
        return new Thread(
                () -> {
                    for (int i = 0; sending; i++) {
                        String id = i % 3 == 0 ? "" : ",\"eventId\":\"" + lane + "-" + i + "\"";
                        String event = "{\"type\":\"login\",\"userId\":\"user-" + lane + "\"" + id + "}";
                        try {
                            String answer =
                                    TestGateway.await(http.request(HttpMethod.POST, port, "127.0.0.1", "/api/v1/events")
                                            .compose(request -> request.putHeader("Authorization", "Bearer " + token)
                                                    .putHeader("Content-Type", "application/json")
                                                    .send(Buffer.buffer(event)))
                                            .compose(response ->
                                                    response.body().map(body -> response.statusCode() + " " + body)));
                            count(answer.startsWith("202 "), answer);
                        } catch (IllegalStateException e) {
                            count(false, "http: " + e.getCause());
                        }
                    }
                },
                "http-lane-" + lane);
    }

    private Thread grpcLane(int lane, int port, String token) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .localSocketPicker(new NettyChannelBuilder.LocalSocketPicker() {
                    @Override
                    public SocketAddress createSocketAddress(SocketAddress remote, io.grpc.Attributes attributes) {
                        return new InetSocketAddress(address(lane), 0);
                    }
                })
                .build();
        opened(channel::shutdownNow);
        io.grpc.Channel authenticated = TestGrpc.withToken(channel, token);
        return new Thread(
                () -> {
                    for (int i = 0; sending; i++) {
                        Event event = Event.newBuilder()
                                .setUserId("user-" + lane)
                                .setEventId(i % 3 == 0 ? "" : lane + "-" + i)
                                .setLogin(Login.getDefaultInstance())
                                .build();
                        try {
                            TestGrpc.publish(
                                    authenticated,
                                    PublishRequest.newBuilder().addEvents(event).build());
                            count(true, "");
                        } catch (StatusRuntimeException e) {
                            count(false, "grpc: " + e);
                        }
                    }
                },
                "grpc-lane-" + lane);
    }

    private void count(boolean success, String answer) {
        if (success) {
            acknowledged.incrementAndGet();
        } else if (sending) {
            failures.add(answer);
        }
        LockSupport.parkNanos(PACE.toNanos());
    }

    /** Linux takes the whole of 127/8 for itself: as many clients as needed. */
    private static String address(int lane) {
        return "127.0.0." + (10 + lane);
    }

    private void startNginx(List<GatewayProcess> gateways, int httpPort, int grpcPort) throws IOException {
        String config = Files.readString(CONFIG)
                .replace("listen 8080;", "listen 127.0.0.1:" + httpPort + ";")
                .replace("listen 9090 http2;", "listen 127.0.0.1:" + grpcPort + " http2;")
                .replace("worker_connections 16384;", "worker_connections 512;")
                .replaceFirst("http \\{", "http {\n" + temporaryPaths());
        for (int i = 0; i < gateways.size(); i++) {
            config = config.replace(
                            "gateway-" + (i + 1) + ":8080",
                            "127.0.0.1:" + gateways.get(i).httpPort())
                    .replace(
                            "gateway-" + (i + 1) + ":9090",
                            "127.0.0.1:" + gateways.get(i).grpcPort());
        }
        Path file = Files.writeString(directory.resolve("nginx.conf"), config);
        Path errors = directory.resolve("nginx.log");
        Process process = new ProcessBuilder(
                        nginx(),
                        "-p",
                        directory.toString(),
                        "-c",
                        file.toString(),
                        "-g",
                        "daemon off; pid " + directory.resolve("nginx.pid") + "; error_log " + errors + " warn;"
                                + (isRoot() ? " user root;" : ""))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("nginx.out").toFile())
                .start();
        opened(() -> {
            process.destroy();
            process.waitFor(20, TimeUnit.SECONDS);
        });
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(process.isAlive())
                    .as(() -> read(directory.resolve("nginx.out")) + read(errors))
                    .isTrue();
            try (java.net.Socket socket = new java.net.Socket("127.0.0.1", httpPort)) {
                assertThat(socket.isConnected()).isTrue();
            }
        });
    }

    private String temporaryPaths() {
        StringBuilder paths = new StringBuilder();
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            paths.append(kind)
                    .append("_temp_path ")
                    .append(directory.resolve("nginx-" + kind))
                    .append(";\n");
        }
        return paths.toString();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    /** Null if there is none. */
    private static String nginx() {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        for (String folder : path.split(File.pathSeparator)) {
            Path program = Path.of(folder, "nginx");
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        return null;
    }

    /** User and event id of everything on the topic but the ticks. */
    private static Set<String> stored(String bootstrapServers) throws InvalidProtocolBufferException {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers);
        Set<String> ids = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(i -> new TopicPartition(Topics.EVENTS, i))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    Event event = Event.parseFrom(record.value());
                    if (!event.hasTick()) {
                        ids.add(event.getUserId() + " " + event.getEventId());
                    }
                }
            }
        }
        return ids;
    }
}
