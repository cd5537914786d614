package io.tidegate.jobs.archive;

import io.tidegate.contracts.Topics;
import io.tidegate.jobs.Uids;
import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseClientConfig;
import io.tidegate.jobs.clickhouse.client.ClickHouseOptions;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Before job {@code archive} is restored from an older savepoint: takes the rows away that it will write again. They are
 * told by their place in the topics: the savepoint says from where the job will read, the rows say where their records
 * stood. Without {@code --apply} it only counts.
 */
@Command(
        name = "rewind",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Removes the rows that job archive will write again when it is restored from SAVEPOINT."
                + " The job must be stopped.")
public final class RewindMain implements Callable<Integer> {

    private record Table(String name, String topic, String sourceUid, String partition, String offset) {}

    private static final List<Table> TABLES = List.of(
            new Table("events", Topics.EVENTS, Uids.Source.EVENTS, "kafka_partition", "kafka_offset"),
            new Table("alerts", Topics.ALERTS, Uids.Archive.ALERTS, "topic_partition", "topic_offset"),
            new Table(
                    "notifications",
                    Topics.NOTIFICATIONS,
                    Uids.Archive.NOTIFICATIONS,
                    "topic_partition",
                    "topic_offset"));

    @Parameters(paramLabel = "SAVEPOINT", description = "the savepoint's folder: a path or a URI")
    private String savepoint;

    @Mixin
    private ClickHouseOptions clickhouse;

    @Option(names = "--apply", description = "remove the rows; without it they are only counted")
    private boolean apply;

    private final PrintStream out;

    RewindMain(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(System.out, args));
    }

    /** @return 0: done; 2: unusable arguments or savepoint; 1: the store failed */
    static int run(PrintStream out, String... args) {
        return new CommandLine(new RewindMain(out))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("rewind: " + failure.getMessage());
                    return failure instanceof CommitTargetException ? 1 : 2;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        SavepointPositions positions = SavepointPositions.of(address(savepoint));
        List<ClickHouseClientConfig> shards = clickhouse.shards();
        out.println("savepoint of checkpoint " + positions.checkpointId());
        for (Table table : TABLES) {
            Map<Integer, Long> from;
            try {
                from = positions.of(table.sourceUid());
            } catch (NoSuchElementException e) {
                throw new IOException("not a savepoint of job archive: " + e.getMessage(), e);
            }
            String behind = condition(table, from);
            int shard = 0;
            for (ClickHouseClientConfig replicas : shards) {
                try (ClickHouseClient client = new ClickHouseClient(replicas)) {
                    rewind(client, table, from, behind, ++shard);
                }
            }
        }
        return 0;
    }

    private void rewind(ClickHouseClient client, Table table, Map<Integer, Long> from, String behind, int shard)
            throws CommitTargetException, InterruptedException {
        String name = clickhouse.database() + '.' + table.name();
        String rows = client.query("SELECT count() FROM " + name + " WHERE " + behind, Map.of())
                .strip();
        if (apply && !rows.equals("0")) {
            client.query("ALTER TABLE " + name + " DELETE WHERE " + behind, Map.of("mutations_sync", "2"));
            String left = client.query("SELECT count() FROM " + name + " WHERE " + behind, Map.of())
                    .strip();
            if (!left.equals("0")) {
                throw CommitTargetException.mayHeal(
                        left + " rows of " + name + " came while others were removed: is the job still running?", null);
            }
        }
        out.printf(
                "shard %d  %-13s %10s rows behind the savepoint %s   (topic %s from %s)%n",
                shard, table.name(), rows, apply ? "removed" : "found", table.topic(), from);
    }

    /** Rows of records that the restored job reads: behind the positions, or of partitions that it doesn't know yet. */
    private static String condition(Table table, Map<Integer, Long> from) {
        String known = from.entrySet().stream()
                .map(position -> "(" + table.partition() + " = " + position.getKey() + " AND " + table.offset() + " >= "
                        + position.getValue() + ")")
                .collect(Collectors.joining(" OR "));
        // Rows from before there was such a column have -1.
        String unknown = table.partition() + " >= 0"
                + (from.isEmpty()
                        ? ""
                        : " AND " + table.partition() + " NOT IN ("
                                + from.keySet().stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")");
        return from.isEmpty() ? unknown : known + " OR (" + unknown + ")";
    }

    private static URI address(String text) {
        return text.matches("[a-z][a-z0-9+.-]+:.*")
                ? URI.create(text)
                : Path.of(text).toAbsolutePath().toUri();
    }
}
