package io.tidegate.jobs.aggregation.rebuild;

import io.tidegate.jobs.aggregation.pane.Saturating;
import io.tidegate.jobs.clickhouse.BatchLimits;
import io.tidegate.jobs.clickhouse.RowBinaryWriter;
import io.tidegate.jobs.clickhouse.Sharding;
import io.tidegate.jobs.clickhouse.TableSchema;
import io.tidegate.jobs.clickhouse.client.ClickHouseClient;
import io.tidegate.jobs.clickhouse.committer.ClickHouseCommittable;
import io.tidegate.jobs.clickhouse.committer.CommitTargetException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Counts a stretch of windows anew and writes the rows that differ, as upserts with a higher version.
 *
 * <p>A window is left alone while the job may still write to it, that is while a pane of it ends after {@code settledMs}: behind
 * that the job has forgotten the window, and whatever comes for it gets a pane of its own. A window of which fewer raw rows are
 * left than were once counted (expired, erased, not archived yet) is left alone too, unless that is what is wanted.
 *
 * <p>In memory are the rows of one stretch.
 */
final class Rebuild {

    /**
     * @param rows that the windows should have
     * @param added of them weren't there
     * @param changed of them had other numbers
     * @param cleared rows that shouldn't be there; they are written again with nothing in them
     * @param left windows that the job may still write to
     * @param fewer windows with fewer raw rows than were counted, left alone
     */
    record Result(long rows, long added, long changed, long cleared, long left, long fewer) {

        static final Result NONE = new Result(0, 0, 0, 0, 0, 0);

        Result plus(Result other) {
            return new Result(
                    rows + other.rows,
                    added + other.added,
                    changed + other.changed,
                    cleared + other.cleared,
                    left + other.left,
                    fewer + other.fewer);
        }
    }

    private record Stored(long[] measures, long version) {}

    private final List<ClickHouseClient> shards;
    private final String database;
    private final String lineage;
    private final long settledMs;
    private final boolean acceptFewer;
    private final boolean dryRun;

    /** @param settledMs append time up to which the job is done and the raw rows are stored */
    Rebuild(
            List<ClickHouseClient> shards,
            String database,
            String lineage,
            long settledMs,
            boolean acceptFewer,
            boolean dryRun) {
        this.shards = shards;
        this.database = database;
        this.lineage = lineage;
        this.settledMs = settledMs;
        this.acceptFewer = acceptFewer;
        this.dryRun = dryRun;
    }

    /**
     * The windows that begin in {@code [fromMs, toMs)}, whole minutes of one month.
     *
     * @throws CommitTargetException the store failed; what was written is right, and running it again does the rest
     */
    Result run(WindowTable table, long fromMs, long toMs) throws CommitTargetException, InterruptedException {
        Map<WindowKey, long[]> counted = counted(table, fromMs, toMs);
        Map<WindowKey, Stored> stored = stored(table, fromMs, toMs);

        Set<Long> left = new HashSet<>();
        for (Set<WindowKey> keys : List.of(counted.keySet(), stored.keySet())) {
            for (WindowKey key : keys) {
                if (table.panes().lastMs(key.paneMs()) >= settledMs) {
                    left.add(key.windowStartMs());
                }
            }
        }
        Set<Long> fewer = acceptFewer ? new HashSet<>() : windowsWithFewer(table, counted, stored);
        fewer.removeAll(left);

        long rows = 0;
        long added = 0;
        long changed = 0;
        long cleared = 0;
        Map<WindowKey, long[]> writes = new HashMap<>();
        for (Map.Entry<WindowKey, long[]> row : counted.entrySet()) {
            long window = row.getKey().windowStartMs();
            if (left.contains(window) || fewer.contains(window)) {
                continue;
            }
            rows++;
            Stored before = stored.get(row.getKey());
            if (before == null) {
                added++;
            } else if (!Arrays.equals(before.measures(), row.getValue())) {
                changed++;
            } else {
                continue;
            }
            writes.put(row.getKey(), row.getValue());
        }
        long[] nothing = new long[table.measures().size()];
        for (Map.Entry<WindowKey, Stored> row : stored.entrySet()) {
            long window = row.getKey().windowStartMs();
            if (!counted.containsKey(row.getKey())
                    && !left.contains(window)
                    && !fewer.contains(window)
                    && !Arrays.equals(row.getValue().measures(), nothing)) {
                cleared++;
                writes.put(row.getKey(), nothing);
            }
        }
        if (!dryRun && !writes.isEmpty()) {
            write(table, writes, stored);
        }
        return new Result(rows, added, changed, cleared, left.size(), fewer.size());
    }

    private Map<WindowKey, long[]> counted(WindowTable table, long fromMs, long toMs)
            throws CommitTargetException, InterruptedException {
        Map<WindowKey, long[]> counted = new HashMap<>();
        for (ClickHouseClient shard : shards) {
            lines(shard, table.countedSql(database, fromMs, toMs)).forEach(line -> {
                String[] row = Tsv.fields(line);
                counted.merge(key(table, row), measures(table, row), Rebuild::sum);
            });
            if (table == WindowTable.BET_STATS) {
                OutcomeReader outcomes = new OutcomeReader(
                        fromMs,
                        toMs,
                        (key, payoutE4) -> counted.merge(key, new long[] {0, 0, 1, payoutE4, 0, 0}, Rebuild::sum));
                lines(shard, OutcomeReader.sql(database, fromMs, toMs))
                        .forEach(line -> outcomes.read(Tsv.fields(line)));
            }
        }
        return counted;
    }

