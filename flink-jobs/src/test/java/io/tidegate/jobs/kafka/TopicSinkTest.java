package io.tidegate.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.contracts.Topics;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.dev.kafka.KafkaBroker;
import io.tidegate.dev.kafka.TopicSetup;
import io.tidegate.jobs.JobConfig;
import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TransactionListing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The transactions of a sink, on real brokers. */
class TopicSinkTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final InMemoryReporter METRICS = InMemoryReporter.create();

    @RegisterExtension
    static final MiniClusterExtension FLINK = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setConfiguration(METRICS.addToConfiguration(new Configuration()))
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(1)
            .build());

    @TempDir
    Path directory;

    @Test
    void aFewTransactionalIdsOfAFixedPrefixAreUsedAgainAndAgain() throws Exception {
        try (KafkaBroker broker = broker("kafka")) {
            JobClient job = start(broker);

            await().atMost(LIMIT).until(() -> committed(job, "successfulCommittables") > 20);

            Collection<TransactionListing> transactions;
            try (Admin admin =
                    Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()))) {
                transactions = admin.listTransactions().all().get();
            }
            job.cancel().get();
            assertThat(transactions)
                    .extracting(TransactionListing::transactionalId)
                    .allSatisfy(id -> assertThat(id).startsWith("tidegate-test-" + Topics.ALERTS + "-"))
                    .hasSizeBetween(1, 6);
            assertThat(committed(job, "failedCommittables")).isZero();
        }
    }

    private KafkaBroker broker(String name) {
        KafkaBroker broker = KafkaBroker.start(directory.resolve(name));
        TopicSetup.ensure(broker.bootstrapServers(), 1);
        return broker;
    }

    private static long committed(JobClient job, String metric) {
        return METRICS.findMetrics(job.getJobID(), ".*alerts: Committer\\.0\\." + metric).values().stream()
                .mapToLong(counter -> ((Counter) counter).getCount())
                .sum();
    }

    private static JobClient start(KafkaBroker broker) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(1);
        JobConfig config =
                JobConfig.of(broker.bootstrapServers(), ClickHouseConfig.local(URI.create("http://127.0.0.1:1")));
        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number, Long.MAX_VALUE, RateLimiterStrategy.perSecond(100), Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers")
                .map(number -> Alert.newBuilder()
                        .setAlertId("a" + number)
                        .setSubject("s")
                        .build())
                .returns(new ProtobufTypeInfo<>(Alert.class))
                .uid("alerts")
                .sinkTo(TopicSink.alerts(config, "test"))
                .name("alerts")
                .uid("sink");
        return env.executeAsync("transactions");
    }
}
