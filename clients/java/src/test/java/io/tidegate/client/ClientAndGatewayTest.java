package io.tidegate.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Severity;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a real gateway and a real broker, over connections that are cut. */
class ClientAndGatewayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path directory;

    private static RunningGateway gateway;
    private static CuttingProxy proxy;
    private static TidegateClient client;
    private static KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    static void start() throws Exception {
        gateway = RunningGateway.start(directory);
        proxy = new CuttingProxy(gateway.port());
        client = TidegateClient.builder(proxy.uri())
                .token(() -> gateway.token("client", "producer", "analyst"))
                .build();
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, gateway.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterAll
    static void stop() throws Exception {
        if (client != null) {
            client.close();
            producer.close();
            proxy.close();
            gateway.close();
        }
    }

    @Test
    void cutConnectionsLoseNoEventAndChangeNoOrder() throws Exception {
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        Map<String, List<String>> sent = new TreeMap<>();
        int before = proxy.cuts();
        PublisherOptions options = PublisherOptions.DEFAULT
                .withMaxBatch(50)
                .withLinger(Duration.ofMillis(1))
                .withRequestTimeout(Duration.ofSeconds(5));
        try (Publisher publisher = client.publisher(options)) {
            for (int i = 0; i < 2_000; i++) {
                String user = "cut-" + i % 7;
                Event event =
                        Event.bet(user, "g1", new BigDecimal("1.25")).withAttribute("number", Integer.toString(i));
                sent.computeIfAbsent(user, unknown -> new ArrayList<>()).add(event.eventId());
                receipts.add(publisher.publish(event));
                if (i % 250 == 100) {
                    // In the middle of a request, as a rule: the sender is always busy here.
                    receipts.get(i - 90).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    proxy.cut();
                }
            }
        }

        assertThat(receipts).allMatch(receipt -> receipt.isDone() && !receipt.isCompletedExceptionally());
        assertThat(proxy.cuts() - before).isGreaterThan(5);
        // A repeated request may have stored an event twice; by its id it counts once, at its first place.
        assertThat(storedEventIds("cut-")).isEqualTo(sent);
    }

    /** By user, in the order of the log, repeats left out. */
    private static Map<String, List<String>> storedEventIds(String prefix) throws Exception {
        Map<String, Set<String>> stored = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, gateway.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.EVENTS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    io.tidegate.contracts.v1.Event event = io.tidegate.contracts.v1.Event.parseFrom(record.value());
                    if (event.getUserId().startsWith(prefix)) {
                        stored.computeIfAbsent(event.getUserId(), unknown -> new LinkedHashSet<>())
                                .add(event.getEventId());
                    }
                }
            }
        }
        Map<String, List<String>> lists = new TreeMap<>();
        stored.forEach((user, ids) -> lists.put(user, List.copyOf(ids)));
        return lists;
    }

    @Test
    void eachEventHasItsOwnResult() throws Exception {
        try (Publisher publisher = client.publisher(PublisherOptions.DEFAULT)) {
            CompletableFuture<Receipt> good =
                    publisher.publish(Event.like("u1", "p1").withId("own-id-1"));
            CompletableFuture<Receipt> bad = publisher.publish(Event.bet("u1", "g1", new BigDecimal("-3")));
            CompletableFuture<Receipt> alsoGood = publisher.publish(Event.login("u2"));
            publisher.flush();

            assertThat(good.get().eventId()).isEqualTo("own-id-1");
            assertThat(alsoGood).isCompleted();
            assertThatThrownBy(bad::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(RejectedException.class, rejected -> {
                        assertThat(rejected.code()).isEqualTo("invalid_amount");
                        assertThat(rejected.field()).contains("amount");
                    });
        }
    }

    @Test
    void aTokenWithoutTheRoleFailsEveryEventAtOnce() {
        try (TidegateClient stranger = TidegateClient.builder(proxy.uri())
                        .token(() -> gateway.token("stranger"))
                        .build();
                Publisher publisher = stranger.publisher(PublisherOptions.DEFAULT)) {
            assertThatThrownBy(() -> publisher.publish(Event.login("u1")).get(60, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(TidegateException.class, refused -> {
                        assertThat(refused.status()).isEqualTo(403);
                        assertThat(refused.code()).isEqualTo("missing_role");
                    });
        }
    }

    /** What a listener hears and is told. */
    private static final class Ear implements FeedListener<Alert> {

        private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
        private final List<Gap> gaps = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger interruptions = new AtomicInteger();
        private final CompletableFuture<TidegateException> end = new CompletableFuture<>();

        @Override
        public void onMessage(Alert alert) {
            heard.add(alert.alertId());
        }

        @Override
        public void onGap(Gap gap) {
            gaps.add(gap);
        }

        @Override
        public void onInterrupted(String reason) {
            interruptions.incrementAndGet();
        }

        @Override
        public void onEnd(TidegateException reason) {
            end.complete(reason);
        }
    }

    private static void raise(String alertId, String subject) {
        Future<RecordMetadata> stored = producer.send(new ProducerRecord<>(
                Topics.ALERTS,
                subject.getBytes(StandardCharsets.UTF_8),
                io.tidegate.contracts.v1.Alert.newBuilder()
                        .setAlertId(alertId)
                        .setKind(AlertKind.ALERT_KIND_FRAUD)
                        .setRuleId("rapid-bets")
                        .setRuleVersion(1)
                        .setSubject(subject)
                        .setSeverity(Severity.SEVERITY_WARNING)
                        .setMessage("Many bets")
                        .setDetectedAtMs(System.currentTimeMillis())
                        .build()
                        .toByteArray()));
        try {
            stored.get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("an alert wasn't raised", e);
        }
    }

    @Test
    void aSubscriptionThatIsCutAgainAndAgainHearsEveryAlertOnceAndInOrder() throws Exception {
        Ear ear = new Ear();
        SubscribeOptions options = SubscribeOptions.DEFAULT.subject("u-cut").withMaxBackoff(Duration.ofMillis(300));
        List<String> raised = new ArrayList<>();
        try (Subscription subscription = client.subscribe(Channel.FRAUD_ALERTS, options, ear)) {
            await().atMost(PATIENCE).until(subscription::isLive);
            for (int i = 0; i < 60; i++) {
                raised.add("cut-" + i);
                // One subject: one partition, one order.
                raise(raised.get(i), "u-cut");
                if (i % 10 == 9) {
                    proxy.cut();
                }
            }

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(ear.heard).containsExactlyElementsOf(raised));
        }
        assertThat(ear.interruptions).hasPositiveValue();
        assertThat(ear.gaps).isEmpty();
    }

    @Test
    void aGatewayThatIsReplacedByAnotherCostsASubscriptionNoAlert() throws Exception {
        Ear ear = new Ear();
        SubscribeOptions options = SubscribeOptions.DEFAULT.subject("u-moved").withMaxBackoff(Duration.ofMillis(300));
        List<String> raised = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean over = new AtomicBoolean();
        try (Subscription subscription = client.subscribe(Channel.FRAUD_ALERTS, options, ear)) {
            await().atMost(PATIENCE).until(subscription::isLive);
            CompletableFuture<Void> raising = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    String id = "moved-" + raised.size();
                    raise(id, "u-moved");
                    raised.add(id);
                }
            });
            for (int replaced = 1; replaced <= 2; replaced++) {
                int heardBefore = ear.heard.size();
                await().atMost(PATIENCE).until(() -> ear.heard.size() > heardBefore + 20);
                gateway.startAnother();
                proxy.towards(gateway.port());
                // Goodbye with code 1012, not a cut.
                gateway.stopOldest();
                int interruptions = replaced;
                await().atMost(PATIENCE).until(() -> ear.interruptions.get() >= interruptions && subscription.isLive());
            }
            over.set(true);
            raising.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(ear.heard).hasSameSizeAs(raised));
        }
        assertThat(ear.heard).containsExactlyElementsOf(raised);
        assertThat(ear.gaps).isEmpty();
    }

    @Test
    void aSubscriptionThatIsCutBeforeItsFirstMessageGoesOnWhereItBegan() throws Exception {
        Ear ear = new Ear();
        SubscribeOptions options = SubscribeOptions.DEFAULT.subject("u-first");
        try (Subscription subscription = client.subscribe(Channel.FRAUD_ALERTS, options, ear)) {
            await().atMost(PATIENCE).until(subscription::isLive);
            proxy.cut();
            raise("first-while-away", "u-first");

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(ear.heard).containsExactly("first-while-away"));
            assertThat(ear.interruptions).hasPositiveValue();
            assertThat(ear.gaps).isEmpty();
        }
    }

    @Test
    void aChannelThatIsNotAllowedEndsTheSubscription() throws Exception {
        Ear ear = new Ear();
        try (TidegateClient stranger = TidegateClient.builder(proxy.uri())
                .token(() -> gateway.token("stranger"))
                .build()) {
            stranger.subscribe(Channel.ALERTS, SubscribeOptions.DEFAULT, ear);

            assertThat(ear.end.get(60, TimeUnit.SECONDS).code()).isEqualTo("forbidden");
        }
    }

    @Test
    void liveCountersCanBeAskedForAndListenedTo() throws Exception {
        List<PostCounters> heard = Collections.synchronizedList(new ArrayList<>());
        try (Subscription subscription =
                client.subscribe(Channel.post("p-live"), SubscribeOptions.DEFAULT, heard::add)) {
            await().atMost(PATIENCE).until(subscription::isLive);
            producer.send(new ProducerRecord<>(
                            Topics.COUNTERS,
                            "post/p-live".getBytes(StandardCharsets.UTF_8),
                            Counter.newBuilder()
                                    .setPost(io.tidegate.contracts.v1.PostCounters.newBuilder()
                                            .setPostId("p-live")
                                            .setLikes(7)
                                            .setComments(2))
                                    .build()
                                    .toByteArray()))
                    .get(30, TimeUnit.SECONDS);
            PostCounters expected = new PostCounters("p-live", 7, 2, 0);

            await().atMost(PATIENCE).until(() -> heard.contains(expected));
            assertThat(client.postCounters("p-live")).isEqualTo(expected);
            assertThat(client.postCounters("p nobody/ever")).isEqualTo(new PostCounters("p nobody/ever", 0, 0, 0));
            assertThat(client.topPosts(5)).isEmpty();
        }
    }

    @Test
    void theExampleInTheDocumentationRuns() throws Exception {
        Path output = directory.resolve("example.txt");
        ProcessBuilder example = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Path.of("../../docs/examples/TidegateExample.java").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        example.environment().put("TIDEGATE_URL", "http://127.0.0.1:" + gateway.port());
        example.environment().put("TOKEN", gateway.token("example", "producer"));
        Process process = example.start();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains("stored ", "rejected: invalid_amount in amount", "p-42 has ", "asked: ");
    }
}
