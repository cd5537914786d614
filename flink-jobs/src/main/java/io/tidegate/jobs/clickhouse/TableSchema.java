package io.tidegate.jobs.clickhouse;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a {@link RowEncoder} writes: the table, its columns in the order of encoding, and how the table takes repeats.
 *
 * <p>The table must be partitioned by {@code toYYYYMM} of the encoder's partition time in UTC, and must have the
 * two columns {@value #BATCH_ID} ({@code UUID}) and {@value #LINEAGE} ({@code String}), which the sink appends to
 * each row: they aren't listed here. No column that is left out may have a default that differs between two inserts
 * ({@code now()}).
 *
 * @param database name of the database, letters, digits and underscores
 * @param table name of the table, letters, digits and underscores
 * @param mode how the table takes repeats
 * @param columns names in the order in which the encoder writes them
 */
public record TableSchema(String database, String table, WriteMode mode, List<String> columns) implements Serializable {

    /** The batch that wrote the row: what a commit in doubt is counted by. */
    public static final String BATCH_ID = "_batch_id";

    /** The job run that wrote the row: what is deleted by, after a restore from an old savepoint. */
    public static final String LINEAGE = "_lineage";

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public TableSchema {
        requireName("database", database);
        requireName("table", table);
        if (mode == null) {
            throw new IllegalArgumentException("mode: missing");
        }
        columns = List.copyOf(columns);
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("columns: at least one");
        }
        HashSet<String> seen = new HashSet<>();
        for (String column : columns) {
            requireName("columns", column);
            if (column.equals(BATCH_ID) || column.equals(LINEAGE)) {
                throw new IllegalArgumentException("columns: " + column + " is the sink's own");
            }
            if (!seen.add(column)) {
                throw new IllegalArgumentException("columns: " + column + " is named twice");
            }
        }
    }

    /** A table each of whose rows is written once. */
    public static TableSchema append(String database, String table, String... columns) {
        return new TableSchema(database, table, WriteMode.APPEND, List.of(columns));
    }

    /** A {@code ReplacingMergeTree(version)} table, see {@link WriteMode#UPSERT}. */
    public static TableSchema upsert(String database, String table, String... columns) {
        return new TableSchema(database, table, WriteMode.UPSERT, List.of(columns));
    }

    /** {@code database.table}. */
    public String qualifiedName() {
        return database + '.' + table;
    }

    /** All columns of an insert, the sink's own last, separated by commas. */
    public String insertColumns() {
        return String.join(",", columns) + ',' + BATCH_ID + ',' + LINEAGE;
    }

    private static void requireName(String field, String name) {
        // Names go into SQL text as they are, so nothing that would need quoting gets in.
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(field + ": not a plain identifier: " + name);
        }
    }
}
