package io.tidegate.replay.rows;

import java.util.Map;

/**
 * One row of the file. A value that the file marks as missing, and a column that the row doesn't have, is absent.
 *
 * @param number 1 for the first row of data, in the order of the file
 * @param line where the row begins in the file, counted from 1, header included
 */
public record Row(long number, long line, Map<String, String> values) {

    /** The column's text, or {@code null} where it is missing. */
    public String get(String column) {
        return values.get(column);
    }
}
