package io.tidegate.jobs.clickhouse.committer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.jobs.clickhouse.ClickHouseSink;
import io.tidegate.jobs.clickhouse.SampleRow;
import io.tidegate.jobs.clickhouse.SampleRowEncoder;
import io.tidegate.jobs.clickhouse.committer.FakeStore.Fault;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sink inside Flink's own operators: barrier, completion, failure, restore and rescale. */
class SinkOperatorsTest {

    /** Flink ships the sink by serialisation; the store stays here. */
    private static final ConcurrentMap<Integer, FakeStore> STORES = new ConcurrentHashMap<>();

    private static final Duration LIMIT = Duration.ofSeconds(60);

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
            assertStored(batches);
            assertThat(store.calls()).containsExactly("insert", "insert");
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
    void checkpointsGoOnWhileTheStoreIsAwayAndHoldWhatWaits() throws Exception {
        store.everyInsert(Fault.HANG);
        List<ClickHouseCommittable> batches = new ArrayList<>();
        OperatorSubtaskState last = null;
        try (var writer = writer()) {
            var committer = committer();
            writer.open();
            committer.open();
            for (int id = 1; id <= 20; id++) {
                batches.addAll(checkpoint(id, writer, committer, SampleRow.of(id)));
                last = committer.snapshot(id, id);
                committer.notifyOfCompletedCheckpoint(id);
            }
            store.awaitHanging();
            store.everyInsert(Fault.ERROR_BEFORE).releaseHanging();
            assertThatThrownBy(committer::close).hasStackTraceContaining("Gave up");
        }
        store.everyInsert(Fault.NONE);

        // The job dies, and comes back with the last of these checkpoints.
        try (var committer = committer()) {
            committer.setRestoredCheckpointId(20);
            committer.initializeState(last);
            committer.open();
        }

        assertThat(batches).hasSize(20);
        assertStored(batches);
    }

    @Test
    void whatIsDueBeyondTheLimitHoldsTheBarrierBack() throws Exception {
        store.everyInsert(Fault.HANG);
        try (var writer = writer();
                var committer = committer(1, 0, 10)) {
            writer.open();
            committer.open();
            List<ClickHouseCommittable> first = checkpoint(1, writer, committer, SampleRow.of(1));
            committer.prepareSnapshotPreBarrier(1);
            committer.snapshot(1, 1);
            committer.notifyOfCompletedCheckpoint(1);
            checkpoint(2, writer, committer, SampleRow.of(2));
            Thread task = Thread.currentThread();
            AtomicBoolean wasHeld = new AtomicBoolean();
            CompletableFuture<Void> store = CompletableFuture.runAsync(() -> {
                Awaitility.await().atMost(LIMIT).until(() -> task.getState() == Thread.State.WAITING);
                wasHeld.set(true);
                this.store.everyInsert(Fault.NONE).releaseHanging();
            });

            committer.prepareSnapshotPreBarrier(2);

            store.join();
            assertThat(wasHeld).isTrue();
            assertStored(first);
            committer.snapshot(2, 2);
        }
    }

