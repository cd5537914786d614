package io.tidegate.dev.clickhouse.sql;

import io.tidegate.dev.clickhouse.engine.EngineException;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses what reaches out of the data directory and what the engine's grants don't cover, because the library thinks
 * itself a local tool: the function {@code file}, databases and dictionaries over other sources, disks made up in DDL.
 *
 * <p>It keeps a development machine from surprises (a page in a browser that posts to the port, a pasted statement). It is
 * no substitute for a server's access control.
 */
final class Guard {

    private static final int ACCESS_DENIED = 497;
    private static final Set<String> CALLS = Set.of("FILE", "CATBOOSTEVALUATE", "DISK", "FILESYSTEM");
    private static final Set<String> DATABASE_ENGINES = Set.of("ATOMIC", "MEMORY");
    private static final Set<String> DICTIONARY_SOURCES = Set.of("CLICKHOUSE", "NULL");
    private static final Set<String> REMOTE_SOURCE = Set.of("HOST", "NAME", "SECURE");
    private static final Set<String> DEFINITIONS = Set.of("CREATE", "ATTACH", "REPLACE", "ALTER");

    private Guard() {}

    /** Looks through a statement, or through the VALUES of one. */
    static void check(byte[] text, int from, int length) throws EngineException {
        SqlTokens tokens = new SqlTokens(text, from, length);
        tokens.next();
        boolean definition = DEFINITIONS.contains(tokens.name());
        boolean system = tokens.isWord("SYSTEM");
        boolean database = false;
        boolean dictionary = false;
        String before = "";
        String beforeBracket = "";
        while (tokens.kind() != SqlTokens.Kind.END) {
            String name = tokens.name();
            if (tokens.isSymbol('(')) {
                if (CALLS.contains(before)) {
                    throw refused(before.toLowerCase(Locale.ROOT) + "()");
                }
                beforeBracket = before;
            } else {
                if (beforeBracket.equals("FORMAT") && isValues(tokens)) {
                    throw refused("format(Values, …)");
                }
                if (dictionary && beforeBracket.equals("SOURCE") && !DICTIONARY_SOURCES.contains(name)) {
                    throw refused("a dictionary's source " + tokens.text());
                }
                beforeBracket = "";
            }
            if (system && (name.equals("SHUTDOWN") || name.equals("KILL"))) {
                throw refused("SYSTEM " + name);
            }
            database |= definition && tokens.depth() == 0 && name.equals("DATABASE");
            dictionary |= definition && tokens.depth() == 0 && name.equals("DICTIONARY");
            if (dictionary && tokens.depth() > 1 && REMOTE_SOURCE.contains(name)) {
                throw refused("a dictionary's source with " + name);
            }
            if (database && before.equals("ENGINE") && !tokens.isSymbol('=') && !DATABASE_ENGINES.contains(name)) {
                throw refused("the database engine " + tokens.text());
            }
            if (!(before.equals("ENGINE") && tokens.isSymbol('='))) {
                before = name;
            }
            tokens.next();
        }
    }

    private static boolean isValues(SqlTokens tokens) {
        return tokens.name().equals("VALUES") || tokens.text().equalsIgnoreCase("'Values'");
    }

    static EngineException refused(String what) {
        return EngineException.of(
                ACCESS_DENIED, "ACCESS_DENIED", what + " isn't allowed by this server: it reaches out of its data");
    }
}
