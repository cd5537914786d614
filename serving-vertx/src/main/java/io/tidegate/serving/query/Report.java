package io.tidegate.serving.query;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A question whose answer is a table that clients get as it is. */
interface Report<R> extends Query<R> {

    /** The fields of a row, in the order in which {@link #write} writes them. */
    List<String> fields();

    void write(RowWriter out, R row) throws IOException;

    /** Equal for equal questions: everything that the answer depends on is in it. */
    default Object question() {
        return sql().bound();
    }

    /** The rows of the answer; by default from one question to each shard. */
    default CompletableFuture<List<R>> ask(Shards.Asking shards) {
        return shards.rows(this).thenApply(this::merged);
    }

    /** The rows of the answer, from those of each shard; called once per answer, off the event loops. */
    List<R> merged(List<List<R>> shards);
}
