package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.io.Serializable;

/** Opens the store on the machine where the committer runs. */
@FunctionalInterface
public interface CommitTargetFactory extends Serializable {

    /** Doesn't wait for the store to answer: a store that is away is the first commit's business. */
    CommitTarget open() throws IOException;
}
