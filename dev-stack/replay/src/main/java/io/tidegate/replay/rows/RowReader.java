package io.tidegate.replay.rows;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The rows of one file, first to last. */
public interface RowReader extends Closeable {

    /** The names of the columns where the file (or its mapping) fixes them; empty where each row names its own. */
    Optional<List<String>> columns();

    /**
     * The next row, or {@code null} at the end.
     *
     * @throws RowException where the row is malformed
     */
    Row next() throws IOException;
}
