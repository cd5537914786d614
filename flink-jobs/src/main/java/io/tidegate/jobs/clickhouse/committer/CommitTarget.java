package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;

/**
 * What the committer asks of the store. {@link io.tidegate.jobs.clickhouse.client.ClickHouseClient} is the real one.
 *
 * <p>Thread-safe: a committer may commit several batches at once. Each call either has its effect and returns, or
 * throws {@link CommitTargetException}; after a throw the effect may have happened, or may happen yet.
 */
public interface CommitTarget extends AutoCloseable {

    /**
     * Inserts the batch as one block, and returns when the store says that it is stored.
     *
     * @param token what the store recognises a repeat by: an insert whose token it remembers is acknowledged and
     *     dropped. Without effect for {@link io.tidegate.jobs.clickhouse.WriteMode#UPSERT}, where each repeat is
     *     stored.
     */
    void insert(ClickHouseCommittable batch, String token) throws CommitTargetException, InterruptedException;

    /** How many rows of the batch the table holds, including all that was acknowledged before this call. */
    long count(ClickHouseCommittable batch) throws CommitTargetException, InterruptedException;

    /**
     * Removes the rows of the batch that are there, and returns when they are gone. A late arrival of this very
     * request must not remove rows that were inserted after it was sent.
     */
    void delete(ClickHouseCommittable batch) throws CommitTargetException, InterruptedException;

    @Override
    void close() throws IOException;
}
