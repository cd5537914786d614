package io.tidegate.jobs;

import io.tidegate.jobs.rules.RuleRecord;
import io.tidegate.jobs.rules.StoredRules;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What every job needs to know, validated; a bad value is refused with the name of its option.
 *
 * @param kafkaBootstrapServers {@code host:port[,host:port]}
 * @param clickhouse where rows go
 * @param detectionTime the clock of the detection jobs
 * @param detectionForm how rules are run
 * @param deduplicationHorizon how long after its first copy a repeated event is recognised, in append time
 * @param transactionTimeout how long the broker keeps an open transaction; far above checkpoint interval plus restart
 *     time, and at most the broker's {@code transaction.max.timeout.ms}
 * @param rulesFile thresholds and windows; empty for the built-in defaults
 * @param storedRules the records of topic {@code rules} at submission, in its order; see {@link StoredRules}
 * @param lineage names this run in the column {@code _lineage} of the rows it writes
 */
public record JobConfig(
        String kafkaBootstrapServers,
        ClickHouseConfig clickhouse,
        DetectionTime detectionTime,
        DetectionForm detectionForm,
        Duration deduplicationHorizon,
        Duration transactionTimeout,
        Optional<Path> rulesFile,
        List<RuleRecord> storedRules,
        String lineage) {

    public static final Duration DEFAULT_DEDUPLICATION_HORIZON = Duration.ofHours(1);
    public static final Duration DEFAULT_TRANSACTION_TIMEOUT = Duration.ofMinutes(15);

    public JobConfig {
        if (kafkaBootstrapServers == null || !kafkaBootstrapServers.matches("[^,:\\s]+:\\d+(,[^,:\\s]+:\\d+)*")) {
            throw new IllegalArgumentException("kafka: host:port[,host:port] expected, got " + kafkaBootstrapServers);
        }
        Objects.requireNonNull(clickhouse, "clickhouse");
        Objects.requireNonNull(detectionTime, "detection-time");
        Objects.requireNonNull(detectionForm, "detection");
        requirePositive("deduplication-horizon", deduplicationHorizon);
        requirePositive("transaction-timeout", transactionTimeout);
        Objects.requireNonNull(rulesFile, "rules");
        storedRules = List.copyOf(storedRules);
        if (lineage == null || lineage.isBlank()) {
            throw new IllegalArgumentException("lineage: must not be blank");
        }
    }

    /** Defaults for everything that has one. */
    public static JobConfig of(String kafkaBootstrapServers, ClickHouseConfig clickhouse) {
        return new JobConfig(
                kafkaBootstrapServers,
                clickhouse,
                DetectionTime.APPEND,
                DetectionForm.COMPILED,
                DEFAULT_DEDUPLICATION_HORIZON,
                DEFAULT_TRANSACTION_TIMEOUT,
                Optional.empty(),
                List.of(),
                "default");
    }

    public JobConfig withDetectionTime(DetectionTime value) {
        return new JobConfig(
                kafkaBootstrapServers,
                clickhouse,
                value,
                detectionForm,
                deduplicationHorizon,
                transactionTimeout,
                rulesFile,
                storedRules,
                lineage);
    }

    public JobConfig withDetectionForm(DetectionForm value) {
        return new JobConfig(
                kafkaBootstrapServers,
                clickhouse,
                detectionTime,
                value,
                deduplicationHorizon,
                transactionTimeout,
                rulesFile,
                storedRules,
                lineage);
    }

    public JobConfig withTransactionTimeout(Duration value) {
        return new JobConfig(
                kafkaBootstrapServers,
                clickhouse,
                detectionTime,
                detectionForm,
                deduplicationHorizon,
                value,
                rulesFile,
                storedRules,
                lineage);
    }

    public JobConfig withRulesFile(Path value) {
        return new JobConfig(
                kafkaBootstrapServers,
                clickhouse,
                detectionTime,
                detectionForm,
                deduplicationHorizon,
                transactionTimeout,
                Optional.of(value),
                storedRules,
                lineage);
    }

    public JobConfig withStoredRules(List<RuleRecord> value) {
        return new JobConfig(
                kafkaBootstrapServers,
                clickhouse,
                detectionTime,
                detectionForm,
                deduplicationHorizon,
                transactionTimeout,
                rulesFile,
                value,
                lineage);
    }

    public JobConfig withLineage(String value) {
        return new JobConfig(
                kafkaBootstrapServers,
                clickhouse,
                detectionTime,
                detectionForm,
                deduplicationHorizon,
                transactionTimeout,
                rulesFile,
                storedRules,
                value);
    }

    private static void requirePositive(String option, Duration value) {
        if (value == null || value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(option + ": a positive duration expected, got " + value);
        }
    }

    /**
     * @param shards for each shard the HTTP addresses of its replicas, which are tried in this order. The order of the
     *     shards is their identity: rows are spread over them by it, see {@link io.tidegate.jobs.clickhouse.Sharding}
     * @param password may be empty; read from a file or the environment, never from the command line
     * @param insertQuorum how many replicas must have an insert before it counts: {@code auto}, a number, or empty
     */
    public record ClickHouseConfig(
            List<List<URI>> shards, String database, String user, String password, String insertQuorum) {

        public ClickHouseConfig {
            shards = shards.stream().map(List::copyOf).toList();
            if (shards.isEmpty()) {
                throw new IllegalArgumentException("clickhouse: at least one http://host:port expected");
            }
            HashSet<URI> seen = new HashSet<>();
            for (List<URI> replicas : shards) {
                if (replicas.isEmpty()) {
                    throw new IllegalArgumentException("clickhouse: a shard without a replica");
                }
                for (URI replica : replicas) {
                    if (replica.getHost() == null
                            || !("http".equals(replica.getScheme()) || "https".equals(replica.getScheme()))) {
                        throw new IllegalArgumentException("clickhouse: http://host:port expected, got " + replica);
                    }
                    if (!seen.add(replica)) {
                        throw new IllegalArgumentException("clickhouse: " + replica + " is named twice");
                    }
                }
            }
            if (database == null || !database.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new IllegalArgumentException("clickhouse-database: an identifier expected, got " + database);
            }
            Objects.requireNonNull(user, "clickhouse-user");
            Objects.requireNonNull(password, "clickhouse-password");
            if (insertQuorum == null || !insertQuorum.matches("|auto|[2-9]|[1-9][0-9]")) {
                throw new IllegalArgumentException(
                        "clickhouse-insert-quorum: auto or 2 to 99 expected, got " + insertQuorum);
            }
        }

        /** User {@code default} without a password on one endpoint: the embedded engine. */
        public static ClickHouseConfig local(URI endpoint) {
            return new ClickHouseConfig(List.of(List.of(endpoint)), "tidegate", "default", "", "");
        }

        /**
         * Reads {@code http://a1|http://a2,http://b1|http://b2}: shards separated by commas, the replicas of one by bars.
         *
         * @throws IllegalArgumentException naming the part that isn't an address
         */
        public static List<List<URI>> parseShards(String text) {
            List<List<URI>> shards = new ArrayList<>();
            for (String shard : text.split(",", -1)) {
                List<URI> replicas = new ArrayList<>();
                for (String replica : shard.split("\\|", -1)) {
                    try {
                        replicas.add(new URI(replica.strip()));
                    } catch (URISyntaxException e) {
                        throw new IllegalArgumentException("clickhouse: http://host:port expected, got " + replica, e);
                    }
                }
                shards.add(replicas);
            }
            return shards;
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "ClickHouseConfig[shards=" + shards + ", database=" + database + ", user=" + user + ", insertQuorum="
                    + insertQuorum + "]";
        }
    }
}
