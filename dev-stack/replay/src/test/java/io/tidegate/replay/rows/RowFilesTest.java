package io.tidegate.replay.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.replay.mapping.MappingFile;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowFilesTest {

    private static final String CSV = "{type: csv}";
    private static final String CSV_WITHOUT_HEADER = "{type: csv, header: false, columns: [a, b]}";
    private static final String WORDS = "{type: whitespace, columns: [a, b]}";
    private static final String NDJSON = "{type: ndjson}";

    @TempDir
    Path folder;

    private List<Row> read(String format, String text) throws IOException {
        return read(format, "UTF-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private List<Row> read(String format, String charset, byte[] bytes) throws IOException {
        Path mapping = folder.resolve("m.yaml");
        Files.writeString(mapping, """
                format: %s
                charset: %s
                missing: [NA]
                time: {column: a, format: epoch-millis}
                events: [{type: login, fields: {userId: "{a}"}}]
                """.formatted(format, charset));
        Path file = folder.resolve("f");
        Files.write(file, bytes);
        List<Row> rows = new ArrayList<>();
        try (RowReader reader = RowFiles.open(file, MappingFile.read(mapping))) {
            for (Row row = reader.next(); row != null; row = reader.next()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private void assertRefused(String format, String text, String message) {
        assertThatThrownBy(() -> read(format, text))
                .isInstanceOf(RowException.class)
                .hasMessage(message);
    }

    @Test
    void rowsAreNumberedAndKnowTheirLine() throws IOException {
        assertThat(read(CSV, "a,b\n1,2\n3,4\n"))
                .containsExactly(new Row(1, 2, Map.of("a", "1", "b", "2")), new Row(2, 3, Map.of("a", "3", "b", "4")));
    }

    @Test
    void theLastLineNeedsNoEnd() throws IOException {
        assertThat(read(CSV, "a,b\n1,2")).containsExactly(new Row(1, 2, Map.of("a", "1", "b", "2")));
    }

    @Test
    void linesMayEndWithCarriageReturnAndLineFeed() throws IOException {
        assertThat(read(CSV, "a,b\r\n1,2\r\n\"3\",4\r\n"))
                .containsExactly(new Row(1, 2, Map.of("a", "1", "b", "2")), new Row(2, 3, Map.of("a", "3", "b", "4")));
    }

    @Test
    void aQuotedFieldMayHoldDelimitersQuotesAndLines() throws IOException {
        assertThat(read(CSV, "a,b\n\"x, \"\"y\"\"\nz\",2\n3,\"\"\"\"\n"))
                .containsExactly(
                        new Row(1, 2, Map.of("a", "x, \"y\"\nz", "b", "2")),
                        new Row(2, 4, Map.of("a", "3", "b", "\"")));
    }

    @Test
    void aQuoteInsideAnUnquotedFieldIsItself() throws IOException {
        assertThat(read(CSV, "a,b\n5\"7,2\n")).containsExactly(new Row(1, 2, Map.of("a", "5\"7", "b", "2")));
    }

    @Test
    void missingMarkersAndEmptyFieldsAreAbsent() throws IOException {
        assertThat(read(CSV, "a,b\nNA,2\n\"\",2\n3,\n"))
                .extracting(Row::values)
                .containsExactly(Map.of("b", "2"), Map.of("b", "2"), Map.of("a", "3"));
    }

    @Test
    void emptyLinesAreSkippedAndCounted() throws IOException {
        assertThat(read(CSV, "\na,b\n\n1,2\r\n\r\n\n3,4\n\n"))
                .extracting(Row::number, Row::line)
                .containsExactly(tuple(1L, 4L), tuple(2L, 7L));
    }

    @Test
    void aByteOrderMarkIsNotPartOfTheFirstColumn() throws IOException {
        assertThat(read(CSV, "\uFEFFa,b\n1,2\n")).containsExactly(new Row(1, 2, Map.of("a", "1", "b", "2")));
        assertThat(read(WORDS, "\uFEFF1 2\n")).containsExactly(new Row(1, 1, Map.of("a", "1", "b", "2")));
    }

    @Test
    void withoutAHeaderTheFirstLineIsARow() throws IOException {
        assertThat(read(CSV_WITHOUT_HEADER, "1,2\n")).containsExactly(new Row(1, 1, Map.of("a", "1", "b", "2")));
    }

    @Test
    void aMalformedRowIsNamedWithItsLine() {
        assertRefused(CSV, "a,b\n1,2\n1,2,3\n", "f:3: 3 fields where there are 2 columns");
        assertRefused(CSV, "a,b\n1\n", "f:2: 1 fields where there are 2 columns");
        assertRefused(CSV, "a,b\n1,\"2\n3,4\n", "f:2: a quoted field that begins here is never closed");
        assertRefused(
                CSV, "a,b\n\"1\"x,2\n", "f:2: text after a closing quote; a quote inside a field is written twice");
        assertRefused(CSV, "a,a\n", "f:1: the header names the column 'a' twice");
        assertRefused(CSV, "", "f:1: the file is empty; its first line should name the columns");
        assertRefused(WORDS, "1 2\n\n1 2 3\n", "f:3: 3 values where there are 2 columns");
        assertRefused(NDJSON, "{\"a\":1}\n[1]\n", "f:2: not a JSON object");
        assertRefused(NDJSON, "{\"a\":1} {}\n", "f:1: more than one JSON value on the line");
        assertRefused(NDJSON, "{\"a\":1,\"a\":2}\n", "f:1: not JSON at column 11: Duplicate field 'a'");
    }

    @Test
    void aFileOfSpacesAndTabsHasTheColumnsOfTheMapping() throws IOException {
        assertThat(read(WORDS, "1 2\r\n\n  3 \t NA \n"))
                .containsExactly(new Row(1, 1, Map.of("a", "1", "b", "2")), new Row(2, 3, Map.of("a", "3")));
    }

    @Test
    void membersOfJsonObjectsAreColumnsAndNumbersKeepTheirText() throws IOException {
        assertThat(
                        read(
                                NDJSON,
                                "{\"a\":1.50,\"b\":null,\"c\":{\"d\":\"x\",\"e\":{\"f\":true}},\"g\":[{\"h\":1}],\"i\":\"NA\"}\n\n"))
                .containsExactly(new Row(1, 1, Map.of("a", "1.50", "c.d", "x", "c.e.f", "true")));
    }

    @Test
    void bytesOutsideTheCharacterSetAreNamedWithTheirLine() {
        byte[] bytes = ("a,b\n" + "1,2\n".repeat(50_000) + "\u00d4\u00c2,2\n").getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> read(CSV, "UTF-8", bytes))
                .isInstanceOf(RowException.class)
                .hasMessage("f:50002: bytes that are not UTF-8; the mapping's 'charset' says which one the file has");
    }

    @Test
    void theMappingSaysWhichCharacterSetAFileHas() throws IOException {
        assertThat(read(CSV, "ISO-8859-1", "a,b\n\u00d4\u00c2,2\n".getBytes(StandardCharsets.ISO_8859_1)))
                .extracting(row -> row.get("a"))
                .containsExactly("\u00d4\u00c2");
        assertThat(read(CSV, "GBK", "a,b\n\u6708,2\n".getBytes(Charset.forName("GBK"))))
                .extracting(row -> row.get("a"))
                .containsExactly("\u6708");
    }
}
