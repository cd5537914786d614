package io.tidegate.serving.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Rule;
import io.tidegate.contracts.v1.RuleChange;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.dev.kafka.WholeTopic;
import io.tidegate.serving.TestGateway;
import io.tidegate.serving.ops.HealthCheck;
import io.tidegate.serving.push.PushMetrics;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two gateways, one real broker. */
class RulesApiTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String RAPID_BETS = "/api/v1/rules/rapid-bets";

    @TempDir
    static Path directory;

    private static KafkaBroker broker;

    /** A gateway of its own process, as far as rules are concerned. */
    private static final class Node implements AutoCloseable {

        private final Vertx vertx = Vertx.vertx();
        private final HttpClient http = HttpClient.newHttpClient();
        private final RulesModule module;
        private final TestGateway gateway;

        Node(String name, String bootstrapServers, RulesConfig config, Duration changeTimeout) throws IOException {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            module = new RulesModule(
                    vertx, config, changeTimeout, meters, new PushMetrics(meters), bootstrapServers, name);
            gateway = TestGateway.start(vertx, Files.createTempDirectory(directory, name), module);
        }

        boolean isReady() {
            return module.healthChecks().stream().map(HealthCheck::health).allMatch(HealthCheck.Health::up);
        }

        String admin() {
            return gateway.token("ada", "admin");
        }

        HttpResponse<String> get(String path) {
            return gateway.get(path, gateway.token("ann", "analyst"));
        }

        JsonObject rule() {
            return new JsonObject(get(RAPID_BETS).body());
        }

        HttpResponse<String> put(String body, String... headers) {
            return send("PUT", RAPID_BETS, body, admin(), headers);
        }

        HttpResponse<String> send(String method, String path, String body, String token, String... headers) {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + gateway.port() + path))
                    .timeout(Duration.ofMinutes(3))
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body))
                    .header("Authorization", "Bearer " + token);
            boolean typed = false;
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
                typed |= headers[i].equals("Content-Type");
            }
            if (body != null && !typed) {
                request.header("Content-Type", "application/json");
            }
            try {
                return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            gateway.close();
            TestGateway.await(vertx.close());
        }
    }

    private static Node one;
    private static Node two;

    @BeforeAll
    static void start() throws IOException {
        broker = KafkaBroker.start(directory.resolve("kafka"));
        TopicSetup.ensure(broker.bootstrapServers(), 2);
        one = node("one");
        two = node("two");
        await().atMost(PATIENCE).until(() -> one.isReady() && two.isReady());
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
        broker.stop();
    }

    /** What one test has changed, both have read before the next. */
    @BeforeEach
    void bothKnowTheSame() {
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> one.rule().equals(two.rule()));
    }

    private static Node node(String name) throws IOException {
        return new Node(name, broker.bootstrapServers(), RulesConfig.DEFAULT, Duration.ofMinutes(2));
    }

    @Test
    void anAnalystReadsEveryRuleWithItsLimits() {
        HttpResponse<String> answer = one.get("/api/v1/rules");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonArray rules = new JsonArray(answer.body());
        assertThat(rules).hasSize(12);
        JsonObject cycle = new JsonObject(one.get("/api/v1/rules/deposit-cycle").body());
        assertThat(rules).contains(cycle);
        assertThat(cycle.getString("kind")).isEqualTo("fraud");
        assertThat(cycle.getString("window")).isEqualTo("1h");
        assertThat(cycle.getInteger("windowMs")).isEqualTo(3_600_000);
        assertThat(cycle.getJsonObject("thresholds"))
                .isEqualTo(new JsonObject("{\"withdrawnShare\":0.8,\"wageredShare\":0.1}"));
        assertThat(cycle.getJsonObject("limits").getJsonArray("thresholds").getJsonObject(0))
                .isEqualTo(new JsonObject("""
                        {"name":"withdrawnShare","description":"The withdrawal as a share of the deposit, at least",
                         "unit":"ratio","whole":false,"minimum":0.0001,"maximum":10}"""));
        assertThat(cycle.getBoolean("default")).isTrue();
        assertThat(cycle.getValue("updatedBy")).isNull();
    }

    @Test
    void aChangeIsANewVersionOnEveryGatewayAndOnRecordAndAResetIsAnother() {
        // Given
        assertThat(one.send("DELETE", RAPID_BETS, null, one.admin()).statusCode())
                .isEqualTo(200);
        Instant before = Instant.now().minusSeconds(1);
        int version = one.rule().getInteger("version");

        // When
        HttpResponse<String> put = one.put(
                "{\"severity\":\"critical\",\"window\":\"20s\",\"thresholds\":{\"bets\":5}}",
                "If-Match",
                "\"" + version + "\"");

        // Then its author sees it at once, the other gateway soon
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(put.headers().firstValue("ETag")).contains("\"" + (version + 1) + "\"");
        JsonObject rule = new JsonObject(put.body());
        assertThat(one.rule()).isEqualTo(rule);
        assertThat(rule.getInteger("version")).isEqualTo(version + 1);
        assertThat(rule.getJsonObject("thresholds")).isEqualTo(new JsonObject("{\"bets\":5}"));
        assertThat(rule.getString("severity")).isEqualTo("critical");
        assertThat(rule.getBoolean("enabled")).isTrue();
        assertThat(rule.getBoolean("default")).isFalse();
        assertThat(rule.getString("updatedBy")).isEqualTo("ada");
        assertThat(Instant.parse(rule.getString("updatedAt"))).isAfter(before);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(two.rule()).isEqualTo(rule));

        // When what was read is sent back with one number changed, to the other gateway
        HttpResponse<String> sentBack = two.put(
                rule.copy().put("thresholds", new JsonObject("{\"bets\":6}")).encode());
        assertThat(sentBack.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(sentBack.body()).getString("window")).isEqualTo("20s");

        // And the rule is reset, twice
        HttpResponse<String> reset = two.send("DELETE", RAPID_BETS, null, two.admin());
        HttpResponse<String> again = two.send("DELETE", RAPID_BETS, null, two.admin());

        // Then versions never go back, and what is the default already isn't a change
        assertThat(reset.statusCode()).isEqualTo(200);
        JsonObject back = new JsonObject(reset.body());
        assertThat(back.getInteger("version")).isEqualTo(version + 3);
        assertThat(back.getJsonObject("thresholds")).isEqualTo(new JsonObject("{\"bets\":20}"));
        assertThat(back.getBoolean("default")).isTrue();
        assertThat(again.body()).isEqualTo(reset.body());

        // And the history says who did what, newest first, on both
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        new JsonArray(one.get(RAPID_BETS + "/history").body()))
                .isEqualTo(new JsonArray(two.get(RAPID_BETS + "/history").body())));
        JsonArray history =
                new JsonArray(one.get(RAPID_BETS + "/history?limit=3").body());
        assertThat(history).hasSize(3);
        assertThat(IntStream.range(0, 3).mapToObj(history::getJsonObject).map(change -> change.getString("action")))
                .containsExactly("reset", "update", "update");
        JsonObject first = history.getJsonObject(2);
        assertThat(first.getString("changedBy")).isEqualTo("ada");
        assertThat(first.getJsonObject("before").getJsonObject("thresholds"))
                .isEqualTo(new JsonObject("{\"bets\":20}"));
        assertThat(first.getJsonObject("after").getInteger("version")).isEqualTo(version + 1);
        assertThat(first.getJsonObject("after").getString("window")).isEqualTo("20s");
    }

    @Test
    void aGatewayThatStartsLaterKnowsRulesAndHistory() throws IOException {
        JsonObject rule =
                new JsonObject(one.put("{\"thresholds\":{\"bets\":33}}").body());

        try (Node third = node("three")) {
            await().atMost(PATIENCE).until(third::isReady);

            assertThat(third.rule()).isEqualTo(rule);
            assertThat(third.get(RAPID_BETS + "/history").body())
                    .isEqualTo(one.get(RAPID_BETS + "/history").body());
        }
    }

    @Test
    void ofTwoAuthorsWhoSawTheSameVersionOneWins() {
        for (int round = 0; round < 5; round++) {
            // Given both gateways at the same version
            await().atMost(PATIENCE).until(() -> one.rule().equals(two.rule()));
            int version = one.rule().getInteger("version");
            String tag = "\"" + version + "\"";
            int bets = 40 + 2 * round;

            // When both are asked at the same time
            CompletableFuture<HttpResponse<String>> here =
                    CompletableFuture.supplyAsync(() -> one.put(bets(bets), "If-Match", tag));
            CompletableFuture<HttpResponse<String>> there =
                    CompletableFuture.supplyAsync(() -> two.put(bets(bets + 1), "If-Match", tag));

            // Then
            assertThat(List.of(here.join().statusCode(), there.join().statusCode()))
                    .containsExactlyInAnyOrder(200, 412);
            HttpResponse<String> lost = here.join().statusCode() == 412 ? here.join() : there.join();
            assertThat(new JsonObject(lost.body()).getInteger("version")).isEqualTo(version + 1);
        }
    }

    @Test
    void changesWithoutAConditionAllHappenEachWithAVersionOfItsOwn() throws Exception {
        int version = one.rule().getInteger("version");

        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Node node = i % 2 == 0 ? one : two;
            String body = bets(60 + i);
            answers.add(CompletableFuture.supplyAsync(() -> node.put(body)));
        }

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(answer -> new JsonObject(answer.join().body()).getInteger("version")))
                .allMatch(made -> made > version && made <= version + 6);
        // On both topics each version once, and the audit is a chain
        List<Rule> rules = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : read(Topics.RULES)) {
            rules.add(Rule.parseFrom(record.value()));
        }
        List<RuleChange> changes = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : read(Topics.RULES_AUDIT)) {
            changes.add(RuleChange.parseFrom(record.value()));
        }
        assertThat(rules).extracting(Rule::getVersion).isSorted().doesNotHaveDuplicates();
        assertThat(changes).extracting(RuleChange::getAfter).isEqualTo(rules);
        for (int i = 1; i < changes.size(); i++) {
            assertThat(changes.get(i).getBefore()).isEqualTo(changes.get(i - 1).getAfter());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"thresholds":{"bets":1}}                        | 422 | thresholds.bets
            {"thresholds":{"bets":201}}                      | 422 | thresholds.bets
            {"thresholds":{"bets":5.5}}                      | 422 | thresholds.bets
            {"thresholds":{"bets":1e999999999}}              | 422 | thresholds.bets
            {"thresholds":{"bets":null}}                     | 422 | thresholds.bets
            {"thresholds":{"bets":{"a":1}}}                  | 422 | thresholds.bets
            {"thresholds":{"bet":5}}                         | 422 | thresholds.bet
            {"thresholds":[5]}                               | 422 | thresholds
            {"window":"0s"}                                  | 422 | window
            {"window":"25h"}                                 | 422 | window
            {"window":"10"}                                  | 422 | window
            {"window":10}                                    | 422 | window
            {"window":"(((((((((((a+)+)+)+)+)+)+)+)+)+)+)+s"} | 422 | window
            {"windowMs":99999999999}                         | 422 | windowMs
            {"severity":"fatal"}                             | 422 | severity
            {"enabled":"yes"}                                | 422 | enabled
            {"colour":"red"}                                 | 422 | colour
            {"ruleId":"like-burst"}                          | 422 | ruleId
            {"enabled":true,"enabled":false}                 | 400 |
            [{"enabled":true}]                               | 400 |
            {"enabled":true                                  | 400 |
            {"enabled":true}{}                               | 400 |
            {"limits":[[[[[[[[[[[[1]]]]]]]]]]]]}             | 400 |
            """)
    void aBadDefinitionIsRefusedWithItsFieldAndTheRunningVersionStays(String body, int status, String field) {
        JsonObject before = one.rule();

        HttpResponse<String> answer = one.put(body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(new JsonObject(answer.body()).getString("field")).isEqualTo(field);
        assertThat(one.rule()).isEqualTo(before);
    }

    @Test
    void whatNoFieldOnItsOwnShowsIsRefusedTooWithItsField() {
        String surge = "/api/v1/rules/post-surge";
        JsonObject before = new JsonObject(one.get(surge).body());

        HttpResponse<String> answer =
                one.send("PUT", surge, "{\"thresholds\":{\"factor\":3,\"endFactor\":4}}", one.admin());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        assertThat(new JsonObject(answer.body()).getString("field")).isEqualTo("thresholds.endFactor");
        assertThat(new JsonObject(one.get(surge).body())).isEqualTo(before);
    }

    @Test
    void pathologicalSizesAreRefused() {
        JsonObject before = one.rule();

        assertThat(one.put("{\"thresholds\":{\"bets\":" + "9".repeat(5_000) + "}}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(one.put("{\"" + "x".repeat(5_000) + "\":1}").statusCode()).isEqualTo(400);
        assertThat(one.put("{\"severity\":\"" + "x".repeat(8_000) + "\"}").statusCode())
                .isEqualTo(400);
        assertThat(one.put(" ".repeat(20_000) + "{}").statusCode()).isEqualTo(413);
        assertThat(one.put("enabled: true", "Content-Type", "application/yaml").statusCode())
                .isEqualTo(415);
        assertThat(one.put("{}", "If-Match", "W/\"1\"").statusCode()).isEqualTo(400);

        assertThat(one.rule()).isEqualTo(before);
    }

    @Test
    void nobodyButAnAdminChangesARule() {
        String analyst = one.gateway.token("ann", "analyst");
        String producer = one.gateway.token("pat", "producer");

        assertThat(one.send("PUT", RAPID_BETS, "{}", analyst).statusCode()).isEqualTo(403);
        assertThat(one.send("DELETE", RAPID_BETS, null, analyst).statusCode()).isEqualTo(403);
        assertThat(one.gateway.get(RAPID_BETS, producer).statusCode()).isEqualTo(403);
        assertThat(one.gateway.get("/api/v1/rules", producer).statusCode()).isEqualTo(403);
        assertThat(one.gateway.get(RAPID_BETS + "/history", producer).statusCode())
                .isEqualTo(403);
        assertThat(one.gateway.get(RAPID_BETS, null).statusCode()).isEqualTo(401);
    }

    @Test
    void aRuleThatThereIsntIsNotFound() {
        assertThat(one.get("/api/v1/rules/rapid-fire").statusCode()).isEqualTo(404);
        assertThat(one.get("/api/v1/rules/rapid-fire/history").statusCode()).isEqualTo(404);
        assertThat(one.send("PUT", "/api/v1/rules/rapid-fire", "{}", one.admin())
                        .statusCode())
                .isEqualTo(404);
        assertThat(one.send("DELETE", "/api/v1/rules/..%2Frapid-bets", null, one.admin())
                        .statusCode())
                .isEqualTo(404);
        assertThat(one.get(RAPID_BETS + "/history?limit=0").statusCode()).isEqualTo(400);
    }

    @Test
    void poisonOnTheTopicLeavesTheRuleInForce() throws Exception {
        JsonObject rule = new JsonObject(one.put(bets(77)).body());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            byte[] poison = "poison".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(Topics.RULES, "country-hop".getBytes(StandardCharsets.UTF_8), poison))
                    .get();
        }

        HttpResponse<String> next = two.put(bets(78));

        assertThat(new JsonObject(next.body()).getInteger("version")).isEqualTo(rule.getInteger("version") + 1);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        one.rule().getJsonObject("thresholds").getInteger("bets"))
                .isEqualTo(78));
    }

    @Test
    void withoutTheBrokerAChangeIsRefusedInTime() throws Exception {
        try (Node alone = new Node("alone", "127.0.0.1:1", RulesConfig.DEFAULT, Duration.ofSeconds(2))) {
            long startedAt = System.nanoTime();

            HttpResponse<String> put = alone.put(bets(5));

            assertThat(put.statusCode()).isEqualTo(503);
            assertThat(put.headers().firstValue("Retry-After")).isPresent();
            assertThat(Duration.ofNanos(System.nanoTime() - startedAt)).isLessThan(Duration.ofSeconds(45));
            assertThat(alone.isReady()).isFalse();
            assertThat(alone.get("/api/v1/rules").statusCode()).isEqualTo(503);
        }
    }

    private static String bets(int bets) {
        return "{\"thresholds\":{\"bets\":" + bets + "}}";
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic) throws IOException {
        return WholeTopic.settled(broker.bootstrapServers(), topic).stream()
                .filter(record -> !new String(record.value(), StandardCharsets.UTF_8).equals("poison"))
                .toList();
    }
}
