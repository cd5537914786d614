package io.tidegate.dev.clickhouse.sql;

import io.tidegate.dev.clickhouse.engine.EngineException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the front has to know about a statement before the engine sees it.
 *
 * @param kind how it must be run
 * @param sql what goes to the engine: the whole statement, or the head of an INSERT
 * @param format the FORMAT that the statement names, null when it names none; VALUES is the format {@code Values}
 * @param dataOffset of an INSERT with data: where the data begins in the text that was parsed
 */
public record Statement(Kind kind, byte[] sql, String format, int dataOffset) {

    /** How a statement is run. */
    public enum Kind {
        /** Returns rows, writes nothing, may be streamed. */
        SELECT,
        /** Anything else that runs as a whole: DDL, INSERT … SELECT, SET, SHOW, … */
        COMMAND,
        /** Its data follows, here or in the request's body. */
        INSERT_DATA
    }

    private static final int SYNTAX_ERROR = 62;
    private static final int NOT_IMPLEMENTED = 48;

    /**
     * Reads a statement.
     *
     * @param text the statement, and of an INSERT as much of its data as is there
     * @param urlLength how much of the text came with the URL, separated from the body by one byte; an INSERT without
     *     FORMAT that ends there is complete, and the body is its data
     * @throws EngineException for what this front refuses (INTO OUTFILE, FROM INFILE, input(), a way out of the engine)
     */
    public static Statement parse(byte[] text, int length, int urlLength) throws EngineException {
        SqlTokens tokens = new SqlTokens(text, length);
        tokens.next();
        while (tokens.isSymbol('(')) {
            tokens.next();
        }
        if (tokens.kind() == SqlTokens.Kind.END) {
            throw EngineException.of(SYNTAX_ERROR, "SYNTAX_ERROR", "Syntax error: the query is empty");
        }
        if (tokens.isWord("INSERT")) {
            Statement insert = insert(text, length, tokens, urlLength);
            Guard.check(insert.sql(), 0, insert.sql().length);
            return insert;
        }
        Guard.check(text, 0, length);
        if (tokens.isWord("KILL")) {
            return new Statement(Kind.COMMAND, QueryIds.rewriteKill(text, length), format(text, length), length);
        }
        boolean select = tokens.isWord("SELECT") || tokens.isWord("WITH") || tokens.isWord("FROM");
        return new Statement(
                select ? Kind.SELECT : Kind.COMMAND, Arrays.copyOf(text, length), format(text, length), length);
    }

    private static Statement insert(byte[] text, int length, SqlTokens tokens, int urlLength) throws EngineException {
        boolean inUrl = urlLength > 0;
        while (tokens.next() != SqlTokens.Kind.END || inUrl) {
            if (inUrl && tokens.start() >= urlLength) {
                if (!continuesInsert(tokens)) {
                    return new Statement(
                            Kind.INSERT_DATA, Arrays.copyOf(text, urlLength), null, Math.min(length, urlLength + 1));
                }
                inUrl = false;
            }
            if (tokens.isSymbol(';')) {
                break;
            }
            if (tokens.depth() > 0) {
                continue;
            }
            if (tokens.isWord("SELECT") || tokens.isWord("WITH") || tokens.isWord("WATCH")) {
                return insertSelect(text, length, tokens);
            }
            if (tokens.isWord("INFILE")) {
                throw Guard.refused("FROM INFILE");
            }
            if (tokens.isWord("VALUES")) {
                return insertData(text, tokens.start(), "Values", tokens.end());
            }
            if (tokens.isWord("FORMAT")) {
                int head = tokens.start();
                if (tokens.next() != SqlTokens.Kind.WORD) {
                    break;
                }
                return insertData(text, head, tokens.text(), dataStart(text, length, tokens.end()));
            }
        }
        if (selectInBrackets(text, length)) {
            return insertSelect(text, length, new SqlTokens(text, length));
        }
        throw EngineException.of(
                SYNTAX_ERROR,
                "SYNTAX_ERROR",
                "Syntax error: an INSERT needs VALUES, FORMAT or SELECT after its columns");
    }

    private static boolean continuesInsert(SqlTokens tokens) {
        return tokens.isWord("VALUES")
                || tokens.isWord("FORMAT")
                || tokens.isWord("SELECT")
                || tokens.isWord("WITH")
                || tokens.isWord("SETTINGS");
    }

    private static Statement insertData(byte[] text, int headEnd, String format, int dataStart) {
        return new Statement(Kind.INSERT_DATA, Arrays.copyOf(text, headEnd), format, dataStart);
    }

    private static Statement insertSelect(byte[] text, int length, SqlTokens tokens) throws EngineException {
        boolean input = tokens.isWord("INPUT");
        while (tokens.next() != SqlTokens.Kind.END) {
            if (input && tokens.isSymbol('(')) {
                throw EngineException.of(
                        NOT_IMPLEMENTED,
                        "NOT_IMPLEMENTED",
                        "INSERT … SELECT FROM input() isn't supported by this server");
            }
            input = tokens.isWord("INPUT");
        }
        return new Statement(Kind.COMMAND, Arrays.copyOf(text, length), null, length);
    }

    /** {@code INSERT INTO t (SELECT …)}: the brackets hold no column list. */
    private static boolean selectInBrackets(byte[] text, int length) {
        SqlTokens tokens = new SqlTokens(text, length);
        boolean open = false;
        while (tokens.next() != SqlTokens.Kind.END) {
            if (open && (tokens.isWord("SELECT") || tokens.isWord("WITH"))) {
                return true;
            }
            open = tokens.isSymbol('(');
        }
        return false;
    }

    /** Behind {@code FORMAT Name}: blanks up to and including one line break belong to the statement, the rest is data. */
    private static int dataStart(byte[] text, int length, int from) {
        int i = from;
        while (i < length && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r')) {
            i++;
        }
        if (i < length && text[i] == ';') {
            i++;
            while (i < length && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r')) {
                i++;
            }
        }
        return i < length && text[i] == '\n' ? i + 1 : i;
    }

    /** The FORMAT at the end of a statement that isn't an INSERT; refuses INTO OUTFILE on the way. */
    private static String format(byte[] text, int length) throws EngineException {
        SqlTokens tokens = new SqlTokens(text, length);
        String candidate = null;
        String format = null;
        boolean afterFormat = false;
        boolean afterInto = false;
        while (tokens.next() != SqlTokens.Kind.END) {
            if (tokens.depth() > 0) {
                afterFormat = false;
                candidate = null;
                continue;
            }
            if (afterInto && tokens.isWord("OUTFILE")) {
                throw Guard.refused("INTO OUTFILE");
            }
            if (candidate != null && (tokens.isSymbol(';') || tokens.isWord("SETTINGS") || tokens.isWord("INTO"))) {
                format = candidate;
            }
            candidate = afterFormat && tokens.kind() == SqlTokens.Kind.WORD ? tokens.text() : null;
            afterFormat = tokens.isWord("FORMAT");
            afterInto = tokens.isWord("INTO");
        }
        return candidate != null ? candidate : format;
    }

    /**
     * Looks through the data of an {@code INSERT … VALUES}, which may hold expressions.
     *
     * @throws EngineException for what this front refuses in statements too
     */
    public static void checkValues(byte[] values) throws EngineException {
        Guard.check(values, 0, values.length);
    }

    /** The statement as text, for logs. */
    @Override
    public String toString() {
        return kind + " " + new String(sql, StandardCharsets.UTF_8);
    }
}
