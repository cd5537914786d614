package io.tidegate.serving.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.rules.RuleBook;
import io.tidegate.contracts.rules.RuleCatalog;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleFile;
import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.v1.RuleChange;
import io.tidegate.dev.kafka.KafkaProcess;
import io.tidegate.dev.kafka.TopicSetup;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes against a broker that is frozen and gateways that stop half-way. Each test has a rule of its own. */
class RuleLogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static KafkaProcess kafka;

    @BeforeAll
    static void startBroker() {
        kafka = KafkaProcess.start(directory.resolve("kafka"));
        TopicSetup.ensure(kafka.bootstrapServers(), 2);
    }

    @AfterAll
    static void stopBroker() {
        kafka.close();
    }

    private static RuleLog log(Map<String, RuleDefinition> base) {
        return new RuleLog(kafka.bootstrapServers(), "test", base, Clock.systemUTC());
    }

    private static RuleLog.Result change(RuleLog log, RuleDefinition wanted, Duration patience) {
        return log.change(
                new RuleLog.Request(wanted, RuleChange.Action.ACTION_UPDATE, version -> true, "ada"),
                System.nanoTime() + patience.toNanos());
    }

    private static RuleDefinition with(RuleDefinition rule, String threshold, int value) {
        return new RuleDefinition(
                rule.id(),
                rule.version(),
                rule.enabled(),
                rule.severity(),
                rule.window(),
                Map.of(threshold, BigDecimal.valueOf(value)));
    }

    @Test
    void aGatewayThatStoppedHalfWayIsFencedOffAndChangedNothing() {
        // Given a gateway that has written but not committed
        RuleDefinition likes = RuleCatalog.defaults().get("like-burst");
        try (KafkaProducer<byte[], byte[]> halfWay = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka.bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        RuleLog.TRANSACTIONAL_ID),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            halfWay.initTransactions();
            halfWay.beginTransaction();
            halfWay.send(new ProducerRecord<>(
                    Topics.RULES,
                    "like-burst".getBytes(StandardCharsets.UTF_8),
                    RuleRecords.encode(with(likes, "likes", 99).withVersion(2))
                            .build()
                            .toByteArray()));
            halfWay.flush();

            // When another one changes the rule
            RuleLog.Result result = change(log(RuleCatalog.defaults()), with(likes, "likes", 50), PATIENCE);

            // Then it comes next to the default, and the first one can't go on
            assertThat(result).isInstanceOfSatisfying(RuleLog.Result.Changed.class, changed -> {
                assertThat(changed.change().getAfter().getVersion()).isEqualTo(2);
                assertThat(changed.change().getBefore().getThresholdsE4OrThrow("likes"))
                        .isEqualTo(300_000);
            });
            assertThatThrownBy(halfWay::commitTransaction).isInstanceOf(KafkaException.class);
        }
        RuleLog.Result next = change(log(RuleCatalog.defaults()), with(likes, "likes", 51), PATIENCE);
        assertThat(((RuleLog.Result.Changed) next).change().getBefore().getThresholdsE4OrThrow("likes"))
                .isEqualTo(500_000);
    }

    @Test
    void versionsGoOnFromTheRulesFile() throws IOException {
        Path file = Files.writeString(
                directory.resolve("rules.yaml"), "rules: {shared-device: {version: 7, thresholds: {users: 4}}}");
        Map<String, RuleDefinition> base = RuleFile.load(file);

        RuleLog.Result result = change(log(base), with(base.get("shared-device"), "users", 5), PATIENCE);
        RuleLog.Result again = change(log(base), with(base.get("shared-device"), "users", 5), PATIENCE);

        assertThat(((RuleLog.Result.Changed) result).change().getBefore().getVersion())
                .isEqualTo(7);
        assertThat(((RuleLog.Result.Changed) result).change().getAfter().getVersion())
                .isEqualTo(8);
        assertThat(again).isInstanceOf(RuleLog.Result.Unchanged.class);
    }

    @Test
    void aBrokerThatDoesntAnswerIsNoChangeAndCostsNothingLater() {
        RuleDefinition device = RuleCatalog.defaults().get("lockstep-likes");
        RuleLog log = log(RuleCatalog.defaults());
        kafka.freeze();
        RuleLog.Result frozen;
        try {
            frozen = change(log, with(device, "users", 20), Duration.ofSeconds(2));
        } finally {
            kafka.thaw();
        }

        RuleLog.Result after = change(log, with(device, "users", 21), PATIENCE);

        assertThat(frozen).isEqualTo(new RuleLog.Result.Unavailable(false));
        assertThat(((RuleLog.Result.Changed) after).change().getAfter().getVersion())
                .isEqualTo(2);
    }

    @Test
    void theHigherVersionIsInForceAndTheFilesGivesWayToTheTopicsSameOne() {
        RuleDefinition filed =
                with(RuleCatalog.defaults().get("rapid-bets"), "bets", 50).withVersion(2);
        RuleBook book = new RuleBook(Map.of("rapid-bets", filed));

        assertThat(apply(book, with(filed, "bets", 30).withVersion(1))).isEqualTo(RuleBook.Outcome.PASSED_OVER);
        assertThat(apply(book, with(filed, "bets", 30))).isEqualTo(RuleBook.Outcome.IN_FORCE);
        assertThat(apply(book, with(filed, "bets", 31))).isEqualTo(RuleBook.Outcome.PASSED_OVER);
        assertThat(apply(book, with(filed, "bets", 32).withVersion(4))).isEqualTo(RuleBook.Outcome.IN_FORCE);
        assertThat(apply(book, with(filed, "bets", 33).withVersion(3))).isEqualTo(RuleBook.Outcome.PASSED_OVER);

        assertThat(book.rule("rapid-bets").thresholds()).containsEntry("bets", BigDecimal.valueOf(32));
        assertThat(book.rule("rapid-bets").version()).isEqualTo(4);
    }

    private static RuleBook.Outcome apply(RuleBook book, RuleDefinition rule) {
        return book.apply(rule.id(), RuleRecords.encode(rule).build().toByteArray())
                .outcome();
    }
}
