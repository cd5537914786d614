package io.tidegate.jobs.aggregation.rebuild;

import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.client.ClickHouseOptions;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts the window tables anew from the raw rows, stretch by stretch; see {@link Rebuild}. */
@Command(
        name = "rebuild-windows",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Counts event_counts_1m, post_activity_1m and bet_stats_1m anew from the raw rows of --from to --to,"
                        + " and writes the rows that differ. May run beside the jobs, and any number of times.")
public final class RebuildWindowsMain implements Callable<Integer> {

    private static final int FEWER = 3;
    private static final Duration QUERY_LIMIT = Duration.ofMinutes(10);

    @Option(names = "--from", required = true, description = "first window: 2026-11-01 or 2026-11-01T10:30:00Z")
    private String from;

    @Option(names = "--to", required = true, description = "after the last window")
    private String to;

    @Option(
            names = "--step",
            defaultValue = "PT1H",
            description = "how much is counted at a time, which is what it needs memory for; default: ${DEFAULT-VALUE}")
    private Duration step;

    @Option(
            names = "--settled",
            defaultValue = "PT10M",
            description =
                    "how far behind the archive may be; windows that may change later than that are left to the job;"
                            + " default: ${DEFAULT-VALUE}")
    private Duration settled;

    @Option(names = "--accept-fewer", description = "also where fewer raw rows are left than were once counted")
    private boolean acceptFewer;

    @Option(names = "--dry-run", description = "write nothing")
    private boolean dryRun;

    @Mixin
    private ClickHouseOptions clickhouse;

    private final PrintStream out;

    RebuildWindowsMain(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(System.out, args));
    }

    /** @return 0: done; 1: the store failed; 2: unusable arguments; 3: windows with fewer raw rows were left alone */
    static int run(PrintStream out, String... args) {
        return new CommandLine(new RebuildWindowsMain(out))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("rebuild-windows: " + failure.getMessage());
                    return failure instanceof CommitTargetException ? 1 : 2;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws CommitTargetException, InterruptedException {
        Instant first = instant("--from", from);
        Instant end = instant("--to", to);
        if (!first.isBefore(end)) {
            throw new IllegalArgumentException("--to: after --from expected");
        }
        if (step.compareTo(Duration.ofMinutes(1)) < 0 || step.toSeconds() % 60 != 0) {
            throw new IllegalArgumentException("--step: whole minutes expected, got " + step);
        }
        if (settled.isNegative()) {
            throw new IllegalArgumentException("--settled: not negative expected, got " + settled);
        }
        List<ClickHouseClient> shards = clickhouse.clients(QUERY_LIMIT);
        Rebuild.Result all = rebuild(shards, first, end);
        out.printf(
                "%s%d rows: %d added, %d changed, %d cleared; %d windows left to the job, %d left with fewer raw rows than"
                        + " were counted%n",
                dryRun ? "Nothing was written. " : "",
                all.rows(),
                all.added(),
                all.changed(),
                all.cleared(),
                all.left(),
                all.fewer());
        return all.fewer() == 0 ? 0 : FEWER;
    }

    private Rebuild.Result rebuild(List<ClickHouseClient> shards, Instant first, Instant end)
            throws CommitTargetException, InterruptedException {
        Rebuild.Result all = Rebuild.Result.NONE;
        for (Instant start = first; start.isBefore(end); ) {
            Instant next = earliest(earliest(start.plus(step), end), nextMonth(start));
            // Anew for each stretch: over a year of history the clock goes on.
            Rebuild rebuild = new Rebuild(
                    shards,
                    clickhouse.database(),
                    "rebuild",
                    Instant.now().minus(settled).toEpochMilli(),
                    acceptFewer,
                    dryRun);
            for (WindowTable table : WindowTable.values()) {
                Rebuild.Result result = rebuild.run(table, start.toEpochMilli(), next.toEpochMilli());
                all = all.plus(result);
                if (!result.equals(Rebuild.Result.NONE)) {
                    out.printf(
                            "%3d%%  %s  %-16s %8d rows  %6d added  %6d changed  %6d cleared  %4d left  %4d fewer%n",
                            100
                                    * Duration.between(first, next).toSeconds()
                                    / Duration.between(first, end).toSeconds(),
                            start.truncatedTo(ChronoUnit.SECONDS),
                            table.tableName(),
                            result.rows(),
                            result.added(),
                            result.changed(),
                            result.cleared(),
                            result.left(),
                            result.fewer());
                }
            }
            start = next;
        }
        return all;
    }

    private static Instant earliest(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** A batch is of one partition. */
    private static Instant nextMonth(Instant instant) {
        ZonedDateTime time = instant.atZone(ZoneOffset.UTC);
        return time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1).toInstant();
    }

    private static Instant instant(String option, String text) {
        Instant instant;
        try {
            instant = Instant.parse(text.length() == "2026-11-01".length() ? text + "T00:00:00Z" : text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    option + ": 2026-11-01 or 2026-11-01T10:30:00Z expected, got " + text, e);
        }
        if (instant.getEpochSecond() % 60 != 0 || instant.getNano() != 0) {
            throw new IllegalArgumentException(option + ": a whole minute expected, got " + text);
        }
        return instant;
    }
}
