package io.tidegate.jobs.kafka;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.jobs.JobConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.util.TimeUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds {@code --transaction-timeout} to what the brokers allow and to what checkpoints need, before a job is submitted.
 *
 * <p>A longer one than {@code transaction.max.timeout.ms} is refused by the broker when the job opens its first transaction: the
 * job would restart for ever. With a shorter one than a checkpoint and a restart take, the broker aborts a transaction that the
 * checkpoint counts on; the connector then logs, counts {@code failedCommittables} and drops what was in it.
 */
public final class TransactionTimeout {

    static final String BROKER_LIMIT = "transaction.max.timeout.ms";

    private static final Logger LOG = LoggerFactory.getLogger(TransactionTimeout.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    private TransactionTimeout() {}

    /**
     * @param flink the configuration of the job's environment
     * @throws IllegalArgumentException that names both sides when they don't fit
     * @throws IOException when the brokers can't be asked within 30 s
     */
    public static void check(JobConfig config, ReadableConfig flink) throws IOException {
        requireLongerThanARestart(config.transactionTimeout(), flink);
        requireAllowed(config.transactionTimeout(), brokerLimits(config.kafkaBootstrapServers()));
    }

    /** A transaction is open for an interval, a slow checkpoint, and until the loss of a TaskManager has been noticed. */
    static void requireLongerThanARestart(Duration timeout, ReadableConfig flink) {
        Duration interval =
                flink.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL).orElse(Duration.ZERO);
        Duration checkpoint = flink.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT);
        Duration heartbeat = flink.get(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT);
        Duration needed = interval.plus(checkpoint).plus(heartbeat);
        if (timeout.compareTo(needed) < 0) {
            throw new IllegalArgumentException("transaction-timeout: " + text(timeout)
                    + " is shorter than a checkpoint and a restart may take: " + text(needed) + ", which is "
                    + CheckpointingOptions.CHECKPOINTING_INTERVAL.key() + " " + text(interval) + " + "
                    + CheckpointingOptions.CHECKPOINTING_TIMEOUT.key() + " " + text(checkpoint) + " + "
                    + HeartbeatManagerOptions.HEARTBEAT_TIMEOUT.key() + " " + text(heartbeat)
                    + ". The broker would abort what a checkpoint counts on.");
        }
    }

    static void requireAllowed(Duration timeout, List<BrokerLimit> limits) {
        for (BrokerLimit broker : limits) {
            if (timeout.compareTo(broker.limit()) > 0) {
                throw new IllegalArgumentException("transaction-timeout: " + text(timeout) + " is longer than "
                        + BROKER_LIMIT + " of Kafka broker "
                        + broker.id() + ": " + text(broker.limit())
                        + ". Lower the job's --transaction-timeout or raise the broker's setting.");
            }
        }
    }

    /** @return none where this client may not see them: then the broker itself is left to refuse */
    private static List<BrokerLimit> brokerLimits(String bootstrapServers) throws IOException {
        Map<String, Object> admin = KafkaAccess.with(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.CLIENT_ID_CONFIG,
                "tidegate-transaction-timeout",
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(ANSWER_LIMIT.toMillis())));
        try (Admin kafka = Admin.create(admin)) {
            List<ConfigResource> brokers =
                    kafka.describeCluster().nodes().get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS).stream()
                            .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
                            .toList();
            Map<ConfigResource, Config> described =
                    kafka.describeConfigs(brokers).all().get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            List<BrokerLimit> limits = new ArrayList<>();
            described.forEach((broker, config) -> {
                ConfigEntry limit = config.get(BROKER_LIMIT);
                if (limit != null && limit.value() != null) {
                    limits.add(new BrokerLimit(broker.name(), Duration.ofMillis(Long.parseLong(limit.value()))));
                }
            });
            return limits;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                LOG.warn("{} can't be checked: {}", BROKER_LIMIT, e.getCause().getMessage());
                return List.of();
            }
            throw new IOException(
                    unanswered(bootstrapServers) + ": " + e.getCause().getMessage(), e);
        } catch (KafkaException | TimeoutException e) {
            throw new IOException(unanswered(bootstrapServers) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(unanswered(bootstrapServers) + ": interrupted", e);
        }
    }

    private static String unanswered(String bootstrapServers) {
        return BROKER_LIMIT + " can't be asked of Kafka at " + bootstrapServers;
    }

    private static String text(Duration duration) {
        return TimeUtils.formatWithHighestUnit(duration);
    }

    /**
     * @param id of the broker
     * @param limit the longest transaction it allows
     */
    record BrokerLimit(String id, Duration limit) {}
}
