package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.io.Serializable;

/** Opens the shards of the store on the machine where batches are committed. */
@FunctionalInterface
public interface CommitTargetFactory extends Serializable {

    /**
     * Doesn't wait for the store to answer: a store that is away is the first commit's business.
     *
     * @param shard from 0
     */
    CommitTarget open(int shard) throws IOException;
}
