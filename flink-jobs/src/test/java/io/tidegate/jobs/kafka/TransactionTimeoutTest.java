package io.tidegate.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransactionTimeoutTest {

    @TempDir
    Path directory;

    @Test
    void aTimeoutThatTheBrokerRefusesIsAnErrorThatNamesBoth() {
        assertThatThrownBy(() -> TransactionTimeout.requireAllowed(
                        Duration.ofMinutes(16),
                        List.of(
                                new TransactionTimeout.BrokerLimit("1", Duration.ofHours(1)),
                                new TransactionTimeout.BrokerLimit("2", Duration.ofMinutes(15)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("transaction-timeout: 16 min")
                .hasMessageContaining("transaction.max.timeout.ms of Kafka broker 2: 15 min");
        assertThatCode(() -> TransactionTimeout.requireAllowed(
                        Duration.ofMinutes(15),
                        List.of(new TransactionTimeout.BrokerLimit("1", Duration.ofMinutes(15)))))
                .doesNotThrowAnyException();
    }

    @Test
    void aTimeoutThatACheckpointAndARestartMayOutliveIsAnErrorThatNamesThem() {
        Configuration flink = new Configuration();
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMinutes(1));
        flink.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(14));

        assertThatThrownBy(() -> TransactionTimeout.requireLongerThanARestart(Duration.ofMinutes(15), flink))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("transaction-timeout: 15 min")
                .hasMessageContaining("execution.checkpointing.timeout 14 min");
        assertThatCode(() -> TransactionTimeout.requireLongerThanARestart(
                        JobConfig.DEFAULT_TRANSACTION_TIMEOUT, new Configuration()))
                .doesNotThrowAnyException();
    }

    @Test
    void theBrokersAreAsked() {
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            JobConfig config =
                    JobConfig.of(broker.bootstrapServers(), ClickHouseConfig.local(URI.create("http://127.0.0.1:1")));

            assertThatCode(() -> TransactionTimeout.check(
                            config.withTransactionTimeout(Duration.ofDays(7)), new Configuration()))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> TransactionTimeout.check(
                            config.withTransactionTimeout(Duration.ofDays(8)), new Configuration()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("transaction-timeout: 8 d is longer than transaction.max.timeout.ms");
        }
    }

    @Test
    void aBrokerThatDoesNotAnswerIsAnErrorToo() {
        JobConfig config =
                JobConfig.of("unknown.invalid:9092", ClickHouseConfig.local(URI.create("http://127.0.0.1:1")));

        assertThatThrownBy(() -> TransactionTimeout.check(config, new Configuration()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unknown.invalid:9092");
    }
}