    private Map<WindowKey, Stored> stored(WindowTable table, long fromMs, long toMs)
            throws CommitTargetException, InterruptedException {
        Map<WindowKey, Stored> stored = new HashMap<>();
        for (ClickHouseClient shard : shards) {
            lines(shard, table.storedSql(database, fromMs, toMs)).forEach(line -> {
                String[] row = Tsv.fields(line);
                stored.put(key(table, row), new Stored(measures(table, row), Long.parseLong(row[row.length - 1])));
            });
        }
        return stored;
    }

    private static List<String> lines(ClickHouseClient shard, String sql)
            throws CommitTargetException, InterruptedException {
        // Not String.lines(): that takes more characters for the end of a line than ClickHouse escapes.
        String answer = shard.query(sql, Map.of());
        return answer.isEmpty() ? List.of() : Arrays.asList(answer.split("\n"));
    }

    private static WindowKey key(WindowTable table, String[] row) {
        int keys = table.keyColumns();
        return new WindowKey(Long.parseLong(row[0]), List.of(row).subList(1, 1 + keys), Long.parseLong(row[1 + keys]));
    }

    private static long[] measures(WindowTable table, String[] row) {
        long[] measures = new long[table.measures().size()];
        for (int i = 0; i < measures.length; i++) {
            measures[i] = Long.parseLong(row[2 + table.keyColumns() + i]);
        }
        return measures;
    }

    private static long[] sum(long[] a, long[] b) {
        long[] sum = new long[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = Saturating.add(a[i], b[i]);
        }
        return sum;
    }

    private static Set<Long> windowsWithFewer(
            WindowTable table, Map<WindowKey, long[]> counted, Map<WindowKey, Stored> stored) {
        Map<Long, long[]> difference = new HashMap<>();
        counted.forEach((key, measures) -> difference.merge(key.windowStartMs(), measures, Rebuild::sum));
        stored.forEach((key, row) -> {
            long[] negative = new long[row.measures().length];
            for (int i = 0; i < negative.length; i++) {
                negative[i] = -row.measures()[i];
            }
            difference.merge(key.windowStartMs(), negative, Rebuild::sum);
        });
        Set<Long> fewer = new HashSet<>();
        difference.forEach((window, measures) -> {
            for (int i = 0; i < measures.length; i++) {
                if (measures[i] < 0 && table.measures().get(i).additive()) {
                    fewer.add(window);
                }
            }
        });
        return fewer;
    }

    private void write(WindowTable table, Map<WindowKey, long[]> writes, Map<WindowKey, Stored> stored)
            throws CommitTargetException, InterruptedException {
        List<List<Map.Entry<WindowKey, long[]>>> byShard = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            byShard.add(new ArrayList<>());
        }
        for (Map.Entry<WindowKey, long[]> row : writes.entrySet()) {
            // Of each of the tables the first key column is what rows are spread by.
            byShard.get(Sharding.shardOf(row.getKey().texts().get(0), shards.size()))
                    .add(row);
        }
        for (int shard = 0; shard < byShard.size(); shard++) {
            List<Map.Entry<WindowKey, long[]>> rows = byShard.get(shard);
            for (int from = 0; from < rows.size(); from += BatchLimits.DEFAULT.rows()) {
                insert(
                        table,
                        shard,
                        rows.subList(from, Math.min(rows.size(), from + BatchLimits.DEFAULT.rows())),
                        stored);
            }
        }
    }

    private void insert(
            WindowTable table, int shard, List<Map.Entry<WindowKey, long[]>> rows, Map<WindowKey, Stored> stored)
            throws CommitTargetException, InterruptedException {
        UUID batchId = UUID.randomUUID();
        long nowMs = System.currentTimeMillis();
        RowBinaryWriter out = new RowBinaryWriter(64 << 10);
        for (Map.Entry<WindowKey, long[]> row : rows) {
            WindowKey key = row.getKey();
            out.dateTime(key.windowStartMs());
            key.texts().forEach(out::string);
            out.int64(key.paneMs());
            for (int i = 0; i < row.getValue().length; i++) {
                if (table.measures().get(i).money()) {
                    out.decimal4(row.getValue()[i]);
                } else {
                    out.int64(row.getValue()[i]);
                }
            }
            Stored before = stored.get(key);
            out.int64(before == null ? nowMs : Math.max(nowMs, before.version() + 1));
            out.dateTime64Ms(nowMs);
            out.uuid(batchId);
            out.string(lineage);
        }
        TableSchema schema = table.schema(database);
        shards.get(shard)
                .insert(
                        ClickHouseCommittable.seal(
                                schema.database(),
                                schema.table(),
                                schema.insertColumns(),
                                schema.mode(),
                                shard,
                                shards.size(),
                                month(rows.get(0).getKey().windowStartMs()),
                                batchId,
                                rows.size(),
                                out.toByteArray(),
                                ClickHouseCommittable.NOT_RESTORED,
                                nowMs),
                        batchId.toString());
    }

    private static int month(long windowStartMs) {
        var day = Instant.ofEpochMilli(windowStartMs).atZone(ZoneOffset.UTC);
        return day.getYear() * 100 + day.getMonthValue();
    }
}
