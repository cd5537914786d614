package io.tidegate.jobs.clickhouse.committer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.IOUtils;

/** The shards of the store as this job is configured, each by its index. */
public final class Shards implements AutoCloseable {

    private final List<CommitTarget> targets;

    private Shards(List<CommitTarget> targets) {
        this.targets = targets;
    }

    /** @param count at least 1 */
    public static Shards open(int count, CommitTargetFactory factory) throws IOException {
        List<CommitTarget> targets = new ArrayList<>(count);
        try {
            for (int shard = 0; shard < count; shard++) {
                targets.add(factory.open(shard));
            }
        } catch (IOException | RuntimeException e) {
            IOUtils.closeAllQuietly(targets);
            throw e;
        }
        return new Shards(targets);
    }

    public int count() {
        return targets.size();
    }

    /**
     * The shard of a batch. It is the one that the batch names, however many there are now: an earlier attempt may have
     * stored it there, and nobody would look for it there any more if it went elsewhere.
     *
     * @throws IOException where that shard isn't configured any more
     */
    public CommitTarget of(ClickHouseCommittable batch) throws IOException {
        if (batch.shard() >= targets.size()) {
            throw new IOException(
                    "This job is configured with " + targets.size() + " shard(s) of ClickHouse, and " + batch
                            + " is still to be stored on shard " + (batch.shard() + 1)
                            + ". Start the job with at least the shards that it had, in the same order, until it has stored what"
                            + " is pending (metric pendingBatches is 0), stop it with a savepoint, and take the shard away then.");
        }
        return targets.get(batch.shard());
    }

    @Override
    public void close() throws IOException {
        try {
            IOUtils.closeAll(targets);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Can't close a shard of the store", e);
        }
    }
}
