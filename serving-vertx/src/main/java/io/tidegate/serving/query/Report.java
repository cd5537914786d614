package io.tidegate.serving.query;

import java.io.IOException;
import java.util.List;

/** A question whose answer is a table that clients get as it is. */
interface Report<R> extends Query<R> {

    /** The fields of a row, in the order in which {@link #write} writes them. */
    List<String> fields();

    void write(RowWriter out, R row) throws IOException;

    /** Equal for equal questions: everything that the answer depends on is in it. */
    default Object question() {
        return sql().bound();
    }

    /** The rows of the answer, from those of each shard; called once per answer, off the event loops. */
    default List<R> merged(List<List<R>> shards) {
        if (shards.size() != 1) {
            throw new IllegalStateException(getClass().getSimpleName() + " is asked of one shard only");
        }
        return shards.get(0);
    }
}
