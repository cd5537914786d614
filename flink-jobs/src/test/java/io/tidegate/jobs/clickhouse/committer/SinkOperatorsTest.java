package io.tidegate.jobs.clickhouse.committer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.jobs.clickhouse.ClickHouseSink;
import io.tidegate.jobs.clickhouse.SampleRow;
import io.tidegate.jobs.clickhouse.SampleRowEncoder;
import io.tidegate.jobs.clickhouse.committer.FakeStore.Fault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.runtime.operators.sink.CommitterOperatorFactory;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The sink inside Flink's own operators: barrier, completion, failure, restore and rescale. */
class SinkOperatorsTest {

    /** Flink ships the sink by serialisation; the store stays here. */
    private static final ConcurrentMap<Integer, FakeStore> STORES = new ConcurrentHashMap<>();

    private static final AtomicInteger NEXT_STORE = new AtomicInteger();

    private final int storeId = NEXT_STORE.incrementAndGet();
    private final FakeStore store = STORES.computeIfAbsent(storeId, id -> new FakeStore());

    @Test
    void nothingIsWrittenBeforeTheCheckpointIsComplete() throws Exception {
        try (var writer = writer();
                var committer = committer()) {
            writer.open();
            committer.open();
            List<ClickHouseCommittable> batches =
                    checkpoint(1, writer, committer, SampleRow.of(1), SampleRow.inDecember(2));
            committer.snapshot(1, 1);
            assertThat(store.calls()).isEmpty();

            committer.notifyOfCompletedCheckpoint(1);

            assertThat(batches).hasSize(2);
            assertThat(store.calls()).containsExactly("insert", "insert");
            assertStored(batches);
        }
    }

    @Test
    void aCheckpointThatNeverCompletesIsCommittedWithTheNext() throws Exception {
        try (var writer = writer();
                var committer = committer()) {
            writer.open();
            committer.open();
            List<ClickHouseCommittable> first = checkpoint(1, writer, committer, SampleRow.of(1));
            committer.snapshot(1, 1);
            List<ClickHouseCommittable> second = checkpoint(2, writer, committer, SampleRow.of(2));
            committer.snapshot(2, 2);

            committer.notifyOfCompletedCheckpoint(2);

            assertStored(first);
            assertStored(second);
        }
    }

    @Test
    void aBatchWhoseCommitFailedIsVerifiedAfterTheRestore() throws Exception {
        List<ClickHouseCommittable> batches;
        OperatorSubtaskState snapshot;
        try (var writer = writer();
                var committer = committer()) {
            writer.open();
            committer.open();
            batches = checkpoint(1, writer, committer, SampleRow.of(1));
            snapshot = committer.snapshot(1, 1);
            // Stored, but the job dies before it knows.
            store.nextInserts(Fault.LOST_ANSWER).nextCountsFail(10_000);
            assertThatThrownBy(() -> committer.notifyOfCompletedCheckpoint(1)).hasMessageContaining("Gave up");
            store.nextCountsFail(0);
        }
        int before = store.calls().size();

        try (var committer = committer()) {
            committer.setRestoredCheckpointId(1);
            committer.initializeState(snapshot);
            committer.open();
        }

        assertThat(store.calls().subList(before, store.calls().size())).containsExactly("count");
        assertStored(batches);
    }

    @Test
    void aBatchThatWasNeverTriedIsInsertedAfterTheRestore() throws Exception {
        List<ClickHouseCommittable> batches;
        OperatorSubtaskState snapshot;
        try (var writer = writer();
                var committer = committer()) {
            writer.open();
            committer.open();
            batches = checkpoint(1, writer, committer, SampleRow.of(1));
            snapshot = committer.snapshot(1, 1);
        }

        try (var committer = committer()) {
            committer.setRestoredCheckpointId(1);
            committer.initializeState(snapshot);
            committer.open();
        }

        assertThat(store.calls()).containsExactly("count", "insert", "count");
        assertStored(batches);
    }

    @Test
    void afterARestoreNewBatchesAreFreshAgain() throws Exception {
        OperatorSubtaskState writerSnapshot;
        OperatorSubtaskState committerSnapshot;
        try (var writer = writer();
                var committer = committer()) {
            writer.open();
            committer.open();
            writerSnapshot = writer.snapshot(1, 1);
            committerSnapshot = committer.snapshot(1, 1);
        }

        try (var writer = writer();
                var committer = committer()) {
            writer.setRestoredCheckpointId(1);
            writer.initializeState(writerSnapshot);
            committer.setRestoredCheckpointId(1);
            committer.initializeState(committerSnapshot);
            writer.open();
            committer.open();
            checkpoint(2, writer, committer, SampleRow.of(1));
            committer.snapshot(2, 2);
            committer.notifyOfCompletedCheckpoint(2);
        }

        assertThat(store.calls()).containsExactly("insert");
    }

