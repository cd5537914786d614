package io.tidegate.jobs.clickhouse.committer;

import org.apache.flink.api.connector.sink2.Committer.CommitRequest;

/** A request that remembers what the committer said of it, and refuses what it must never say. */
final class RecordedRequest implements CommitRequest<ClickHouseCommittable> {

    private final ClickHouseCommittable batch;
    private boolean alreadyCommitted;

    RecordedRequest(ClickHouseCommittable batch) {
        this.batch = batch;
    }

    boolean isAlreadyCommitted() {
        return alreadyCommitted;
    }

    @Override
    public ClickHouseCommittable getCommittable() {
        return batch;
    }

    @Override
    public int getNumberOfRetries() {
        return 0;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
        throw new AssertionError("discards the data");
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
        throw new AssertionError("an exception says it");
    }

    @Override
    public void retryLater() {
        throw new AssertionError("repeats without a pause");
    }

    @Override
    public void updateAndRetryLater(ClickHouseCommittable changed) {
        throw new AssertionError("repeats without a pause");
    }

    @Override
    public void signalAlreadyCommitted() {
        alreadyCommitted = true;
    }
}