    @Test
    void aBatchWhoseCommitFailedIsVerifiedAfterTheRestore() throws Exception {
        List<ClickHouseCommittable> batches;
        OperatorSubtaskState snapshot;
        try (var writer = writer()) {
            var committer = committer();
            writer.open();
            committer.open();
            batches = checkpoint(1, writer, committer, SampleRow.of(1));
            snapshot = committer.snapshot(1, 1);
            // Stored, but the job dies before it knows.
            store.nextInserts(Fault.LOST_ANSWER).nextCountsFail(10_000);
            committer.notifyOfCompletedCheckpoint(1);
            assertThatThrownBy(committer::close).hasStackTraceContaining("Gave up");
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

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 1", "5, 2"})
    void pendingBatchesSurviveARescale(int from, int to) throws Exception {
        // Given batches of which every other one was stored after the savepoint was taken
        List<ClickHouseCommittable> batches = new ArrayList<>();
        OperatorSubtaskState[] before = new OperatorSubtaskState[from];
        for (int subtask = 0; subtask < from; subtask++) {
            try (var writer = writer();
                    var committer = committer(from, subtask, 1 << 20)) {
                writer.open();
                committer.open();
                batches.addAll(checkpoint(
                        1, writer, committer, SampleRow.of(3 * subtask), SampleRow.inDecember(3 * subtask + 1)));
                before[subtask] = committer.snapshot(1, 1);
            }
        }
        for (int i = 0; i < batches.size(); i += 2) {
            store.insert(batches.get(i), batches.get(i).batchId().toString());
        }

        // When
        OperatorSubtaskState all = AbstractStreamOperatorTestHarness.repackageState(before);
        OperatorSubtaskState[] after = new OperatorSubtaskState[to];
        for (int subtask = 0; subtask < to; subtask++) {
            try (var committer = committer(to, subtask, 1 << 20)) {
                committer.setRestoredCheckpointId(1);
                committer.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(all, 10, from, to, subtask));
                committer.open();
                after[subtask] = committer.snapshot(2, 2);
            }
        }

        // Then, and also when that is restored once more
        assertThat(batches).hasSize(2 * from);
        assertStored(batches);
        try (var committer = committer()) {
            committer.setRestoredCheckpointId(2);
            committer.initializeState(AbstractStreamOperatorTestHarness.repackageState(after));
            committer.open();
        }
        assertStored(batches);
    }

    @Test
    void aSavepointOfABuildWithoutOutboxIsStoredByFlinksCommitter() throws Exception {
        List<CommittableMessage<ClickHouseCommittable>> messages;
        try (var writer = writer()) {
            writer.open();
            writer.processElement(new StreamRecord<>(SampleRow.of(1)));
            writer.prepareSnapshotPreBarrier(1);
            messages = List.copyOf(writer.extractOutputValues());
        }
        OperatorSubtaskState old;
        try (var flinks = flinksCommitter()) {
            flinks.open();
            for (CommittableMessage<ClickHouseCommittable> message : messages) {
                flinks.processElement(new StreamRecord<>(message));
            }
            old = flinks.snapshot(1, 1);
        }

        try (var flinks = flinksCommitter()) {
            flinks.setRestoredCheckpointId(1);
            flinks.initializeState(old);
            flinks.open();
        }

        assertThat(store.calls()).containsExactly("count", "insert", "count");
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
            committer.close();

            assertThat(batches).hasSize(1);
            assertThat(store.rowsOf(batches.get(0)))
                    .as("when the task has ended")
                    .isEqualTo(1);
        }
    }

    private void assertStored(List<ClickHouseCommittable> batches) {
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(batches)
                .allSatisfy(batch -> assertThat(store.rowsOf(batch)).isEqualTo(batch.rows())));
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
        return committer(1, 0, 1 << 20);
    }

    private OneInputStreamOperatorTestHarness<
                    CommittableMessage<ClickHouseCommittable>, CommittableMessage<ClickHouseCommittable>>
            committer(int parallelism, int subtask, long pendingBytes) throws Exception {
        int id = storeId;
        return new OneInputStreamOperatorTestHarness<>(
                new OutboxOperatorFactory(
                        1,
                        shard -> STORES.get(id),
                        new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(20)),
                        RetryTimer.system(),
                        1,
                        pendingBytes,
                        false,
                        Clock.systemUTC()),
                10,
                parallelism,
                subtask);
    }

    private OneInputStreamOperatorTestHarness<
                    CommittableMessage<ClickHouseCommittable>, CommittableMessage<ClickHouseCommittable>>
            flinksCommitter() throws Exception {
        return new OneInputStreamOperatorTestHarness<>(new CommitterOperatorFactory<>(sink(), false, true));
    }

    private ClickHouseSink<SampleRow> sink() {
        int id = storeId;
        return ClickHouseSink.into(SampleRowEncoder.append(), 1, shard -> STORES.get(id))
                .retry(new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(20)))
                .commitConcurrency(1)
                .build();
    }
}