    @Test
    void pendingBatchesSurviveARescaleUpAndDown() throws Exception {
        List<ClickHouseCommittable> batches;
        OperatorSubtaskState one;
        try (var writer = writer();
                var committer = committer()) {
            writer.open();
            committer.open();
            batches = checkpoint(1, writer, committer, SampleRow.of(1), SampleRow.inDecember(2));
            one = committer.snapshot(1, 1);
        }
        // Stored before the savepoint was taken elsewhere: each may be there or not, whoever asks.
        store.insert(batches.get(0), batches.get(0).batchId().toString());

        OperatorSubtaskState[] two = new OperatorSubtaskState[2];
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var committer = committer(2, subtask)) {
                committer.setRestoredCheckpointId(1);
                committer.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(one, 10, 1, 2, subtask));
                committer.open();
                two[subtask] = committer.snapshot(2, 2);
            }
        }
        assertStored(batches);
        try (var committer = committer()) {
            committer.setRestoredCheckpointId(2);
            committer.initializeState(AbstractStreamOperatorTestHarness.repackageState(two));
            committer.open();
        }

        assertStored(batches);
    }

    @Test
    void aBoundedInputEndsWithItsLastRowsInTheFinalCheckpoint() throws Exception {
        try (var writer = writer();
                var committer = committer()) {
            writer.open();
            committer.open();
            writer.processElement(new StreamRecord<>(SampleRow.of(1)));
            writer.endInput();
            committer.endInput();
            List<ClickHouseCommittable> batches = checkpoint(1, writer, committer);
            committer.snapshot(1, 1);

            committer.notifyOfCompletedCheckpoint(1);

            assertStored(batches);
            assertThat(batches).hasSize(1);
        }
    }

    private void assertStored(List<ClickHouseCommittable> batches) {
        assertThat(batches).allSatisfy(batch -> assertThat(store.rowsOf(batch)).isEqualTo(batch.rows()));
    }

    /** Rows, then the barrier: what the writer emits goes to the committer. */
    private static List<ClickHouseCommittable> checkpoint(
            long id,
            OneInputStreamOperatorTestHarness<SampleRow, CommittableMessage<ClickHouseCommittable>> writer,
            OneInputStreamOperatorTestHarness<
                            CommittableMessage<ClickHouseCommittable>, CommittableMessage<ClickHouseCommittable>>
                    committer,
            SampleRow... rows)
            throws Exception {
        for (SampleRow row : rows) {
            writer.processElement(new StreamRecord<>(row));
        }
        writer.prepareSnapshotPreBarrier(id);
        writer.snapshot(id, id);
        List<CommittableMessage<ClickHouseCommittable>> messages = List.copyOf(writer.extractOutputValues());
        writer.getOutput().clear();
        for (CommittableMessage<ClickHouseCommittable> message : messages) {
            committer.processElement(new StreamRecord<>(message));
        }
        return messages.stream()
                .filter(CommittableWithLineage.class::isInstance)
                .map(message -> ((CommittableWithLineage<ClickHouseCommittable>) message).getCommittable())
                .collect(Collectors.toList());
    }

    private OneInputStreamOperatorTestHarness<SampleRow, CommittableMessage<ClickHouseCommittable>> writer()
            throws Exception {
        return new OneInputStreamOperatorTestHarness<>(
                new SinkWriterOperatorFactory<SampleRow, ClickHouseCommittable>(sink()));
    }

    private OneInputStreamOperatorTestHarness<
                    CommittableMessage<ClickHouseCommittable>, CommittableMessage<ClickHouseCommittable>>
            committer() throws Exception {
        return committer(1, 0);
    }

    private OneInputStreamOperatorTestHarness<
                    CommittableMessage<ClickHouseCommittable>, CommittableMessage<ClickHouseCommittable>>
            committer(int parallelism, int subtask) throws Exception {
        return new OneInputStreamOperatorTestHarness<>(
                new CommitterOperatorFactory<>(sink(), false, true), 10, parallelism, subtask);
    }

    private ClickHouseSink<SampleRow> sink() {
        int id = storeId;
        return ClickHouseSink.into(SampleRowEncoder.append(), 1, shard -> STORES.get(id))
                .retry(new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(20)))
                .commitConcurrency(1)
                .build();
    }
}
