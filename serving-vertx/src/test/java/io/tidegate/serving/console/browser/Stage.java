package io.tidegate.serving.console.browser;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.AlertKind;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Event;
import io.tidegate.contracts.v1.PostCounters;
import io.tidegate.contracts.v1.PostLeaderboard;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.dev.clickhouse.ClickHouseProcess;
import io.tidegate.dev.clickhouse.Migrations;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.serving.Gateway;
import io.tidegate.serving.GatewayConfig;
import io.tidegate.serving.TestTokens;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A whole gateway with a real broker and a real store, and a port at which a test in another process says what is to happen:
 * the part of the jobs.
 */
final class Stage implements AutoCloseable {

    private final KafkaBroker broker;
    private final ClickHouseProcess clickhouse;
    private final TestTokens tokens;
    private final Gateway gateway;
    private final KafkaProducer<byte[], byte[]> producer;
    private final HttpServer control;

    private Stage(Path directory) throws IOException {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        TopicSetup.ensure(broker.bootstrapServers(), 2);
        clickhouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
        Migrations.apply(clickhouse.uri(), Path.of("../sql/clickhouse"));
        fill();
        tokens = TestTokens.withKeyIn(directory);
        Path yaml = Files.writeString(
                directory.resolve("gateway.yaml"),
                "http: {port: 0}\nops: {port: 0}\ngrpc: {port: 0}\n"
                        + "kafka: {bootstrapServers: \"" + broker.bootstrapServers() + "\"}\n"
                        + "clickhouse: {url: \"" + clickhouse.uri() + "\"}\n"
                        + "auth: {publicKeyFile: public.pem, issuer: tidegate, audience: tidegate}\n"
                        + "limits: {ip: {requests: 0}}\n");
        gateway = Gateway.start(GatewayConfig.load(yaml))
                .orTimeout(120, TimeUnit.SECONDS)
                .join();
        await().atMost(Duration.ofSeconds(120)).until(gateway::ready);
        producer = new KafkaProducer<>(
                new HashMap<>(Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        0)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        control = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        control.createContext("/url", exchange -> answer(exchange, values -> url()));
        control.createContext("/token", exchange -> answer(exchange, this::token));
        control.createContext("/alert", exchange -> answer(exchange, this::raise));
        control.createContext("/leaderboard", exchange -> answer(exchange, this::rank));
        control.start();
    }

    static Stage open(Path directory) throws IOException {
        return new Stage(directory);
    }

    String url() {
        return "http://127.0.0.1:" + gateway.httpPort();
    }

    String controlUrl() {
        return "http://127.0.0.1:" + control.getAddress().getPort();
    }

    String token(String subject, String... roles) {
        return tokens.token(subject, roles);
    }

    /** What the jobs have stored within the last hour. */
    private void fill() throws IOException {
        clickhouse.query(
                "INSERT INTO tidegate.event_counts_1m (window_start, type, pane, events, users, version, updated_at)"
                        + " SELECT toStartOfMinute(now()) - 60 * number,"
                        + " arrayJoin(['like','bet','comment','share','login']) AS type, 0, 400 + cityHash64(number, type)"
                        + " % 300, 50, 1, now64(3) FROM numbers(60)");
        clickhouse.query(
                "INSERT INTO tidegate.bet_stats_1m (window_start, game_id, city, device_type, bet_type, currency,"
                        + " pane, bets, turnover, outcomes, payout, odds_sum, odds_count, version, updated_at) SELECT"
                        + " toStartOfMinute(now()) - 60 * number, arrayJoin(['roulette-7','crash-1','slots-19']) AS game,"
                        + " ['Valletta','London'][1 + number % 2], 'mobile', 'single', 'EUR', 0, 20, toDecimal64(200 +"
                        + " cityHash64(number, game) % 900, 4), 18, toDecimal64(180 + cityHash64(game) % 600, 4), 38, 20,"
                        + " 1, now64(3) FROM numbers(60)");
        clickhouse.query(
                "INSERT INTO tidegate.post_activity_1m (window_start, post_id, pane, likes, unlikes, comments, shares,"
                        + " version, updated_at) SELECT toStartOfMinute(now()) - 60 * number,"
                        + " arrayJoin(['post-a','post-b','post-c']) AS post, 0, 30 + cityHash64(post) % 40, 2, 5, 1, 1,"
                        + " now64(3) FROM numbers(60)");
    }

    private String token(Map<String, String> values) {
        String roles = values.getOrDefault("roles", "");
        return tokens.token(
                values.get("subject"),
                Instant.now().plusSeconds(Long.parseLong(values.get("goodForSeconds"))),
                Map.of(),
                roles.isEmpty() ? new String[0] : roles.split(","));
    }

    /** Into the store first, as nobody asks for an alert before it was pushed. */
    private String raise(Map<String, String> values) throws IOException {
        long detectedAt = Instant.parse(values.get("detectedAt")).toEpochMilli();
        List<String> eventIds = values.get("eventIds").isEmpty()
                ? List.of()
                : Arrays.asList(values.get("eventIds").split(","));
        long startedAt = detectedAt - 47_250;
        String ids = eventIds.stream()
                .map(Stage::quoted)
                .reduce((a, b) -> a + "," + b)
                .orElse("");
        clickhouse.query(
                "INSERT INTO tidegate.alerts (alert_id, kind, rule_id, rule_version, subject, severity, message,"
                        + " event_ids, detected_at, started_at, raised_at) VALUES (" + quoted(values.get("alertId"))
                        + ","
                        + quoted(values.get("kind")) + "," + quoted(values.get("ruleId")) + ",1,"
                        + quoted(values.get("subject"))
                        + "," + quoted(values.get("severity")) + "," + quoted(values.get("message")) + ",[" + ids + "],"
                        + time(detectedAt)
                        + "," + time(startedAt) + "," + time(detectedAt + 38) + ")");
        for (int i = 0; i < eventIds.size(); i++) {
            boolean last = i == eventIds.size() - 1;
            String at = time(last ? detectedAt : startedAt + 10_000L * i);
            clickhouse.query(
                    "INSERT INTO tidegate.events (event_id, type, user_id, bet_id, game_id, amount, currency, odds,"
                            + " city, occurred_at, ingested_at, appended_at) VALUES"
                            + " (" + quoted(eventIds.get(i)) + ",'bet',"
                            + quoted(values.get("subject")) + ",'b" + i + "','roulette-7'," + (last ? "5000" : "2")
                            + ",'EUR',1.9,'Valletta'," + at + "," + at + "," + at + ")");
        }
        send(
                Topics.ALERTS,
                values.get("subject"),
                Alert.newBuilder()
                        .setAlertId(values.get("alertId"))
                        .setKind(AlertKind.valueOf(
                                "ALERT_KIND_" + values.get("kind").toUpperCase(Locale.ROOT)))
                        .setRuleId(values.get("ruleId"))
                        .setRuleVersion(1)
                        .setSubject(values.get("subject"))
                        .setSeverity(Severity.valueOf(
                                "SEVERITY_" + values.get("severity").toUpperCase(Locale.ROOT)))
                        .setMessage(values.get("message"))
                        .addAllEventIds(eventIds)
                        .setDetectedAtMs(detectedAt)
                        .setStartedAtMs(startedAt)
                        .build()
                        .toByteArray());
        return "";
    }

    private String rank(Map<String, String> values) {
        PostLeaderboard.Builder best = PostLeaderboard.newBuilder();
        for (String post : values.get("posts").split(",")) {
            String[] parts = post.split(":");
            best.addPosts(PostCounters.newBuilder()
                    .setPostId(parts[0])
                    .setLikes(Long.parseLong(parts[1]))
                    .setComments(Long.parseLong(parts[2]))
                    .setShares(Long.parseLong(parts[3])));
        }
        send(
                Topics.COUNTERS,
                "leaderboard/posts",
                Counter.newBuilder()
                        .setUpdatedAtMs(System.currentTimeMillis())
                        .setPostLeaderboard(best)
                        .build()
                        .toByteArray());
        return "";
    }

    /** Ends the counting. */
    interface Counting extends AutoCloseable {
        @Override
        void close();
    }

    /** Answers each like on topic events with the counters of its post, as the jobs would. */
    Counting countLikes() {
        AtomicBoolean stopped = new AtomicBoolean();
        Thread thread = new Thread(() -> count(stopped), "counting-likes");
        thread.start();
        return () -> {
            stopped.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private void count(AtomicBoolean stopped) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ConsumerConfig.GROUP_ID_CONFIG,
                "counting",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest");
        Map<String, Long> likes = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(Topics.EVENTS));
            while (!stopped.get()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    Event event = Event.parseFrom(record.value());
                    if (event.hasLike()) {
                        String postId = event.getLike().getPostId();
                        count(postId, likes.merge(postId, 1L, Long::sum));
                    }
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private void count(String postId, long likes) {
        send(
                Topics.COUNTERS,
                "post/" + postId,
                Counter.newBuilder()
                        .setUpdatedAtMs(System.currentTimeMillis())
                        .setPost(PostCounters.newBuilder().setPostId(postId).setLikes(likes))
                        .build()
                        .toByteArray());
    }

    private void send(String topic, String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
                    .get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String time(long epochMs) {
        return "fromUnixTimestamp64Milli(toInt64(" + epochMs + "),'UTC')";
    }

    /** What is done for a request's values. */
    private interface Command {
        String run(Map<String, String> values) throws IOException;
    }

    private static void answer(HttpExchange exchange, Command command) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> values = new HashMap<>();
        for (String pair : body.isEmpty() ? new String[0] : body.split("&")) {
            String[] parts = pair.split("=", 2);
            values.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        int status = 200;
        byte[] answer;
        try {
            answer = command.run(values).getBytes(StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException e) {
            status = 500;
            answer = e.toString().getBytes(StandardCharsets.UTF_8);
        }
        exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    @Override
    public void close() throws IOException {
        control.stop(0);
        producer.close(Duration.ofSeconds(5));
        gateway.stop().orTimeout(30, TimeUnit.SECONDS).join();
        clickhouse.close();
        broker.stop();
    }
}
