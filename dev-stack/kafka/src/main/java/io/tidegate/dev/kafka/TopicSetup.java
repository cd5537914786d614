package io.tidegate.dev.kafka;

import io.tidegate.contracts.KafkaAccess;
import io.tidegate.contracts.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics of {@link Topics} on an embedded broker or on a cluster of brokers, as docs/ARCHITECTURE.md describes them.
 *
 * <p>Every topic has {@code LogAppendTime}: {@code events} because detection runs on it, the others because retention by
 * time must count from the arrival. A replay of a year-old history would otherwise be deleted as it is written.
 */
public final class TopicSetup {

    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private TopicSetup() {}

    /** For a single broker: nothing is replicated. */
    public static void ensure(String bootstrapServers, int partitions) {
        ensure(bootstrapServers, partitions, 1, 1);
    }

    /**
     * Makes what is missing and brings the configuration of what exists up to date. An existing topic keeps its number
     * of partitions: changing it would move users to other partitions and break their order.
     *
     * @param bootstrapServers {@code host:port}
     * @param partitions of the keyed topics; dead letters, {@code rules}, {@code rules.audit} and {@code notifier.settings} always
     *     have one
     * @param replicas of each partition; an existing topic keeps its number
     * @param inSync how many of them must have a record before it is acknowledged
     * @throws IllegalStateException when the broker doesn't answer within 30 s or refuses
     */
    public static void ensure(String bootstrapServers, int partitions, int replicas, int inSync) {
        ensure(
                KafkaAccess.with(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers)),
                partitions,
                replicas,
                inSync);
    }

    /**
     * The same, where the brokers want to know who asks.
     *
     * @param administrator settings of a client that may make topics
     */
    public static void ensure(Map<String, Object> administrator, int partitions, int replicas, int inSync) {
        Map<String, Object> config = new LinkedHashMap<>(administrator);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(TIMEOUT.toMillis()));
        try (Admin admin = Admin.create(config)) {
            ensure(admin, topics(partitions, replicas, inSync));
        }
    }

    private static void ensure(Admin admin, List<NewTopic> wanted) {
        Set<String> existing = await(admin.listTopics().names());
        for (NewTopic topic : wanted) {
            if (!existing.contains(topic.name())) {
                create(admin, topic);
            }
        }
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new LinkedHashMap<>();
        for (NewTopic topic : wanted) {
            if (existing.contains(topic.name())) {
                List<AlterConfigOp> operations = new ArrayList<>();
                topic.configs()
                        .forEach((name, value) -> operations.add(
                                new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
                changes.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), operations);
            }
        }
        if (!changes.isEmpty()) {
            await(admin.incrementalAlterConfigs(changes).all());
        }
        awaitVisible(admin, wanted);
    }

    /** The broker answers once the controller has made a topic, which may be before the broker itself knows of it. */
    private static void awaitVisible(Admin admin, List<NewTopic> wanted) {
        Set<String> names = wanted.stream().map(NewTopic::name).collect(Collectors.toSet());
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!await(admin.listTopics().names()).containsAll(names)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Setting up the topics: made, but not visible within " + TIMEOUT);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static void create(Admin admin, NewTopic topic) {
        try {
            admin.createTopics(List.of(topic)).all().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("Topic {} made with {} partitions", topic.name(), topic.numPartitions());
        } catch (ExecutionException e) {
            // Somebody else was faster: just as good.
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException(
                        "Topic " + topic.name() + ": " + e.getCause().getMessage(), e);
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException("Topic " + topic.name() + ": no answer within " + TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while making topic " + topic.name(), e);
        }
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "Setting up the topics: " + e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Setting up the topics: no answer within " + TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while setting up the topics", e);
        }
    }

    private static List<NewTopic> topics(int partitions, int replicas, int inSync) {
        return Stream.of(
                        new Wanted(Topics.EVENTS, partitions, kept(Duration.ofDays(7))),
                        new Wanted(Topics.EVENTS_DLQ, 1, deadLetters()),
                        new Wanted(Topics.EVENTS_DLQ_REDRIVEN, 1, compacted()),
                        new Wanted(Topics.ALERTS, partitions, kept(Duration.ofDays(30))),
                        new Wanted(Topics.NOTIFICATIONS, partitions, kept(Duration.ofDays(30))),
                        new Wanted(Topics.COUNTERS, partitions, compacted()),
                        new Wanted(Topics.RULES, 1, compacted()),
                        new Wanted(Topics.RULES_AUDIT, 1, keptForEver()),
                        new Wanted(Topics.NOTIFIER_SETTINGS, 1, compacted()),
                        new Wanted(Topics.NOTIFIER_DELIVERIES, partitions, compacted()),
                        new Wanted(Topics.LEDGER, 1, compactedAndKept(Duration.ofDays(7))),
                        new Wanted(Topics.NOTIFICATIONS_DLQ, 1, kept(Duration.ofDays(30))))
                .map(topic -> topic.with(replicas, inSync))
                .toList();
    }

    private record Wanted(String name, int partitions, Map<String, String> config) {

        NewTopic with(int replicas, int inSync) {
            Map<String, String> all = new LinkedHashMap<>(config);
            all.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
            all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(inSync));
            return new NewTopic(name, Optional.of(partitions), Optional.of((short) replicas)).configs(all);
        }
    }

    private static Map<String, String> kept(Duration retention) {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(retention.toMillis()));
    }

    private static Map<String, String> deadLetters() {
        Map<String, String> config = new LinkedHashMap<>(kept(Duration.ofDays(30)));
        config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(Topics.MAX_DEAD_LETTER_BYTES));
        return config;
    }

    private static Map<String, String> keptForEver() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                "-1",
                TopicConfig.RETENTION_BYTES_CONFIG,
                "-1");
    }

    /** As long as the records that it keeps the books of. */
    private static Map<String, String> compactedAndKept(Duration retention) {
        Map<String, String> config = new LinkedHashMap<>(compacted());
        config.put(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE);
        config.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
        return config;
    }

    /** Short segments: only closed ones are compacted, and a gateway reads the whole topic when it starts. */
    private static Map<String, String> compacted() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.SEGMENT_MS_CONFIG,
                Long.toString(Duration.ofMinutes(10).toMillis()),
                TopicConfig.SEGMENT_BYTES_CONFIG,
                Integer.toString(16 * 1024 * 1024),
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                "0.2",
                TopicConfig.RETENTION_BYTES_CONFIG,
                "-1");
    }
}
