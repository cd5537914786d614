package io.tidegate.dev.clickhouse;

import io.tidegate.dev.clickhouse.sql.Statements;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Applies {@code NNN_name.sql} files in the order of their numbers, each once, and remembers them with a checksum in
 * {@code tidegate.schema_migrations}. Creates the database {@code tidegate} first.
 *
 * <p>ClickHouse has no transaction over DDL: a file that fails half-way is run again as a whole, so its statements must
 * be repeatable ({@code IF NOT EXISTS}). One process at a time.
 */
public final class Migrations {

    private static final Pattern FILE_NAME = Pattern.compile("(\\d+)_[A-Za-z0-9_-]+\\.sql");
    private static final String CREATE_DATABASE = "CREATE DATABASE IF NOT EXISTS tidegate";
    private static final String CREATE_TABLE = """
            CREATE TABLE IF NOT EXISTS tidegate.schema_migrations
            (
                name       String,
                checksum   FixedString(64) COMMENT 'SHA-256 of the file with LF line ends',
                applied_at DateTime64(3, 'UTC')
            )
            ENGINE = MergeTree
            ORDER BY name""";
    private static final String RECORD =
            "INSERT INTO tidegate.schema_migrations" + " SELECT {name:String}, {checksum:String}, now64(3, 'UTC')";

    private Migrations() {}

    /** An applied file was changed, two files share a number, or a statement failed. The message names the file. */
    public static final class MigrationException extends IOException {

        private static final long serialVersionUID = 1L;

        MigrationException(String message) {
            super(message);
        }

        MigrationException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private record Migration(String name, String sql, String checksum) {}

    /**
     * Brings the schema up to date.
     *
     * @param server ClickHouse's HTTP interface
     * @param sqlDirectory with the numbered files; others are ignored
     * @return names of the files that were applied by this call
     */
    public static List<String> apply(URI server, Path sqlDirectory) throws IOException {
        return apply(new PlainClient(server), sqlDirectory);
    }

    static List<String> apply(PlainClient client, Path sqlDirectory) throws IOException {
        List<Migration> migrations = read(sqlDirectory);
        client.query(CREATE_DATABASE);
        client.query(CREATE_TABLE);
        Map<String, String> applied = applied(client);
        for (Migration migration : migrations) {
            String before = applied.get(migration.name());
            if (before != null && !before.equals(migration.checksum())) {
                throw new MigrationException(migration.name()
                        + " was changed after it had been applied; undo the change and put it into a new file");
            }
        }
        List<String> done = new ArrayList<>();
        for (Migration migration : migrations) {
            if (!applied.containsKey(migration.name())) {
                run(client, migration);
                done.add(migration.name());
            }
        }
        return done;
    }

    private static void run(PlainClient client, Migration migration) throws IOException {
        int number = 0;
        for (String statement : Statements.split(migration.sql())) {
            number++;
            try {
                client.query(statement);
            } catch (IllegalStateException e) {
                throw new MigrationException(migration.name() + ", statement " + number + ": " + e.getMessage(), e);
            }
        }
        client.query(RECORD, Map.of("param_name", migration.name(), "param_checksum", migration.checksum()));
    }

    private static Map<String, String> applied(PlainClient client) throws IOException {
        Map<String, String> applied = new HashMap<>();
        client.query("SELECT name, checksum FROM tidegate.schema_migrations FORMAT TSV")
                .lines()
                .map(line -> line.split("\t"))
                .forEach(columns -> applied.put(columns[0], columns[1]));
        return applied;
    }

    private static List<Migration> read(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file ->
                            FILE_NAME.matcher(file.getFileName().toString()).matches())
                    .sorted((a, b) -> Long.compare(number(a), number(b)))
                    .toList();
        }
        List<Migration> migrations = new ArrayList<>();
        Path before = null;
        for (Path file : files) {
            if (before != null && number(before) == number(file)) {
                throw new MigrationException(
                        before.getFileName() + " and " + file.getFileName() + " have the same number");
            }
            String sql = Files.readString(file).replace("\r\n", "\n");
            migrations.add(new Migration(file.getFileName().toString(), sql, checksum(sql)));
            before = file;
        }
        return migrations;
    }

    private static long number(Path file) {
        Matcher matcher = FILE_NAME.matcher(file.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static String checksum(String sql) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(sql.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
