package io.tidegate.jobs.backup;

import io.tidegate.jobs.clickhouse.client.ClickHouseOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Copies tables and topics to a directory; see {@link StoredTables} and {@link KeptTopics}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Copies the tables of ClickHouse and the topics that are kept to a directory. May run beside the jobs.")
public final class BackupMain implements Callable<Integer> {

    @Option(names = "--to", paramLabel = "DIR", required = true, description = "missing or empty")
    private Path directory;

    @Option(
            names = "--flink",
            paramLabel = "DIR",
            description = "with checkpoints or savepoints in it; the newest ones are named in the manifest")
    private Path flink;

    @Mixin
    private KafkaOptions kafka;

    @Mixin
    private ClickHouseOptions clickhouse;

    private final PrintStream out;

    BackupMain(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(System.out, args));
    }

    /** @return 0: done; 1: the store or the brokers failed; 2: unusable arguments */
    static int run(PrintStream out, String... args) {
        return new CommandLine(new BackupMain(out))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("backup: " + failure.getMessage());
                    return failure instanceof IllegalArgumentException ? 2 : 1;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException, BackupException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException("--to: " + directory + " isn't empty");
                }
            }
        }
        if (flink != null && !Files.isDirectory(flink)) {
            throw new IllegalArgumentException("--flink: " + flink + " is no directory");
        }
        Files.createDirectories(directory);
        Instant begun = Instant.now();
        List<Shard> shards = clickhouse.shards().stream().map(Shard::new).toList();
        KeptTopics topics = new KeptTopics(kafka.settings());
        // Positions and savepoints first: what is stored is then at least as new, and can be rewound to them.
        List<Manifest.Savepoint> savepoints = flink == null ? List.of() : Savepoints.below(flink);
        List<Manifest.Position> positions = topics.positions();
        List<Manifest.Topic> kept = topics.copyTo(directory);
        List<Manifest.Part> parts = new StoredTables(shards, clickhouse.database()).copyTo(directory);
        Manifest manifest = new Manifest(begun, shards.size(), parts, kept, positions, savepoints);
        manifest.write(directory);
        out.printf(
                "%s: %d rows of %d tables, %d records of %d topics, %d savepoints named%n",
                directory,
                manifest.rows(),
                parts.stream().map(Manifest.Part::table).distinct().count(),
                kept.stream().mapToLong(Manifest.Topic::records).sum(),
                kept.size(),
                savepoints.size());
        return 0;
    }
}
