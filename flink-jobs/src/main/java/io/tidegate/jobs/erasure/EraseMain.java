package io.tidegate.jobs.erasure;

import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseOptions;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Erases what is known of one person and prints the receipt. Without {@code --apply} it only counts. */
@Command(
        name = "erase",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Removes the data of USER from ClickHouse and Kafka and prints a receipt (JSON).")
public final class EraseMain implements Callable<Integer> {

    /** The longest that a rule looks back, and that an open bet is kept; de-duplication keeps hashes for an hour. */
    private static final Duration STATE = Duration.ofHours(24);

    private static final Duration MUTATION_LIMIT = Duration.ofHours(1);

    @Parameters(paramLabel = "USER", description = "the user id")
    private String user;

    @Option(names = "--tenant", defaultValue = "", description = "the tenant that the user belongs to; none by default")
    private String tenant;

    @Option(names = "--apply", description = "remove; without it everything is only counted")
    private boolean apply;

    @Option(names = "--receipt", paramLabel = "FILE", description = "write the receipt there too; must not exist")
    private Path receiptFile;

    @Option(names = "--kafka", defaultValue = "127.0.0.1:9092", description = "default: ${DEFAULT-VALUE}")
    private String brokers;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "properties of Kafka clients (security.protocol, …)")
    private Path kafkaConfig;

    @Mixin
    private ClickHouseOptions clickhouse;

    private final PrintStream out;

    EraseMain(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(System.out, args));
    }

    /** @return 0: done; 1: the store or the brokers failed, and it should be run again; 2: unusable arguments */
    static int run(PrintStream out, String... args) {
        return new CommandLine(new EraseMain(out))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("erase: " + failure.getMessage());
                    return failure instanceof CommitTargetException || failure instanceof ExecutionException ? 1 : 2;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws CommitTargetException, ExecutionException, InterruptedException, IOException {
        Subject subject = new Subject(user, tenant);
        if (receiptFile != null && Files.exists(receiptFile)) {
            throw new IllegalArgumentException("--receipt: " + receiptFile + " is there already");
        }
        List<ClickHouseClient> shards = clickhouse.clients(MUTATION_LIMIT);
        TopicRecords topics = new TopicRecords(kafka());
        Instant now = Instant.now();
        // Settings first, so that nothing more is sent to the person; what is on the logs is asked before anything is
        // removed.
        List<Receipt.Expiry> expiries = topics.expiries(now);
        List<Receipt.Tombstones> tombstones = topics.bury(subject, apply);
        List<Receipt.Rows> rows = new StoredRows(shards, clickhouse.database()).erase(subject, apply);
        String receipt = new Receipt(subject, now, apply, rows, tombstones, expiries, now.plus(STATE)).toJson();
        if (receiptFile != null) {
            Files.writeString(receiptFile, receipt);
        }
        out.print(receipt);
        return 0;
    }

    private Map<String, Object> kafka() throws IOException {
        Properties properties = new Properties();
        if (kafkaConfig != null) {
            try (InputStream in = Files.newInputStream(kafkaConfig)) {
                properties.load(in);
            }
        }
        Map<String, Object> kafka = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> kafka.put(name, properties.getProperty(name)));
        kafka.put("bootstrap.servers", brokers);
        return kafka;
    }
}
