package io.tidegate.dev.clickhouse.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.dev.clickhouse.engine.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT 1                                          | SELECT  |",
                "select 1 format JSON                              | SELECT  | JSON",
                "SELECT 1 FORMAT CSV;                              | SELECT  | CSV",
                "SELECT 1 FORMAT TSV SETTINGS max_threads = 1      | SELECT  | TSV",
                "SELECT 'x FORMAT CSV'                             | SELECT  |",
                "SELECT 1 -- FORMAT CSV                            | SELECT  |",
                "SELECT 1 /* FORMAT CSV */                         | SELECT  |",
                "SELECT format FROM t                              | SELECT  |",
                "SELECT formatDateTime(now(), '%Y') AS format      | SELECT  |",
                "SELECT * FROM (SELECT 1 FORMAT CSV)               | SELECT  |",
                "WITH 1 AS x SELECT x                              | SELECT  |",
                "(SELECT 1) UNION ALL (SELECT 2) FORMAT JSON       | SELECT  | JSON",
                "SHOW TABLES FORMAT CSV                            | COMMAND | CSV",
                "CREATE TABLE t (a Int32) ENGINE = Memory          | COMMAND |",
                "INSERT INTO t SELECT 1                            | COMMAND |",
                "INSERT INTO t (a) WITH 1 AS x SELECT x            | COMMAND |",
                "EXPLAIN SELECT 1                                  | COMMAND |"
            })
    void kindAndFormatAreReadFromTheTokens(String sql, Statement.Kind kind, String format) throws Exception {
        Statement statement = parse(sql);
        assertThat(statement.kind()).isEqualTo(kind);
        assertThat(statement.format()).isEqualTo(format);
        assertThat(new String(statement.sql(), UTF_8)).isEqualTo(sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "INSERT INTO t VALUES (1)|INSERT INTO t |Values| (1)",
                "INSERT INTO t (a, b) FORMAT TSV\\n1\\t2|INSERT INTO t (a, b) |TSV|1\\t2",
                "INSERT INTO t FORMAT TSV \\n\\n1|INSERT INTO t |TSV|\\n1",
                "INSERT INTO t FORMAT JSONEachRow {}|INSERT INTO t |JSONEachRow|{}",
                "insert into `VALUES` settings x = 'FORMAT' format CSV\\n1|insert into `VALUES` settings x = 'FORMAT' |CSV|1",
                "INSERT INTO t (`format`, \"values\") VALUES ('a')|INSERT INTO t (`format`, \"values\") |Values| ('a')",
                "/* VALUES */ INSERT INTO t VALUES|/* VALUES */ INSERT INTO t |Values|''"
            })
    void anInsertIsCutIntoHeadAndData(String sql, String head, String format, String data) throws Exception {
        byte[] text = unescape(sql).getBytes(UTF_8);
        Statement statement = Statement.parse(text, text.length, 0);
        assertThat(statement.kind()).isEqualTo(Statement.Kind.INSERT_DATA);
        assertThat(new String(statement.sql(), UTF_8)).isEqualTo(head);
        assertThat(statement.format()).isEqualTo(format);
        assertThat(new String(text, statement.dataOffset(), text.length - statement.dataOffset(), UTF_8))
                .isEqualTo(data == null || data.equals("''") ? "" : unescape(data));
    }

    @Test
    void anInsertThatEndsWithTheUrlTakesTheBodyAsItsData() throws Exception {
        // Given: binary data that opens a quote
        byte[] text = "INSERT INTO t (a)\n'\u0001`VALUES".getBytes(UTF_8);

        // When
        Statement statement = Statement.parse(text, text.length, "INSERT INTO t (a)".length());

        // Then
        assertThat(statement.format()).isNull();
        assertThat(new String(statement.sql(), UTF_8)).isEqualTo("INSERT INTO t (a)");
        assertThat(statement.dataOffset()).isEqualTo("INSERT INTO t (a)\n".length());
    }

    @Test
    void anInsertMayGoOnInTheBody() throws Exception {
        byte[] text = "INSERT INTO t\nFORMAT CSV\n1".getBytes(UTF_8);
        Statement statement = Statement.parse(text, text.length, "INSERT INTO t".length());
        assertThat(statement.format()).isEqualTo("CSV");
        assertThat(new String(text, statement.dataOffset(), 1, UTF_8)).isEqualTo("1");
    }

    @Test
    void killFindsTheClientsQueryId() throws Exception {
        Statement statement = parse("KILL QUERY WHERE query_id = 'query_id' AND `query_id` != '' SYNC");
        assertThat(new String(statement.sql(), UTF_8))
                .isEqualTo("KILL QUERY WHERE Settings['log_comment'] = 'query_id'"
                        + " AND Settings['log_comment'] != '' SYNC");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 INTO OUTFILE 'x' FORMAT CSV",
                "INSERT INTO t FROM INFILE 'x'",
                "SELECT file('x')",
                "SELECT `file`('x')",
                "SELECT \"FILE\"('x')",
                "SELECT “file”(‘x’)",
                "SELECT ‘ ' ’, file('x'), ' '",
                "SELECT $a$ ' $a$, file('x'), ' '",
                "SELECT file -- (\n ('x')",
                "SELECT file\u00a0('x')",
                "INSERT INTO t SELECT file('x')",
                "INSERT INTO FUNCTION file('x', 'CSV') VALUES (1)",
                "SELECT * FROM format('Values', 'a String', '(1)')",
                "CREATE DATABASE d ENGINE = Filesystem('/')",
                "CREATE DATABASE d ENGINE MySQL('h', 'd', 'u', 'p')",
                "CREATE OR REPLACE DICTIONARY d (a Int32) PRIMARY KEY a SOURCE(HTTP(URL 'http://x'))",
                "ATTACH DICTIONARY d (a Int32) PRIMARY KEY a SOURCE(FILE(PATH 'x'))",
                "CREATE DICTIONARY d (a Int32) PRIMARY KEY a SOURCE(CLICKHOUSE(host 'h' TABLE 't'))",
                "ALTER TABLE t MODIFY SETTING disk = disk(type = s3)",
                "SYSTEM KILL"
            })
    void waysOutOfTheDataAreRefused(String sql) {
        assertThatThrownBy(() -> parse(sql)).isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.code())
                .isEqualTo(497));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT file FROM t WHERE file IN ('file(x)')",
                "SELECT 'file(x)', $$file(x)$$, \"file(x)\" FROM t -- file(x)",
                "CREATE DATABASE IF NOT EXISTS d ENGINE = Atomic",
                "CREATE DICTIONARY d (a UInt64, host String) PRIMARY KEY a SOURCE(CLICKHOUSE(TABLE 't'))",
                "CREATE TABLE t (database String) ENGINE = MergeTree ORDER BY database",
                "SYSTEM FLUSH LOGS"
            })
    void whatOnlyLooksLikeOneIsNot(String sql) {
        assertThatCode(() -> parse(sql)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " -- nothing\n", "INSERT INTO t", "INSERT INTO t; DROP TABLE t", "INSERT INTO t FORMAT"})
    void whatCannotBeRunIsASyntaxError(String sql) {
        assertThatThrownBy(() -> parse(sql)).isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.code())
                .isEqualTo(62));
    }

    @Test
    void aFileIsSplitAtItsSemicolonsOnly() {
        assertThat(Statements.split("-- a; b\nCREATE TABLE t (x String DEFAULT ';');; /* ; */ SELECT 1;\n-- end; \n"))
                .containsExactly("-- a; b\nCREATE TABLE t (x String DEFAULT ';')", "/* ; */ SELECT 1");
    }

    private static Statement parse(String sql) throws EngineException {
        byte[] text = sql.getBytes(UTF_8);
        return Statement.parse(text, text.length, 0);
    }

    private static String unescape(String text) {
        return text.replace("\\n", "\n").replace("\\t", "\t");
    }
}
