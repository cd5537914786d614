package io.tidegate.jobs;

import io.tidegate.jobs.JobConfig.ClickHouseConfig;
import io.tidegate.jobs.kafka.TransactionTimeout;
import io.tidegate.jobs.rules.StoredRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line that every job's {@code main} shares. Settings of the cluster itself live in {@code flink-conf/}. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
public final class JobMain {

    /** About as long as detection takes to come back on two processors. */
    private static final Duration MAKING_WAY = Duration.ofSeconds(3);

    private final Job job;

    @Option(names = "--kafka", required = true, paramLabel = "HOST:PORT[,…]", description = "Kafka bootstrap servers")
    private String kafka;

    @Option(
            names = "--clickhouse",
            defaultValue = "http://127.0.0.1:8123",
            paramLabel = "URL[|URL…][,URL[|URL…]…]",
            description = "HTTP addresses of ClickHouse: shards separated by commas, the replicas of a shard by bars;"
                    + " the order of the shards must stay as it is (default: ${DEFAULT-VALUE})")
    private String clickhouse;

    @Option(
            names = "--clickhouse-insert-quorum",
            defaultValue = "",
            paramLabel = "auto|N",
            description = "replicas that must have a batch before it counts as stored (default: the one that took it)")
    private String clickhouseInsertQuorum;

    @Option(names = "--clickhouse-database", defaultValue = "tidegate", description = "default: ${DEFAULT-VALUE}")
    private String clickhouseDatabase;

    @Option(names = "--clickhouse-user", defaultValue = "default", description = "default: ${DEFAULT-VALUE}")
    private String clickhouseUser;

    @Option(
            names = "--clickhouse-password-file",
            description = "file with the password; otherwise the environment variable TIDEGATE_CLICKHOUSE_PASSWORD")
    private Path clickhousePasswordFile;

    @Option(
            names = "--detection-time",
            defaultValue = "append",
            description = "append (the broker's clock) or occurred (replays of history); default: ${DEFAULT-VALUE}")
    private String detectionTime;

    @Option(
            names = "--detection",
            defaultValue = "compiled",
            description =
                    "compiled, or cep (the reference; doesn't follow changes of rules); default: ${DEFAULT-VALUE}")
    private String detection;

    @Option(names = "--deduplication-horizon", defaultValue = "1 h", description = "default: ${DEFAULT-VALUE}")
    private String deduplicationHorizon;

    @Option(names = "--transaction-timeout", defaultValue = "15 min", description = "default: ${DEFAULT-VALUE}")
    private String transactionTimeout;

    @Option(names = "--rules", paramLabel = "FILE", description = "thresholds and windows of the detection rules")
    private Path rules;

    @Option(
            names = "--lineage",
            defaultValue = "default",
            description = "name of this run in column _lineage (default: ${DEFAULT-VALUE})")
    private String lineage;

    private JobMain(Job job) {
        this.job = job;
    }

    /**
     * Parses {@code args}, defines the job and executes it. Never exits the JVM: under Flink's REST submission it isn't ours.
     *
     * @throws IllegalArgumentException naming the option or the field of the rules file that is bad
     */
    public static void run(Job job, String[] args) throws Exception {
        JobMain options = new JobMain(job);
        CommandLine commandLine = new CommandLine(options).setCommandName(job.name());
        try {
            commandLine.parseArgs(args);
        } catch (CommandLine.ParameterException e) {
            throw new IllegalArgumentException(job.name() + ": " + e.getMessage(), e);
        }
        if (commandLine.isUsageHelpRequested()) {
            commandLine.usage(System.out);
            return;
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        if (!job.isUrgent()) {
            env.configure(RestartPause.atLeast(MAKING_WAY, env.getConfiguration()));
        }
        JobConfig config = options.config();
        TransactionTimeout.check(config, env.getConfiguration());
        job.define(env, config.withStoredRules(StoredRules.read(config.kafkaBootstrapServers())));
        env.getConfig().setGlobalJobParameters(Submission.of(job, args, env.getConfiguration()));
        env.execute(job.name());
    }

    private JobConfig config() {
        return new JobConfig(
                kafka,
                new ClickHouseConfig(
                        ClickHouseConfig.parseShards(clickhouse),
                        clickhouseDatabase,
                        clickhouseUser,
                        password(),
                        clickhouseInsertQuorum),
                detectionTime(),
                detectionForm(),
                duration("--deduplication-horizon", deduplicationHorizon),
                duration("--transaction-timeout", transactionTimeout),
                Optional.ofNullable(rules),
                List.of(),
                lineage);
    }

    private DetectionTime detectionTime() {
        return switch (detectionTime.toLowerCase(Locale.ROOT)) {
            case "append" -> DetectionTime.APPEND;
            case "occurred" -> DetectionTime.OCCURRED;
            default ->
                throw new IllegalArgumentException(
                        "--detection-time: append or occurred expected, got " + detectionTime);
        };
    }

    private DetectionForm detectionForm() {
        return switch (detection.toLowerCase(Locale.ROOT)) {
            case "compiled" -> DetectionForm.COMPILED;
            case "cep" -> DetectionForm.CEP;
            default -> throw new IllegalArgumentException("--detection: compiled or cep expected, got " + detection);
        };
    }

    private String password() {
        if (clickhousePasswordFile == null) {
            return Optional.ofNullable(System.getenv("TIDEGATE_CLICKHOUSE_PASSWORD"))
                    .orElse("");
        }
        try {
            return Files.readString(clickhousePasswordFile).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("--clickhouse-password-file: cannot read " + clickhousePasswordFile, e);
        }
    }

    private static Duration duration(String option, String text) {
        try {
            return TimeUtils.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": a duration such as 15 min expected, got " + text, e);
        }
    }
}
