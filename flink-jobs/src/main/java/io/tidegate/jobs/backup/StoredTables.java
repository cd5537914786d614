package io.tidegate.jobs.backup;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The tables of one database, a file for each partition of each table of each shard. A file is what one SELECT saw; superseded rows are in it,
 * so that a job that goes on finds the batches that it wrote.
 *
 * <p>Tab-separated: a line is a row, a tab in a value is escaped, so the number of rows is known without trusting anybody, and a cut
 * answer has a line with too few columns.
 */
final class StoredTables {

    private static final String ROWS = " FORMAT TabSeparated";
    private static final int BUFFER = 1 << 16;
    /** How migrations are remembered: of the tables that are there, not of the ones that were. */
    private static final String MIGRATIONS = "schema_migrations";

    private final List<Shard> shards;
    private final String database;

    StoredTables(List<Shard> shards, String database) {
        this.shards = shards;
        this.database = database;
    }

    /** @param directory of the backup */
    List<Manifest.Part> copyTo(Path directory) throws IOException, InterruptedException, BackupException {
        List<Manifest.Part> parts = new ArrayList<>();
        for (int shard = 1; shard <= shards.size(); shard++) {
            Shard source = shards.get(shard - 1);
            for (String table : tables(source)) {
                List<String> columns = columns(source, table);
                List<String> partitions =
                        source.lines("SELECT DISTINCT _partition_id FROM " + name(table) + " ORDER BY 1" + ROWS);
                for (String partition : partitions) {
                    String file = "clickhouse/shard-" + shard + "/" + table + "/" + partition + ".tsv.gz";
                    Path target = directory.resolve(file);
                    Files.createDirectories(target.getParent());
                    LineDigest digest = new LineDigest();
                    try (OutputStream out = new BufferedOutputStream(
                            new GZIPOutputStream(Files.newOutputStream(target), BUFFER), BUFFER)) {
                        out.write((String.join("\t", columns) + "\n").getBytes(StandardCharsets.UTF_8));
                        readRows(source, table, partition, columns, digest, out);
                    }
                    parts.add(new Manifest.Part(
                            shard, table, partition, digest.lines(), digest.sum(), file, Hashes.of(target)));
                }
                if (partitions.isEmpty()) {
                    parts.add(new Manifest.Part(shard, table, "", 0, digestOfNothing(), "-", "-"));
                }
            }
        }
        return parts;
    }

    private static String digestOfNothing() {
        return new LineDigest().sum();
    }

    /** @throws BackupException the target isn't as the backup needs it; nothing was written */
    void requireEmptyAndFitting(Path directory, Manifest manifest)
            throws IOException, InterruptedException, BackupException {
        if (manifest.shards() != shards.size()) {
            throw new BackupException("The backup is of " + manifest.shards() + " shards, --clickhouse names "
                    + shards.size() + ": rows belong to their shard");
        }
        for (Manifest.Part part : manifest.parts()) {
            Shard target = shards.get(part.shard() - 1);
            List<String> columns = columns(target, part.table());
            if (columns.isEmpty()) {
                throw new BackupException("Table " + name(part.table()) + " is missing on shard " + part.shard()
                        + ": make the tables first (sql/)");
            }
            long rows = Long.parseLong(
                    target.query("SELECT count() FROM " + name(part.table())).strip());
            if (rows > 0) {
                throw new BackupException("Table " + name(part.table()) + " on shard " + part.shard() + " has " + rows
                        + " rows: only empty tables are restored");
            }
            if (!part.partition().isEmpty()) {
                List<String> missing = new ArrayList<>(columnsOf(directory.resolve(part.file())));
                missing.removeAll(columns);
                if (!missing.isEmpty()) {
                    throw new BackupException("Table " + name(part.table()) + " on shard " + part.shard()
                            + " has no column " + String.join(", ", missing) + ": of an older version (sql/)");
                }
            }
        }
    }

