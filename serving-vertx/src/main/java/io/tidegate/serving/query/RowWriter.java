package io.tidegate.serving.query;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;

/** Takes the fields of one row after the other; each row has the same fields in the same order. */
interface RowWriter {

    void text(String name, String value) throws IOException;

    /** A member of objects where it isn't empty; never a column of tables. */
    void textIfAny(String name, String value) throws IOException;

    void number(String name, long value) throws IOException;

    /**
     * @param value null where there is none
     */
    void number(String name, BigDecimal value) throws IOException;

    void texts(String name, List<String> values) throws IOException;
}
