package io.tidegate.jobs.clickhouse.committer;

import static io.tidegate.jobs.clickhouse.committer.SampleBatches.ROWS;
import static io.tidegate.jobs.clickhouse.committer.SampleBatches.restored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.apache.flink.metrics.testutils.MetricListener;
import org.junit.jupiter.api.Test;

/** Batches out of a savepoint of a build that had no outbox. */
class ClickHouseCommitterTest {

    private final FakeStore store = new FakeStore();

    @Test
    void eachIsLookedForAndWhatIsMissingIsInserted() throws Exception {
        RecordedRequest stored = new RecordedRequest(restored());
        RecordedRequest missing = new RecordedRequest(restored());
        store.insert(stored.getCommittable(), "before");

        try (ClickHouseCommitter committer = committer()) {
            committer.commit(List.of(stored, missing));
        }

        assertThat(store.calls()).containsExactly("insert anew", "count", "count", "insert", "count");
        assertThat(store.rowsOf(stored.getCommittable())).isEqualTo(ROWS);
        assertThat(store.rowsOf(missing.getCommittable())).isEqualTo(ROWS);
        assertThat(stored.isAlreadyCommitted()).isTrue();
        assertThat(missing.isAlreadyCommitted()).isFalse();
        assertThat(store.isClosed()).isTrue();
    }

    @Test
    void whatCantBeStoredFailsTheJobAndIsNeverGivenUp() throws Exception {
        store.everyInsert(FakeStore.Fault.HOPELESS);

        try (ClickHouseCommitter committer = committer()) {
            assertThatThrownBy(() -> committer.commit(List.of(new RecordedRequest(restored()))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("scripted: unknown table");
        }
    }

    private ClickHouseCommitter committer() {
        return new ClickHouseCommitter(
                1, shard -> store, RetryPolicy.DEFAULT, new FakeTimer(), new MetricListener().getMetricGroup());
    }
}
