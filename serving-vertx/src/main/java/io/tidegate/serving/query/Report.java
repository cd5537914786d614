package io.tidegate.serving.query;

import java.io.IOException;
import java.util.List;

/** A question whose answer is a table that clients get as it is. */
interface Report<R> extends Query<R> {

    /** The fields of a row, in the order in which {@link #write} writes them. */
    List<String> fields();

    void write(RowWriter out, R row) throws IOException;
}
