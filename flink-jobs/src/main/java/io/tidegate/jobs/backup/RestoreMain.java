package io.tidegate.jobs.backup;

import io.tidegate.jobs.clickhouse.client.ClickHouseOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Brings a backup back into empty tables and topics, and compares. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Brings what scripts/backup copied back into empty tables and topics, before jobs and gateways run.")
public final class RestoreMain implements Callable<Integer> {

    private static final int REFUSED = 3;

    @Option(names = "--from", paramLabel = "DIR", required = true, description = "of scripts/backup")
    private Path directory;

    @Option(names = "--check", description = "only whether the backup is whole; ClickHouse and Kafka aren't asked")
    private boolean check;

    @Option(names = "--no-tables", description = "leave ClickHouse as it is")
    private boolean noTables;

    @Option(names = "--no-topics", description = "leave Kafka as it is")
    private boolean noTopics;

    @Mixin
    private KafkaOptions kafka;

    @Mixin
    private ClickHouseOptions clickhouse;

    private final PrintStream out;

    RestoreMain(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(System.out, args));
    }

    /**
     * @return 0: done; 1: the store or the brokers failed; 2: unusable arguments; 3: the backup is damaged, the target isn't empty or
     *     doesn't fit, or what was stored isn't what was backed up
     */
    static int run(PrintStream out, String... args) {
        return new CommandLine(new RestoreMain(out))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("restore: " + failure.getMessage());
                    if (failure instanceof BackupException) {
                        return REFUSED;
                    }
                    return failure instanceof IllegalArgumentException ? 2 : 1;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException, BackupException {
        Manifest manifest = Manifest.readAndVerify(directory);
        if (check) {
            out.printf("%s: whole, of %s, %d rows%n", directory, manifest.at(), manifest.rows());
            return 0;
        }
        StoredTables tables =
                new StoredTables(clickhouse.shards().stream().map(Shard::new).toList(), clickhouse.database());
        KeptTopics topics = new KeptTopics(kafka.settings());
        // Both before either is written to.
        if (!noTables) {
            tables.requireEmptyAndFitting(directory, manifest);
        }
        if (!noTopics) {
            topics.requireEmptyAndFitting(manifest);
        }
        if (!noTables) {
            tables.restoreFrom(directory, manifest);
            out.printf("%d rows are back and compared%n", manifest.rows());
        }
        if (!noTopics) {
            topics.restoreFrom(directory, manifest);
            out.printf(
                    "%d records are back and compared%n",
                    manifest.topics().stream()
                            .mapToLong(Manifest.Topic::records)
                            .sum());
        }
        manifest.savepoints().forEach(savepoint -> out.printf("savepoint of then: %s%n", savepoint.path()));
        return 0;
    }
}