    /** After {@link #requireEmptyAndFitting}; what was written is read again and compared. */
    void restoreFrom(Path directory, Manifest manifest) throws IOException, InterruptedException, BackupException {
        List<String> tables = new ArrayList<>(new TreeSet<>(
                manifest.parts().stream().map(Manifest.Part::table).collect(Collectors.toSet())));
        // A merge would drop rows that are superseded or expired before they are counted.
        merges("STOP", tables);
        try {
            for (Manifest.Part part : manifest.parts()) {
                if (!part.partition().isEmpty()) {
                    restore(directory, part);
                }
            }
        } finally {
            merges("START", tables);
        }
    }

    private void merges(String verb, List<String> tables) throws IOException, InterruptedException {
        for (Shard shard : shards) {
            for (String table : tables) {
                shard.everywhere("SYSTEM " + verb + " MERGES " + name(table));
            }
        }
    }

    private void restore(Path directory, Manifest.Part part) throws IOException, InterruptedException, BackupException {
        Shard target = shards.get(part.shard() - 1);
        List<String> columns;
        try (InputStream file = open(directory.resolve(part.file()))) {
            columns = header(file);
            target.insert(
                    "INSERT INTO " + name(part.table()) + " (" + quoted(columns) + ")" + ROWS,
                    Map.of(
                            "async_insert", "0",
                            "optimize_on_insert", "0",
                            // ClickHouse would drop a block that equals one it had before it was emptied.
                            "insert_deduplicate", "1",
                            "insert_deduplication_token", UUID.randomUUID().toString()),
                    file);
        }
        LineDigest digest = new LineDigest();
        readRows(target, part.table(), part.partition(), columns, digest, OutputStream.nullOutputStream());
        if (digest.lines() != part.rows() || !digest.sum().equals(part.sum())) {
            throw new BackupException("Table " + name(part.table()) + ", shard " + part.shard() + ", partition "
                    + part.partition() + ": " + digest.lines() + " rows with sum " + digest.sum() + " are stored, "
                    + part.rows() + " with " + part.sum() + " were backed up");
        }
    }

    private void readRows(
            Shard source, String table, String partition, List<String> columns, LineDigest digest, OutputStream copy)
            throws IOException, InterruptedException, BackupException {
        String sql = "SELECT " + quoted(columns) + " FROM " + name(table) + " WHERE _partition_id = '"
                + partition.replace("'", "\\'") + "'" + ROWS;
        try (InputStream rows = source.read(sql)) {
            Lines.forEach(rows, (buffer, offset, length) -> {
                int found = 1;
                for (int i = offset; i < offset + length; i++) {
                    found += buffer[i] == '\t' ? 1 : 0;
                }
                if (found != columns.size()) {
                    throw new BackupException("Table " + name(table) + ", partition " + partition
                            + ": ClickHouse broke off: "
                            + new String(buffer, offset, Math.min(length, 500), StandardCharsets.UTF_8));
                }
                digest.add(buffer, offset, length);
                copy.write(buffer, offset, length);
                copy.write('\n');
            });
        }
    }

    private List<String> tables(Shard shard) throws IOException, InterruptedException {
        return shard.lines("SELECT name FROM system.tables WHERE database = '" + database
                + "' AND engine LIKE '%MergeTree' AND name != '" + MIGRATIONS + "' ORDER BY name" + ROWS);
    }

    private List<String> columns(Shard shard, String table) throws IOException, InterruptedException {
        return shard.lines("SELECT name FROM system.columns WHERE database = '" + database + "' AND table = '"
                + table.replace("'", "\\'") + "' AND default_kind NOT IN ('ALIAS', 'MATERIALIZED') ORDER BY position"
                + ROWS);
    }

    private static List<String> columnsOf(Path file) throws IOException {
        try (InputStream in = open(file)) {
            return header(in);
        }
    }

    private static InputStream open(Path file) throws IOException {
        return new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file), BUFFER), BUFFER);
    }

    /** The first line; the stream then stands at the first row. */
    private static List<String> header(InputStream file) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = file.read(); c >= 0 && c != '\n'; c = file.read()) {
            line.append((char) c);
        }
        return List.of(line.toString().split("\t"));
    }

    private String name(String table) {
        return database + "." + table;
    }

    private static String quoted(List<String> columns) {
        return columns.stream().map(column -> "`" + column + "`").collect(Collectors.joining(", "));
    }
}
