package io.tidegate.dev.clickhouse.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the front knows of a result's format: its media type, and whether the chunks of a streamed result may be written
 * one behind the other. The engine writes each chunk as a document of its own, so only formats qualify whose documents
 * concatenate, some of them after the repeated header is cut off; the others are written as one.
 *
 * @param header how the repeated header of a chunk is found
 */
record OutputFormat(String name, boolean streamed, Header header) {

    /** The header that the engine repeats in every chunk. */
    enum Header {
        NONE,
        /** Text: the header is found by comparing with the first chunk's leading lines. */
        ONE_LINE,
        TWO_LINES,
        /** RowBinary: a count, that many names. */
        NAMES,
        /** RowBinary: a count, that many names, that many types. */
        NAMES_AND_TYPES
    }

    static final String DEFAULT = "TabSeparated";

    /** A table of a thousand columns with long names and types is far below. */
    static final int LARGEST_HEADER = 1 << 20;

    private static final Set<String> CONCATENABLE = Set.of(
            "tabseparated",
            "tsv",
            "tabseparatedraw",
            "tsvraw",
            "raw",
            "csv",
            "tskv",
            "jsoneachrow",
            "jsonlines",
            "ndjson",
            "jsonstringseachrow",
            "jsoncompacteachrow",
            "jsoncompactstringseachrow",
            "prettyjsoneachrow",
            "rowbinary",
            "native",
            "msgpack",
            "protobuf",
            "bsoneachrow",
            "rawblob",
            "lineasstring");

    private static final Set<String> TEXT_WITH_NAMES = Set.of(
            "tabseparated",
            "tsv",
            "tabseparatedraw",
            "tsvraw",
            "raw",
            "csv",
            "jsoncompacteachrow",
            "jsoncompactstringseachrow");

    private static final Map<String, String> MEDIA_TYPES = Map.ofEntries(
            Map.entry("tabseparated", "text/tab-separated-values; charset=UTF-8"),
            Map.entry("tsv", "text/tab-separated-values; charset=UTF-8"),
            Map.entry("csv", "text/csv; charset=UTF-8; header=absent"),
            Map.entry("csvwithnames", "text/csv; charset=UTF-8; header=present"),
            Map.entry("csvwithnamesandtypes", "text/csv; charset=UTF-8; header=present"),
            Map.entry("json", "application/json; charset=UTF-8"),
            Map.entry("jsoncompact", "application/json; charset=UTF-8"),
            Map.entry("jsonstrings", "application/json; charset=UTF-8"),
            Map.entry("jsoncolumns", "application/json; charset=UTF-8"),
            Map.entry("jsoneachrow", "application/x-ndjson; charset=UTF-8"),
            Map.entry("xml", "application/xml; charset=UTF-8"),
            Map.entry("markdown", "text/markdown; charset=UTF-8"));

    /** The policy for a format as it's written in a statement or a URL. */
    static OutputFormat named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (CONCATENABLE.contains(lower)) {
            return new OutputFormat(name, true, Header.NONE);
        }
        if (lower.equals("rowbinarywithnamesandtypes")) {
            return new OutputFormat(name, true, Header.NAMES_AND_TYPES);
        }
        if (lower.equals("rowbinarywithnames")) {
            return new OutputFormat(name, true, Header.NAMES);
        }
        if (lower.endsWith("withnamesandtypes") && TEXT_WITH_NAMES.contains(without(lower, "withnamesandtypes"))) {
            return new OutputFormat(name, true, Header.TWO_LINES);
        }
        if (lower.endsWith("withnames") && TEXT_WITH_NAMES.contains(without(lower, "withnames"))) {
            return new OutputFormat(name, true, Header.ONE_LINE);
        }
        return new OutputFormat(name, false, Header.NONE);
    }

    private static String without(String name, String suffix) {
        return name.substring(0, name.length() - suffix.length());
    }

    String mediaType() {
        String lower = name.toLowerCase(Locale.ROOT);
        String known = MEDIA_TYPES.get(lower);
        if (known != null) {
            return known;
        }
        if (lower.startsWith("tabseparated") || lower.startsWith("tsv")) {
            return "text/tab-separated-values; charset=UTF-8";
        }
        if (lower.startsWith("json") && lower.contains("eachrow")) {
            return "application/x-ndjson; charset=UTF-8";
        }
        if (lower.startsWith("json")) {
            return "application/json; charset=UTF-8";
        }
        if (lower.startsWith("pretty") || lower.equals("vertical") || lower.equals("values")) {
            return "text/plain; charset=UTF-8";
        }
        return "application/octet-stream";
    }

    /**
     * The header that each chunk repeats.
     *
     * @param head the start of the first chunk, at least {@value #LARGEST_HEADER} bytes where it has them
     */
    byte[] header(byte[] head) {
        int length =
                switch (header) {
                    case NONE -> 0;
                    case ONE_LINE -> lines(head, 1, quotesNames());
                    case TWO_LINES -> lines(head, 2, quotesNames());
                    case NAMES -> binaryStrings(head, 1);
                    case NAMES_AND_TYPES -> binaryStrings(head, 2);
                };
        return Arrays.copyOf(head, length);
    }

    /** Only CSV writes a line break of a column's name as it is, between quotes; the other texts escape it. */
    private boolean quotesNames() {
        return name.toLowerCase(Locale.ROOT).startsWith("csv");
    }

    /** Length of the first lines; a line break inside of quotes doesn't count. */
    private static int lines(byte[] chunk, int count, boolean quotes) {
        int found = 0;
        boolean quoted = false;
        for (int i = 0; i < chunk.length; i++) {
            if (quotes && chunk[i] == '"') {
                quoted = !quoted;
            } else if (chunk[i] == '\n' && !quoted) {
                found++;
                if (found == count) {
                    return i + 1;
                }
            }
        }
        return chunk.length;
    }

    private static int binaryStrings(byte[] chunk, int perColumn) {
        VarInts in = new VarInts(chunk);
        long strings = in.next() * perColumn;
        for (long i = 0; i < strings; i++) {
            in.skip(in.next());
        }
        return in.position();
    }

    /** Reads LEB128 numbers out of an array. */
    private static final class VarInts {

        private final byte[] bytes;
        private int position;

        VarInts(byte[] bytes) {
            this.bytes = bytes;
        }

        long next() {
            long value = 0;
            int shift = 0;
            while (position < bytes.length) {
                byte b = bytes[position++];
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    break;
                }
                shift += 7;
            }
            return value;
        }

        void skip(long count) {
            position = (int) Math.min(bytes.length, position + count);
        }

        int position() {
            return position;
        }
    }
}
